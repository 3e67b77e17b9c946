"""Loops without their history: what attribution would have found is written down, and loops follow from it."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from services.referral import jobs
from services.referral.domain.programs import Program, Terms, Version
from services.referral.repository import people, programs, trees
from services.referral.use_cases import looping
from shared import clock, identity, mongo, outbox, work
from shared.events import envelope, referral
from shared.kafka import Record
from tests.fixtures import MEMBER_KEY, REFERRAL, Courier

MAY = datetime(2026, 5, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    """A time in May 2026."""
    return MAY + timedelta(days=number)


@dataclass
class Garden:
    """The trees of a community's program `friends`."""

    community: str
    program: str = "friends"

    def found(self, generations: int = 5, **terms: Any) -> None:
        """Define the program, since always."""
        said = Terms(landing_url="https://shop.example/", generations=generations, **terms)
        version = Version(number=1, effective=clock.BEGINNING, terms=said)
        programs.keep(self.community, Program(slug=self.program, name="Friends", versions=(version,)))

    def member(self, name: str) -> str:
        """The id of a member."""
        return identity.member_id(MEMBER_KEY.encode(), self.community, name)

    def attribute(
        self, friend: str, advocate: str | None, at: float, order: str | None = None, link: str = "abc"
    ) -> None:
        """Keep what attribution found for a friend's join, or for his order."""
        named = {self.member(name): name for name in (friend, advocate) if name}
        people.ensure(self.community, named)
        kind = "order" if order else "join"
        document = {
            "_id": f"{self.community}:{kind}:{order or friend}",
            "community": self.community,
            "kind": kind,
            "subject": order or self.member(friend),
            "friend": self.member(friend),
            "at": day(at),
            "settles": day(at + 1),
            "rule": "code",
            "program": self.program,
            "door": "code",
            "link": link,
            "candidates": [],
            **({"advocate": self.member(advocate)} if advocate else {}),
        }
        found = mongo.collection(REFERRAL, "attributions")
        found.replace_one({"_id": document["_id"]}, document, upsert=True)

    def enrol(self, *names: str, at: float = 20) -> None:
        """Let members be advocates, without a history."""
        for name in names:
            member = self.member(name)
            document = {
                "_id": f"{self.community}:{self.program}:{member}",
                "community": self.community,
                "program": self.program,
                "member": member,
                "since": day(at),
                "state": "enrolled",
                "history": [[day(at), "enrolled"]],
                "by": "hand",
            }
            mongo.collection(REFERRAL, "advocates").insert_one(document)

    def plant(self, friend: str, advocate: str | None, at: float = 1, link: str = "abc") -> None:
        """Let a friend join by an advocate, and his loop follow."""
        self.attribute(friend, advocate, at, link=link)
        self.follow(friend)

    def follow(self, name: str) -> None:
        """Let the loops of a friend follow."""
        looping.follow_alone(self.community, self.member(name))

    def counts(self, name: str) -> dict[int, int]:
        """How many descend from a member, as it is kept."""
        return trees.counts(self.program, self.member(name))

    def loops(self) -> list[dict[str, Any]]:
        """All loops that stand, as they are kept."""
        return list(mongo.collection(REFERRAL, "loops").find({"community": self.community, "gone": None}))

    def walked(self, name: str, bound: int = 5) -> dict[int, int]:
        """How many descend from a member, by walking down."""
        children: dict[str, list[str]] = {}
        for each in self.loops():
            children.setdefault(each["advocate"], []).append(each["friend"])
        found, level = {}, [self.member(name)]
        for generation in range(1, bound + 1):
            level = [child for parent in level for child in children.get(parent, ())]
            if not level:
                break
            found[generation] = len(level)
        return found


def work_off() -> None:
    """Do all marks of `referral`."""
    while work.do_next(REFERRAL, jobs.STEPS):
        pass


def take(community: str) -> list[Record]:
    """Take what a community's outbox holds for others, as records in any order."""
    courier = Courier(community)
    parcels = [each for each in outbox.by_turns(REFERRAL, 10_000) if each["community"] == community]
    outbox.remove(REFERRAL, [each["_id"] for each in parcels])
    records = [
        courier.record(parcel["topic"], message) for parcel in parcels for message in outbox.messages(parcel)
    ]
    random.shuffle(records)
    return records


def standing(records: list[Record]) -> dict[str, Any]:
    """What stands of events: the highest version of each."""
    found: dict[str, Any] = {}
    for record in records:
        headers = dict(record.headers)
        shape = next(shape for shape, kind in referral.KINDS.items() if kind.encode() == headers["ce_type"])
        event = envelope.msgspec.json.decode(record.value or b"", type=shape)
        name = (headers["ce_id"] or b"").decode().rpartition(":")[0]
        if name not in found or found[name].version < event.version:
            found[name] = event
    return found
