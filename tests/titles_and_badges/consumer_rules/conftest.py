"""`titles-and-badges` on a genuine mongod, fed with events of the test's own, in any order and partition."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from services.titles_and_badges import consumers, jobs
from services.titles_and_badges.repository import DATABASE
from shared import consumer, identity, kafka, work
from shared.clock import BEGINNING
from shared.events import activity as events
from shared.events.activity import ActivityRecorded, ActivityRetracted, Delivery, MemberProfile
from tests.fixtures import MEMBER_KEY, Courier, Door, redefine

HOUR = datetime(2026, 5, 1, 10, tzinfo=UTC)
NICE = {"name": "Nice", "criterion": {"kind": "object-score"}, "at": 2, "repeat": "object"}


@dataclass
class Listener:
    """The consumer of one community."""

    community: str
    badges: Door
    courier: Courier
    revision: int = 1

    def define(self, slug: str, definition: Any) -> None:
        """Define a badge, for all that was ever done, and count everybody under it."""
        assert redefine(self.badges, slug, definition).status_code == 200
        self.recount()

    def recount(self) -> None:
        """Do all marks."""
        while work.do_next(DATABASE, jobs.STEPS):
            pass

    def member(self, name: str) -> str:
        """Laurel's id of a member."""
        return identity.member_id(MEMBER_KEY.encode(), self.community, name)

    def like(self, name: str, member: str = "A", actor: str = "V", **said: Any) -> ActivityRecorded:
        """Somebody's like of an object of the member's, as it is delivered to him."""
        described = events.Object(id=said.pop("about", "o"), type="Answer", author=self.member(member))
        standard: dict[str, Any] = {"type": "Like", "roles": ["author"], "object": described}
        return self.deed(name, member, actor, **(standard | said))

    def deed(self, name: str, member: str = "A", actor: str | None = None, **said: Any) -> ActivityRecorded:
        """A deed, as it is delivered to a member."""
        standard: dict[str, Any] = {"version": 1, "roles": ["actor"], "type": "Create", "published": HOUR}
        return ActivityRecorded(
            community=self.community,
            activity=name,
            member=self.member(member),
            actor=self.member(actor or member),
            **(standard | said),
        )

    def retraction(self, name: str, member: str = "A", version: int = 2) -> ActivityRetracted:
        """The retraction of a member's copy."""
        return ActivityRetracted(
            community=self.community,
            activity=name,
            member=self.member(member),
            version=version,
            published=HOUR,
        )

    def hear(self, *deliveries: Delivery, partition: int = 0) -> None:
        """Take deliveries as one batch of a partition."""
        self._apply("activity.events", partition, [events.delivery(each) for each in deliveries])

    def follow(self, *profiles: MemberProfile | events.CommunityProfile | str) -> None:
        """Take profiles as one batch; a name stands for the tombstone of an erased member."""
        messages = [
            events.profile(self.profile(each), HOUR)._replace(value=None)
            if isinstance(each, str)
            else events.profile(each, HOUR)
            for each in profiles
        ]
        self._apply("activity.profiles", 0, messages)

    def profile(self, name: str, **said: Any) -> MemberProfile:
        """A profile of a member, newer than all before."""
        self.revision += 1
        standard: dict[str, Any] = {"external_id": name, "revision": self.revision}
        return MemberProfile(community=self.community, member=self.member(name), **(standard | said))

    def people(self, *names: str) -> None:
        """Ordinary members."""
        self.follow(*(self.profile(name) for name in names))

    def bot(self, name: str) -> MemberProfile:
        """A member who is found to be a bot, and always was one."""
        return self.profile(name, roles=[events.RoleSince(role="bot", since=BEGINNING)])

    def zone(self, name: str) -> events.CommunityProfile:
        """The community in another time zone."""
        self.revision += 1
        return events.CommunityProfile(
            community=self.community,
            revision=self.revision,
            name="A test",
            locale="en",
            zones=[events.ZoneSince(zone=name, since=BEGINNING)],
        )

    def held(self, name: str) -> list[tuple[str, str | None]]:
        """What a member holds: (badge, object)."""
        answer = self.badges("GET", f"/v1/members/{name}/badges")
        return sorted((each["badge"], each["object"]) for each in answer.get_json()["items"])

    def award(self, name: str) -> Any:
        """The only award of a member."""
        (only,) = self.badges("GET", f"/v1/members/{name}/badges").get_json()["items"]
        return only

    def value(self, slug: str, name: str = "A") -> int:
        """How far a member is with a badge."""
        return int(self.badges("GET", f"/v1/members/{name}/badges/{slug}").get_json()["value"])

    def grant(self, slug: str, name: str) -> int:
        """Grant a badge. Returns the status of the answer."""
        body = {"member": name, "reason": "helped"}
        return int(self.badges("POST", f"/v1/badges/{slug}/grants", body).status_code)

    def _apply(self, topic: str, partition: int, messages: Sequence[Any]) -> None:
        records = [self.courier.record(topic, message) for message in messages]
        consumer.apply(consumers.HANDLERS[topic], kafka.Partition(topic, partition), records)


@pytest.fixture
def listener(community: str, badges: Door, courier: Courier) -> Listener:
    """A consumer whose community is known, with the members A and V and nothing left to do."""
    courier.carry()
    found = Listener(community, badges, courier)
    found.people("A", "V")
    found.recount()
    return found
