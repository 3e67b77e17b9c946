"""`activity`'s door: its WSGI application in this process, and the same one behind gunicorn."""

import contextlib
import http.client
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from werkzeug.test import Client

from deploy.embedded import ports
from services.activity import wsgi
from services.activity.use_cases import membership
from shared import auth, clock, process
from tests.bench.machine import Machine

PATH = "/v1/activities"
_START_SECONDS = 60

#: Posts what was written; returns the status and what was answered.
Ask = Callable[[bytes], tuple[int, bytes]]


class Door:
    """The door, however it is reached, with what it has to answer."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask

    def post(self, written: bytes) -> Any:
        """Post, and return what is answered."""
        status, answer = self._ask(written)
        if status not in {200, 201}:
            message = f"the door answered {status}: {answer!r}"
            raise AssertionError(message)
        return msgspec.json.decode(answer)

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


def in_process(machine: Machine, community: str) -> Door:
    """The WSGI application of a new community, asked as a server asks it."""
    membership.found_community(community, name="Bench", time_zone="Europe/Kyiv", locale="en", now=clock.now())
    headers = _headers(machine, community)
    client = Client(wsgi.wire_api(machine.settings))
    process.collect_seldom()  # as gunicorn's workers do; the baseline in this process gains by it as well

    def ask(written: bytes) -> tuple[int, bytes]:
        answer = client.post(PATH, data=written, headers=headers)
        return answer.status_code, answer.data

    return Door(ask)


@contextlib.contextmanager
def behind_gunicorn(machine: Machine, community: str) -> Iterator[Door]:
    """The door of a community that is there, as it is served, one worker, to one client that keeps its connection."""
    port = ports.free(1)[0]
    environment = {
        **os.environ,
        **machine.environment,
        "LAUREL_API_WORKERS": "1",
        "PROMETHEUS_MULTIPROC_DIR": str(machine.directory / "metrics"),
    }
    address = f"{ports.HOST}:{port}"
    program = f"from deploy import serving; serving.serve('services.activity.wsgi:create_api()', {address!r})"
    with (machine.directory / "gunicorn.log").open("wb") as log:
        server = subprocess.Popen(  # noqa: S603 (our own program)
            [sys.executable, "-c", program], env=environment, stdout=log, stderr=log
        )
    try:
        connection = _connected(port)
        headers = _headers(machine, community)

        def ask(written: bytes) -> tuple[int, bytes]:
            connection.request("POST", PATH, written, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()

        yield Door(ask)
        connection.close()
    finally:
        server.terminate()
        server.wait(_START_SECONDS)


def _connected(port: int) -> http.client.HTTPConnection:
    until = time.monotonic() + _START_SECONDS
    while True:
        connection = http.client.HTTPConnection(ports.HOST, port)
        try:
            connection.request("GET", "/livez")
            connection.getresponse().read()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
        else:
            return connection


def _headers(machine: Machine, community: str) -> dict[str, str]:
    key = machine.settings.need_signing_key()
    token = auth.mint(key, community=community, kind="server", now=clock.now())
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
