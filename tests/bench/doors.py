"""`activity`'s door: its WSGI application in this process, and the same one behind gunicorn."""

from typing import Any

import msgspec
from werkzeug.test import Client

from services.activity import app as activity_app
from services.activity.use_cases import membership
from shared import auth, clock
from tests.bench.machine import Machine


class Door:
    """The WSGI application, asked as a server asks it, with a token of a new community."""

    def __init__(self, machine: Machine, community: str) -> None:
        membership.found_community(
            community, name="Bench", time_zone="Europe/Kyiv", locale="en", now=clock.now()
        )
        key = machine.settings.need_signing_key()
        token = auth.mint(key, community=community, kind="server", now=clock.now())
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._client = Client(activity_app.wire_api(machine.settings))

    def post(self, written: bytes) -> Any:
        """Post, and return what is answered."""
        answer = self._client.post("/v1/activities", data=written, headers=self._headers)
        if answer.status_code not in {200, 201}:
            message = f"the door answered {answer.status}: {answer.text}"
            raise AssertionError(message)
        return msgspec.json.decode(answer.data)

    def post_fresh(self, written: bytes) -> None:
        """Post a batch in which nothing is known."""
        self._post_all(written, "accepted")

    def post_known(self, written: bytes) -> None:
        """Post a batch in which everything is known."""
        self._post_all(written, "duplicate")

    def _post_all(self, written: bytes, status: str) -> None:
        answer = self.post(written)
        if answer[status] != len(answer["results"]):
            message = f"not everything was {status}: {answer}"
            raise AssertionError(message)
