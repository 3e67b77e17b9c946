"""Loops: a member recommends; a friend clicks, joins, buys, is satisfied, and becomes an advocate too.

There is one loop for each friend and program. It is derived from what attribution found and what the friend did;
nothing of it is decided here but what follows from that, so that lateness, order and repeats change nothing.
"""

import base64
import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from services.referral.domain import satisfaction
from services.referral.domain.programs import Satisfaction
from services.referral.domain.satisfaction import Answer

JOIN, ORDER = "join", "order"


class State(StrEnum):
    """How far a loop has come, in this order."""

    RECOMMENDED = "recommended"
    CLICKED = "clicked"
    JOINED = "joined"
    PURCHASED = "purchased"
    SATISFIED = "satisfied"
    ADVOCATE = "advocate"


STATES = tuple(State)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """What was given back of an order, in minor units of its currency."""

    id: str
    moment: datetime
    amount_minor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Touch:
    """A join or an order of a friend, and to whose recommendation attribution found that it is owed."""

    attribution: str
    subject: str
    id: str
    advocate: str
    moment: datetime
    door: str
    link: str | None = None
    click: str | None = None
    clicked: datetime | None = None
    amount_minor: int | None = None
    currency: str | None = None
    refunds: Sequence[Refund] = ()

    @property
    def refunded_minor(self) -> int:
        """What was given back in all."""
        return sum(each.amount_minor for each in self.refunds)

    @property
    def refunded(self) -> bool:
        """Whether nothing is left of an order."""
        return bool(self.refunds) and self.refunded_minor >= (self.amount_minor or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """Since when a member is an advocate himself, and how he became one."""

    moment: datetime
    how: str
    evidence: str | None = None


class Edge(NamedTuple):
    """A step of a loop: when it was made, and what proves it. One that was refunded whole does not stand."""

    state: State
    moment: datetime
    evidence: Mapping[str, str]
    stands: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Loop:
    """What became of one recommendation to one friend. `touches` are those of its advocate, in event order.

    `others` are what attribution found to be owed to somebody else who recommended later: rewarded, but no turn of it.
    """

    friend: str
    advocate: str
    edges: Sequence[Edge]
    touches: Sequence[Touch]
    others: Sequence[Touch] = ()

    @property
    def began(self) -> datetime:
        """When it began: with the first edge."""
        return self.edges[0].moment

    @property
    def state(self) -> State:
        """The furthest edge that stands."""
        return next(each.state for each in reversed(self.edges) if each.stands)


def loop_id(community: str, program: str, friend: str) -> str:
    """The id of the one loop of a friend in a program: two writers who meet him at once make one."""
    digest = hashlib.blake2b(f"{community}\0{program}\0{friend}".encode(), digest_size=15).digest()
    return "l" + base64.b32encode(digest).decode().lower()


def loop(
    friend: str,
    touches: Iterable[Touch],
    answers: Iterable[Answer],
    bar: Callable[[datetime], Satisfaction],
    enrolled: Enrolment | None,
) -> Loop | None:
    """The loop of a friend in a program, from what attribution found; None: he came by nobody.

    Who recommended first, in event order, stays the one: a referrer never changes. Nobody recommends himself, and
    nobody who is an advocate already is anybody's friend. What he answered before he came says nothing of it.
    """
    found = sorted(touches, key=lambda each: (each.moment, each.subject != JOIN, each.id))
    first = next((each for each in found if _counts(each, friend, enrolled)), None)
    if first is None:
        return None
    since = satisfaction.satisfied_since((each for each in answers if each.at >= first.moment), bar)
    ours = [each for each in found if each.advocate == first.advocate and each.moment >= first.moment]
    return Loop(
        friend=friend,
        advocate=first.advocate,
        edges=tuple(_edges(ours, since, enrolled)),
        touches=tuple(ours),
        others=tuple(each for each in found if each.advocate not in {first.advocate, friend}),
    )


def _counts(touch: Touch, friend: str, enrolled: Enrolment | None) -> bool:
    return touch.advocate != friend and (enrolled is None or touch.moment <= enrolled.moment)


def _edges(ours: Sequence[Touch], since: Answer | None, enrolled: Enrolment | None) -> Iterator[Edge]:
    first = ours[0]
    evidence = {"door": first.door, "link": first.link, "attribution": first.attribution}
    began = min(first.moment, first.clicked or first.moment)
    yield Edge(State.RECOMMENDED, began, _present(evidence))
    if first.click is not None:
        yield Edge(State.CLICKED, began, _present({"click": first.click, "link": first.link}))
    yield from _first(ours, State.JOINED, JOIN)
    yield from _first(ours, State.PURCHASED, ORDER)
    if since is not None:
        yield Edge(State.SATISFIED, since.at, _answered(since))
    if enrolled is not None:
        proof = {"how": enrolled.how, "evidence": enrolled.evidence}
        yield Edge(State.ADVOCATE, enrolled.moment, _present(proof))


def _first(ours: Sequence[Touch], state: State, subject: str) -> Iterator[Edge]:
    """The first one of its kind; of orders the first of which something is left, where there is one."""
    every = [each for each in ours if each.subject == subject]
    found = next((each for each in every if not each.refunded), None) or next(iter(every), None)
    if found is not None:
        evidence = {subject: found.id, "attribution": found.attribution}
        yield Edge(state, found.moment, evidence, stands=not found.refunded)


def _answered(answer: Answer) -> Mapping[str, str]:
    said = {"satisfaction": answer.id, answer.scale.value: str(answer.score), "order": answer.order}
    return _present(said)


def _present(evidence: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in evidence.items() if value is not None}


class Came(NamedTuple):
    """How a member came himself: his nearest ancestors, the nearest first, at most `bound`; how many turns it took."""

    ancestors: Sequence[str]
    bound: int
    generation: int


#: How a member came himself; None: by nobody.
CameOf = Callable[[str], Came | None]


def lineage(advocate: str, bound: int, came: CameOf) -> Came:
    """How whoever `advocate` recommends to comes: his nearest ancestors, and his generation."""
    parent = came(advocate)
    found = [advocate]
    link = parent
    while link is not None and len(found) < bound:
        found += link.ancestors
        # Fewer than its bound is all there are; else those who come before the last one are asked for.
        link = came(found[-1]) if len(link.ancestors) >= link.bound else None
    return Came(tuple(found[:bound]), bound, parent.generation + 1 if parent else 1)


def to_the_root(advocate: str, referrer: Callable[[str], str | None]) -> Iterator[str]:
    """An advocate, who recommended to him, and so on. Ends where it meets somebody again."""
    seen: set[str] = set()
    at: str | None = advocate
    while at is not None and at not in seen:
        seen.add(at)
        yield at
        at = referrer(at)


def shifts(before: Sequence[str], after: Sequence[str]) -> Counter[tuple[str, int]]:
    """What a friend's other ancestors change in the counts: (ancestor, generation) → more or fewer descendants."""
    found: Counter[tuple[str, int]] = Counter()
    for sign, ancestors in ((-1, before), (1, after)):
        for number, ancestor in enumerate(ancestors, 1):
            found[ancestor, number] += sign
    return Counter({where: count for where, count in found.items() if count})
