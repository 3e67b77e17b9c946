"""What attribution is asked and what it decides: the candidates for having brought a friend, and their verdicts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from services.referral.domain.advocates import State
from services.referral.domain.reasons import Reason
from services.referral.domain.visits import Class


class Door(StrEnum):
    """How a candidate came to be one."""

    COUPON = "coupon"
    CODE = "code"
    TOKEN = "token"  # noqa: S105 (it is a word)
    CLICK = "click"
    RELATION = "relation"


class Subject(StrEnum):
    """What is attributed."""

    JOIN = "join"
    ORDER = "order"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who may have brought the friend.

    `moment` is that of the click (of a token: of the click behind it), of naming a code or coupon, or of the earlier
    join or order. `arrived` is when we learnt of a click. `since` and `until` bound the validity of a code or coupon;
    `only_for` are the members for whom a coupon is. `state` is the advocate's at the time of what is attributed. What
    cannot be found has no advocate and no channel.
    """

    door: Door
    moment: datetime
    name: str
    program: str | None = None
    advocate: str | None = None
    link: str | None = None
    channel: str | None = None
    klass: str = Class.PERSON
    clicked: bool = False
    arrived: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    only_for: frozenset[str] | None = None
    state: str | None = State.ENROLLED


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be attributed: a friend's join or order. `received` is when we learnt of it."""

    subject: Subject
    friend: str
    moment: datetime
    received: datetime
    checkout_began: datetime | None = None
    amount_minor: int | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """Who the friend is to others.

    `same`: all ids that are this person, merged ones included. `advocate_since`: since when he recommends himself.
    `above`: each candidate's advocate → all who stand above him in the tree.
    """

    same: frozenset[str]
    advocate_since: datetime | None = None
    above: Mapping[str, frozenset[str]] = field(default_factory=dict)


class Verdict(NamedTuple):
    """What became of one candidate, and the window's arithmetic where there is one."""

    candidate: Candidate
    reason: Reason
    arithmetic: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Who won by which rule, what became of every candidate, and which channel was used if one was."""

    winner: Candidate | None
    rule: str
    verdicts: tuple[Verdict, ...]
    version: int | None = None
    channel: str | None = None
