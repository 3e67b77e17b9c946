"""The badges of the histories: each as a definition, which the services read, and in plain Python, for the oracle."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

START = datetime(2026, 1, 1, 6, tzinfo=UTC)


def moment(step: int) -> datetime:
    """The times of the histories: eight hours apart, so that zones decide the day."""
    return START + step * timedelta(hours=8)


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One surviving activity as it concerns one member, as anybody would say it."""

    id: str
    type: str
    published: datetime
    sequence: int | None
    value: int | None
    member: str
    actor: str | None
    object: str | None
    object_type: str | None
    author: str | None
    tags: frozenset[str]
    asker: str | None
    day: str

    @property
    def did(self) -> bool:
        """Whether the member did it."""
        return self.actor == self.member

    @property
    def wrote(self) -> bool:
        """Whether the member wrote what it is about."""
        return self.author == self.member


@dataclass(frozen=True, kw_only=True)
class Badge:
    """A badge: what is counted, how it adds up, at which values, and how often it is given."""

    counts: Callable[[Seen], bool]
    adds: Callable[[list[Seen]], int] = len
    levels: Mapping[str | None, int] = field(default_factory=lambda: {None: 1})
    by_object: bool = False
    once_an_object: bool = False
    live: bool = False
    until: datetime | None = None
    definition: Mapping[str, Any]


def score(seen: list[Seen]) -> int:
    """Likes less dislikes."""
    return sum({"Like": 1, "Dislike": -1}.get(each.type, 0) for each in seen)


def accepted_score(seen: list[Seen]) -> int:
    """The score, once it is accepted."""
    return score(seen) if any(each.type == "Accept" for each in seen) else 0


def total(seen: list[Seen]) -> int:
    """The values added up."""
    return sum(each.value or 0 for each in seen)


def days(seen: list[Seen]) -> int:
    """The days, each later than all before it (a change of zone may turn the calendar back)."""
    found: list[str] = []
    for each in seen:
        if not found or each.day > max(found):
            found.append(each.day)
    return len(found)


def capped(seen: list[Seen]) -> int:
    """Each giver's first counts whole, his second half, others nothing; the anonymous are one."""
    given: dict[str | None, int] = {}
    hundredths = 0
    for each in seen:
        hundredths += (100, 50, 0)[min(given.get(each.actor, 0), 2)]
        given[each.actor] = given.get(each.actor, 0) + 1
    return hundredths // 100


def share(seen: list[Seen]) -> int:
    """How many percent of what the member did was to create, of two or more."""
    created = sum(each.type == "Create" for each in seen)
    return created * 100 // len(seen) if len(seen) > 1 else 0


def both(seen: list[Seen]) -> int:
    """How many of two hold: something was created, and something that is not one's own was liked."""
    return any(each.type == "Create" for each in seen) + any(each.type == "Like" for each in seen)


def people(seen: list[Seen]) -> int:
    """Who did it."""
    return len({each.actor for each in seen})


def vote(seen: Seen) -> bool:
    """A vote of another on what the member wrote."""
    return seen.wrote and not seen.did and seen.object is not None and seen.type in {"Like", "Dislike"}


def own(seen: Seen) -> bool:
    """A vote on what is one's own, or its acceptance."""
    return seen.did and seen.wrote and seen.type in {"Like", "Dislike", "Accept"}


def own_vote(seen: Seen) -> bool:
    """The same, but for the acceptance, which is a deed of who accepts."""
    return own(seen) and seen.type != "Accept"


def vote_or_acceptance(seen: Seen) -> bool:
    """The same, or the acceptance by who asked."""
    accepts = seen.type == "Accept" and seen.actor is not None and seen.actor == seen.asker
    return (vote(seen) or (accepts and seen.wrote and not seen.did)) and seen.object_type == "Answer"


#: What answers and questions earn: votes, acceptance, people.
OF_OTHERS: Mapping[str, Badge] = {
    "liked": Badge(
        counts=lambda seen: vote(seen) and seen.object_type == "Answer",
        adds=score,
        levels={None: 2},
        by_object=True,
        definition={"criterion": {"kind": "object-score", "where": {"object.type": "Answer"}}, "at": 2},
    ),
    "loved": Badge(
        counts=vote,
        adds=score,
        levels={"one": 1, "two": 2},
        by_object=True,
        once_an_object=True,
        live=True,
        definition={
            "criterion": {"kind": "object-score"}, "repeat": "object", "policy": "live",
            "levels": [{"name": "one", "at": 1}, {"name": "two", "at": 2}],
        },
    ),
    "cherished": Badge(
        counts=vote,
        adds=score,
        by_object=True,
        live=True,
        definition={"criterion": {"kind": "object-score"}, "at": 1, "policy": "live"},
    ),
    "accepted": Badge(
        counts=vote_or_acceptance,
        adds=accepted_score,
        by_object=True,
        once_an_object=True,
        definition={
            "criterion": {"kind": "object-score", "accepted": True, "where": {"object.type": "Answer"}},
            "repeat": "object", "at": 1,
        },
    ),
    "popular": Badge(
        counts=lambda seen: seen.wrote and seen.type == "Like" and not seen.did and seen.actor is not None,
        adds=people,
        levels={None: 2},
        definition={
            "criterion": {"kind": "distinct", "of": "people", "role": "author", "where": {"type": "Like"}},
            "at": 2,
        },
    ),
}  # fmt: skip

#: What one does oneself.
OF_ONESELF: Mapping[str, Badge] = {
    "helper": Badge(
        counts=lambda seen: seen.did and seen.type == "Create" and seen.object_type == "Answer",
        levels={"bronze": 1, "silver": 2},
        definition={
            "criterion": {"kind": "count", "where": {"type": "Create", "object.type": "Answer"}},
            "levels": [{"name": "bronze", "at": 1}, {"name": "silver", "at": 2}],
        },
    ),
    "self-taught": Badge(
        counts=lambda seen: (
            seen.did and seen.author is not None and seen.author == seen.asker and not own_vote(seen)
        ),
        definition={"criterion": {"kind": "first", "where": {"object.replies_to_own": True}}},
    ),
    "worth": Badge(
        counts=lambda seen: seen.did and seen.value is not None and not own_vote(seen),
        adds=total,
        levels={None: 2},
        live=True,
        definition={"criterion": {"kind": "sum"}, "at": 2, "policy": "live"},
    ),
    "regular": Badge(
        counts=lambda seen: seen.did and "draft" not in seen.tags and not own_vote(seen),
        adds=days,
        levels={None: 2},
        definition={
            "criterion": {"kind": "distinct", "of": "days", "where": {"not": {"object.tag": "draft"}}},
            "at": 2,
        },
    ),
    "noticed": Badge(
        counts=lambda seen: seen.wrote and seen.object is not None and seen.type != "Create" and not own(seen),
        levels={None: 2},
        by_object=True,
        once_an_object=True,
        definition={
            "criterion": {"kind": "count", "role": "author", "where": {"type": {"not": "Create"}}},
            "at": 2, "repeat": "object",
        },
    ),
    "second": Badge(
        counts=lambda seen: seen.did and seen.type == "Create",
        levels={None: 2},
        definition={"criterion": {"kind": "nth", "where": {"type": "Create"}}, "at": 2},
    ),
    "capped": Badge(
        counts=lambda seen: seen.wrote and seen.type == "Like" and not seen.did,
        adds=capped,
        levels={None: 2},
        live=True,
        definition={
            "criterion": {
                "kind": "count", "role": "author", "where": {"type": "Like"}, "per_giver": {"percent": [100, 50]},
            },
            "at": 2, "policy": "live",
        },
    ),
    "maker": Badge(
        counts=lambda seen: seen.did and not (own(seen) and seen.type != "Accept"),
        adds=share,
        levels={None: 60},
        live=True,
        definition={
            "criterion": {"kind": "ratio", "part": {"where": {"type": "Create"}}, "whole": {}, "least": 2},
            "at": 60, "policy": "live",
        },
    ),
    "rounded": Badge(
        counts=lambda seen: seen.did and (seen.type == "Create" or (seen.type == "Like" and not own(seen))),
        adds=both,
        levels={None: 2},
        definition={
            "criterion": {
                "kind": "compound",
                "all": [
                    {"kind": "first", "where": {"type": "Create"}},
                    {"kind": "count", "where": {"type": "Like"}, "at": 1},
                ],
            },
        },
    ),
    "thanked": Badge(counts=lambda _seen: False, definition={"criterion": {"kind": "manual"}}),
}  # fmt: skip

FIRST: Mapping[str, Badge] = {**OF_OTHERS, **OF_ONESELF}

#: Another community's taste: other thresholds and policies, badges gone, one that ends, one that was given otherwise.
SECOND: Mapping[str, Badge] = {
    "liked": Badge(
        counts=vote,
        adds=score,
        by_object=True,
        definition={"criterion": {"kind": "object-score"}, "at": 1},
    ),
    "helper": Badge(
        counts=lambda seen: seen.did and seen.type == "Create",
        levels={"bronze": 2},
        until=moment(4),
        definition={
            "criterion": {"kind": "count", "where": {"type": "Create"}},
            "levels": [{"name": "bronze", "at": 2}], "until": moment(4),
        },
    ),
    "noticed": Badge(
        counts=lambda seen: seen.wrote and not own(seen),
        levels={None: 3},
        definition={"criterion": {"kind": "count", "role": "author"}, "at": 3},
    ),
    "thanked": FIRST["thanked"],
}  # fmt: skip
