"""A community on a genuine mongod, and what its members were told in the end, whatever the order of transport."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from services.titles_and_badges import consumers
from shared import identity
from shared.events.activity import ActivityRecorded, Delivery
from shared.settings import Settings
from tests.fixtures import Courier, Door

MINUTES = [f"2026-05-01T10:{minute:02d}:00Z" for minute in range(60)]


@dataclass
class Stage:
    """What happens in one community: posts come in over HTTP, deliveries are read as a consumer reads them."""

    app: Flask
    settings: Settings
    courier: Courier
    heard: list[Delivery] = field(default_factory=list)

    @property
    def community(self) -> str:
        """Its slug."""
        return self.courier.community

    def ask(self, method: str, path: str, json: Any = None) -> Any:
        """Ask the door of `activity`; any thread may."""
        return Door(self.app.test_client(), self.settings, self.community)(method, path, json)

    def post(
        self, identifier: str, kind: str, actor: str | None, thing: Any, minute: int = 0, **more: Any
    ) -> str:
        """Post one activity. Returns what became of it."""
        written = {
            "id": identifier,
            "type": kind,
            "actor": actor,
            "object": thing,
            "published": MINUTES[minute],
        }
        answer = self.ask("POST", "/v1/activities", [written | more]).get_json()
        return str(answer["results"][0]["status"])

    def retract(self, identifier: str) -> None:
        """Retract an activity."""
        assert self.ask("DELETE", f"/v1/activities/{identifier}").status_code == 204

    def merge(self, loser: str, survivor: str) -> int:
        """Merge a member into another. Returns the status of the answer."""
        return int(self.ask("POST", f"/v1/members/{loser}/merge", {"into": survivor}).status_code)

    def erase(self, member: str) -> None:
        """Erase a member."""
        assert self.ask("DELETE", f"/v1/members/{member}").status_code == 204

    def members(self, *names: str) -> None:
        """Declare members."""
        assert self.ask("POST", "/v1/members", [{"id": name} for name in names]).status_code == 200

    def member(self, name: str) -> str:
        """Laurel's id of a member."""
        return identity.member_id(self.settings.need_member_key(), self.community, name)

    def listen(self) -> list[Delivery]:
        """Take what lies in the outbox. Returns it, and remembers it for `told`."""
        handler = consumers.HANDLERS["activity.events"]
        new = [handler.decode(record) for record in self.courier.take()]
        self.heard.extend(new)
        return new

    def settle(self) -> None:
        """Do all marks."""
        while self.courier.work_off():
            pass

    def versions(self, activity: str, member: str) -> dict[int, Delivery]:
        """What a member was told of an activity, by version; a version has one content."""
        self.listen()
        found: dict[int, Delivery] = {}
        for each in self.heard:
            if (each.activity, each.member) == (activity, self.member(member)):
                assert found.setdefault(each.version, each) == each
        return found

    def told(self, activity: str, member: str) -> ActivityRecorded | None:
        """What a member knows of an activity in the end: its highest version, None if he is to know nothing."""
        versions = self.versions(activity, member)
        last = versions[max(versions)] if versions else None
        return last if isinstance(last, ActivityRecorded) else None

    def know(self, activity: str, names: Sequence[str]) -> list[str]:
        """Which of these members know of an activity in the end."""
        return [name for name in names if self.told(activity, name) is not None]


@pytest.fixture
def stage(activity_client: FlaskClient, databases: Settings, courier: Courier) -> Stage:
    """A stage of this test's own, with nothing left to do."""
    courier.carry()
    return Stage(activity_client.application, databases, courier)
