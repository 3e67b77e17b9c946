"""What rewards need is gathered first and written at the end of it: transfers, caps, what is frozen and announced."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from services.referral.domain import settling
from services.referral.domain.rewards import Conversion, Credit, Due
from services.referral.domain.settling import Move, Moved, State, Target
from services.referral.domain.suspicion import Review
from services.referral.repository import DATABASE, attributions
from services.referral.repository import ledger as books
from services.referral.repository import rewards as store
from services.referral.use_cases import announcing, capping
from services.referral.use_cases.capping import Room
from services.referral.use_cases.histories import History
from shared import outbox
from shared.events import referral as events
from shared.mongo import Document

Key = TypeVar("Key", bound=Hashable)


@dataclass(slots=True)
class Day:
    """What is to be written in one transaction; `due`: what it follows from, each with the reward that is kept."""

    history: History
    now: datetime
    room: Room
    changed: dict[str, Document] = field(default_factory=dict)
    moves: list[tuple[Document, Move]] = field(default_factory=list)
    frozen: set[str] = field(default_factory=set)
    due: list[tuple[Due, Document]] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a reward ought to follow now: whether it is due, what a person decided, and until when it waits, if known.

    `conversion`: the join or the order whose refunds take of it. `value_date`: since when it counts for a month; None:
    since it is released.
    """

    is_due: bool
    review: str | None = None
    held_until: datetime | None = None
    value_date: datetime | None = None
    conversion: Conversion | None = None


def chosen(kept: Iterable[Document], key: Callable[[Document], Key]) -> dict[Key, Document]:
    """Of what accounts of one person were granted for the same: what was released, what stands, or the smaller id."""
    found: dict[Key, Document] = {}
    for each in sorted(kept, key=_preference):
        found.setdefault(key(each), each)
    return found


def grant(day: Day, due: Due, credit: Credit, wanted: Wanted, *, friend: str) -> None:
    """Something is due for the first time, for what a friend did: granted as far as the caps leave it."""
    stored = capping.grant(day.history, due, credit, day.room)
    stored |= {"friend": friend, "accrued_at": day.now}
    _wait(stored, wanted)
    if stored["amount_minor"]:
        _take(day, stored, settling.accrue(store.account(stored), str(due.occasion)), wanted)
    settle(day, stored, wanted)
    day.changed[stored["_id"]] = stored


def settle(day: Day, stored: Document, wanted: Wanted) -> None:
    """Move what has to be moved until a reward is as it ought to be."""
    before = dict(stored)
    if stored["amount_minor"]:
        _wait(stored, wanted)
        for move in settling.moves(
            store.account(stored), capping.resettle(stored, _target(day, stored, wanted), day.room)
        ):
            _take(day, stored, move, wanted)
    _name_state(stored, wanted.review)
    if stored != before:
        day.changed[stored["_id"]] = stored


def keep(day: Day) -> None:
    """Write it all: rewards, transfers, caps, what is frozen now, and what is announced."""
    community = day.history.community
    store.keep(list(day.changed.values()))
    books.post(
        [settling.transfer(community, move, day.now, stored.get("value_date")) for stored, move in day.moves]
    )
    day.room.keep()
    if day.frozen:
        attributions.freeze(day.frozen)
    announced = [announcing.reward(stored, move, day.now) for stored, move in day.moves]
    outbox.add(DATABASE, community, events.EVENTS.name, map(events.message, announced))


def _preference(stored: Document) -> tuple[bool, bool, str]:
    return not stored["released"], stored["reversed_minor"] == stored["amount_minor"], stored["_id"]


def _target(day: Day, stored: Document, wanted: Wanted) -> Target:
    refused = wanted.review == Review.REFUSED
    found = settling.target(store.account(stored), wanted.conversion, is_due=wanted.is_due, refused=refused)
    is_free = wanted.review in {None, Review.PAID} and stored["held_until"] <= day.now
    return Target(reversed_minor=found.reversed_minor, reason=found.reason, release=wanted.is_due and is_free)


def _wait(stored: Document, wanted: Wanted) -> None:
    """Until when it waits: the program's hold, shorter for good standing while that lasts, and a late click's time."""
    if wanted.held_until is not None and not stored["released"]:
        stored["held_until"] = wanted.held_until


def _take(day: Day, stored: Document, move: Move, wanted: Wanted) -> None:
    after = move.after
    stored.update(reversed_minor=after.reversed_minor, released=after.released, steps=after.steps)
    if move.moved is Moved.RELEASED:
        stored["released_at"] = day.now
        if wanted.value_date is not None and wanted.value_date < day.now:
            stored["value_date"] = wanted.value_date
        day.frozen.add(stored["subject"])
    if move.moved in {Moved.REVERSED, Moved.RESTORED}:
        stored["reason"] = move.reason
    day.moves.append((dict(stored), move))
    day.changed[stored["_id"]] = stored


def _name_state(stored: Document, review: str | None) -> None:
    stored["state"] = _state(stored, review).value
    if stored["state"] == State.HELD:
        stored["ripe"] = stored["held_until"]
    else:
        stored.pop("ripe", None)


def _state(stored: Document, review: str | None) -> State:
    if not stored["amount_minor"]:
        return State.REFUSED
    if stored["reversed_minor"] == stored["amount_minor"]:
        return State.REVERSED
    if stored["released"]:
        return State.RELEASED
    return State.IN_REVIEW if review == Review.OPEN else State.HELD
