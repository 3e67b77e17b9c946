"""Why somebody has, or has not, brought a friend: in words, for whoever asks.

An advocate learns what became of his own recommendation, and nothing of the friend or of other advocates. A rep learns
who lost against whom. An auditor learns what was decided from what, with every id, so that it can be decided again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from services.referral.domain.reasons import WORDS, Reason
from shared import clock


class Audience(StrEnum):
    """Who asks."""

    ADVOCATE = "advocate"
    REP = "rep"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One candidate: whose it is by the community's own name for him, and by ours, and what became of it."""

    door: str
    name: str
    moment: datetime
    reason: Reason
    advocate: str | None = None
    member: str | None = None
    program: str | None = None
    arithmetic: str | None = None


class Unrewarded(NamedTuple):
    """A rule of the program that gives nothing for it, and why; `to`: whom it would reward."""

    rule: str
    to: str
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """An attribution: what was attributed, to whom by which rule, every candidate, and what it does not earn."""

    kind: str
    subject: str
    friend: str | None
    at: datetime
    rule: str
    state: str
    settles: datetime
    lines: Sequence[Line]
    unrewarded: Sequence[Unrewarded] = ()
    version: int | None = None
    channel: str | None = None


_DOORS = {
    "coupon": "a coupon was named",
    "code": "a code was named",
    "token": "a token was handed through",
    "click": "a link was clicked",
    "relation": "the friend had been brought before",
}
_RULES = {
    "coupon": "a coupon beats all else",
    "code": "a code that is named beats clicks",
    "token": "a token that is handed through beats clicks",
    "first-click": "the first click within the window wins",
    "last-click": "the last click within the window wins",
    "kept": "whoever brought the friend before stays his advocate",
    "none": "nothing that was named or clicked counts",
}
#: What no click changes, however late it comes.
_BEATS_CLICKS = frozenset({"coupon", "code", "token"})


def text(record: Record, audience: Audience, member: str | None = None) -> str:
    """Say it to somebody; `member` is the advocate who asks."""
    if audience is Audience.ADVOCATE:
        return " ".join(_to_advocate(record, member))
    return "\n".join(_to_rep(record) if audience is Audience.REP else _to_auditor(record))


def _to_advocate(record: Record, member: str | None) -> Iterator[str]:
    what = f"The {record.kind} of {record.at:%d %B %Y}"
    own = [each for each in record.lines if member is not None and each.member == member]
    won = [each for each in own if each.reason is Reason.WON]
    if won:
        yield f"{what} is yours: {_DOORS[won[0].door]}, and {_RULES[record.rule]}."
        yield from _arithmetic(won[0])
        for one in record.unrewarded:
            yield f"You get nothing for it by `{one.rule}`: {WORDS[one.reason]}."
    elif member is None:
        yield f"{what} is nobody's: {_RULES[record.rule]}."
    else:
        yield f"{what} is not yours."
        for each in own:
            yield f"{_DOORS[each.door].capitalize()}, but {WORDS[each.reason]}."
            yield from _arithmetic(each)
        if not own:
            yield "Nothing of yours was named or clicked."
    yield from _until(record)


def _to_rep(record: Record) -> Iterator[str]:
    friend = record.friend or "somebody who is forgotten"
    named = f"{record.kind} {record.subject}" if record.kind == "order" else record.kind
    won = next((each for each in record.lines if each.reason is Reason.WON), None)
    whose = f"{_who(won)} brought him" if won else "nobody brought him"
    yield f"{named} of {friend}, {clock.text(record.at)}: {whose}, since {_RULES[record.rule]}."
    if record.channel:
        yield f"It came by the channel {record.channel}."
    for each in record.lines:
        if each is not won:
            yield " ".join([f"- {_who(each)}, {each.door}: {WORDS[each.reason]}.", *_arithmetic(each)])
    for one in record.unrewarded:
        yield f"Nothing by `{one.rule}` (to {one.to}): {WORDS[one.reason]}."
    yield from _until(record)


def _to_auditor(record: Record) -> Iterator[str]:
    version = "no program" if record.version is None else f"version {record.version} of its program"
    yield (
        f"{record.kind} {record.subject}, {clock.text(record.at)}, decided by {version}; rule {record.rule}; "
        f"{record.state}, settles {clock.text(record.settles)}."
    )
    for each in record.lines:
        parts = [each.door, each.name, clock.text(each.moment), each.program or "-", each.member or "-"]
        yield " · ".join([*parts, str(each.reason), *([each.arithmetic] if each.arithmetic else [])])
    for one in record.unrewarded:
        yield " · ".join(["nothing", one.rule, one.to, str(one.reason)])


def _who(line: Line) -> str:
    return line.advocate or line.name


def _arithmetic(line: Line) -> list[str]:
    return [f"({line.arithmetic}.)"] if line.arithmetic else []


def _until(record: Record) -> Iterator[str]:
    if record.state == "provisional":
        what = (
            "it is provisional" if record.rule in _BEATS_CLICKS else "a click that comes late may change it"
        )
        yield f"Until {clock.text(record.settles)} {what}."
