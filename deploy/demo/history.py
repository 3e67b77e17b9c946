"""A year of the demo community as the API takes it: a pure function of a seed and its last moment."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from deploy.demo import cast, mishaps, posts, reactions
from deploy.demo.cast import PARTS, Person
from deploy.demo.deeds import Deed

YEAR = timedelta(days=365)
SEED = 2026
OPENING = "demo/opening"

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A badge that a person of the staff gives by hand."""

    badge: str
    member: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Everything that is to be sent, in this order."""

    members: tuple[Json, ...]
    activities: tuple[Json, ...]  # in the order of arrival, which is not that of events
    retractions: tuple[str, ...]  # ids of activities
    identities: tuple[tuple[str, str, str], ...]  # member, network, account
    merges: tuple[tuple[str, str], ...]  # who turns out to be whom
    erased: str
    grants: tuple[Grant, ...]


def history(seed: int, until: datetime) -> History:
    """Invent the year before `until` (aware). The same arguments give the same ids and contents."""
    start = until - YEAR
    people = cast.people(seed, start, until)
    written = sorted(posts.posts(seed, people, start, until), key=lambda post: (post.at, post.id))
    deeds = [_opening(people, start), *(post.deed() for post in written)]
    deeds += reactions.reactions(seed, people, written)
    deeds = [deed for deed in deeds if deed.at < until]
    accidents = mishaps.mishaps(seed, people, deeds, until)
    return History(
        members=tuple(_members(people)),
        activities=tuple(deed.activity() for deed in _in_order_of_arrival(accidents.deeds)),
        retractions=accidents.deleted,
        identities=accidents.identities,
        merges=tuple((puppet.id, _one(people, "promoter").id) for puppet in cast.named(people, "puppet")),
        erased=_one(people, "leaver").id,
        grants=tuple(_grants(seed, people)),
    )


def _in_order_of_arrival(deeds: Iterable[Deed]) -> list[Deed]:
    return sorted(deeds, key=lambda deed: (deed.arrives, deed.id, deed.at))


def _opening(people: Sequence[Person], start: datetime) -> Deed:
    """The first post of all. Later runs read its time back from the server, and tell the same year again."""
    thing = {"id": OPENING, "type": "Announcement"}
    return Deed(id=OPENING, type="Create", actor=_one(people, "staff").id, object=thing, at=start)


def _members(people: Sequence[Person]) -> Iterator[Json]:
    for person in people:
        if person.part == "leaver":
            continue  # who will be erased must not be named again by the next run
        member: Json = {"id": person.id, "name": person.name, "role": PARTS[person.part].role}
        if person.part == "modest":
            member |= {"opted_out": True, "since": "2000-01-01T00:00:00Z"}
        yield member


def _grants(seed: int, people: Sequence[Person]) -> Iterator[Grant]:
    dice = Random(f"{seed}/grants")  # noqa: S311 (a story, no secret)
    reasons = (
        "Drove a repaired grinder to a member who could not leave home.",
        "Wrote the guide to water that everybody links to.",
        "Kept two angry members talking to each other.",
    )
    for person, reason in zip(dice.sample(cast.named(people, "helper"), len(reasons)), reasons, strict=True):
        yield Grant(badge="house-laurel", member=person.id, reason=reason)


def _one(people: Sequence[Person], part: str) -> Person:
    return cast.named(people, part)[0]
