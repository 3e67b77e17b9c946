"""Attributions, as they are explained."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from services.referral.domain import explaining
from services.referral.domain.candidates import Subject
from services.referral.domain.explaining import Audience, Line, Record, Unrewarded
from services.referral.domain.programs import Beneficiary
from services.referral.domain.reasons import WORDS, Reason
from services.referral.repository import attributions, cases, people
from shared.errors import NotFound
from shared.mongo import Document

FROZEN, SETTLED, PROVISIONAL = STATES = ("frozen", "settled", "provisional")
#: Of a candidate that is not his own, an advocate sees no more than this.
_OF_OTHERS = ("door", "reason", "words")

Names = Mapping[str, str | None]


def latest(
    community: str, before: tuple[datetime, str] | None, limit: int, audience: Audience, now: datetime
) -> list[Document]:
    """Attributions, the latest first."""
    return shown(attributions.latest(community, before, limit), audience, None, now)


def one(community: str, identifier: str, audience: Audience, member: str | None, now: datetime) -> Document:
    """One attribution; to an advocate as `member`, or else as the one whom it concerns. Raises NotFound."""
    found = attributions.one(community, identifier)
    if found is None:
        raise NotFound("attribution", identifier)
    return shown([found], audience, member, now)[0]


def shown(found: Sequence[Document], audience: Audience, member: str | None, now: datetime) -> list[Document]:
    """Attributions as they are shown to somebody."""
    asked = _Asked(audience, people.shown(_everybody(found)), cases.load(each["_id"] for each in found), now)
    return [_shown(each, asked, member or _concerned(each)) for each in found]


def state(document: Document, now: datetime) -> str:
    """Whether a late click may still change it; a frozen one never changes."""
    if document.get("frozen"):
        return FROZEN
    return SETTLED if document["settles"] <= now else PROVISIONAL


def _concerned(document: Document) -> str | None:
    """Which advocate asks, where nobody says so: who won, or the only one who was named or clicked."""
    named = {each["advocate"] for each in document["candidates"] if each.get("advocate")}
    return document.get("advocate") or (named.pop() if len(named) == 1 else None)


class _Asked(NamedTuple):
    """To whom and when something is explained, what people are called, and the cases of what is explained, by id."""

    audience: Audience
    names: Names
    cases: Mapping[str, Document]
    now: datetime


def _shown(document: Document, asked: _Asked, member: str | None) -> Document:
    audience, names = asked.audience, asked.names
    unrewarded = _unrewarded(asked.cases.get(document["_id"], {}), audience)
    record = _record(document, names, state(document, asked.now), unrewarded)
    found: dict[str, Any] = {
        "key": document["_id"],
        "id": document["_id"],
        "kind": document["kind"],
        "subject": record.subject,
        "friend": record.friend,
        "at": document["at"],
        "state": record.state,
        "settles_at": document["settles"],
        "rule": document["rule"],
        "advocate": names.get(document.get("advocate", "")),
        "program": document.get("program"),
        "version": document.get("version"),
        "door": document.get("door"),
        "channel": document.get("channel"),
        "flags": document.get("flags", []),
        "candidates": [_candidate(each, names) for each in document["candidates"]],
        "unrewarded": [{**each._asdict(), "words": WORDS[each.reason]} for each in unrewarded],
        "text": explaining.text(record, audience, member),
    }
    return _for_advocate(found, document, member) if audience is Audience.ADVOCATE else found


def _for_advocate(found: Document, document: Document, member: str | None) -> Document:
    """What of a record concerns this advocate: neither the friend nor other advocates, and no suspicion."""
    own = [each.get("advocate") == member for each in document["candidates"]]
    return {
        **found,
        "subject": None,
        "friend": None,
        "flags": [],
        "advocate": found["advocate"] if document.get("advocate") == member else None,
        "unrewarded": found["unrewarded"] if document.get("advocate") == member else [],
        "candidates": [
            each if is_own else {name: each[name] for name in _OF_OTHERS}
            for each, is_own in zip(found["candidates"], own, strict=True)
        ],
    }


def _unrewarded(case: Document, audience: Audience) -> list[Unrewarded]:
    """Which rules give nothing for it; an advocate learns of those that would reward him."""
    found = [Unrewarded(each["rule"], each["to"], Reason(each["reason"])) for each in case.get("unpaid", ())]
    return [each for each in found if audience is not Audience.ADVOCATE or each.to == Beneficiary.ADVOCATE]


def _record(document: Document, names: Names, now: str, unrewarded: Sequence[Unrewarded]) -> Record:
    friend = names.get(document["friend"])
    is_join = document["kind"] == Subject.JOIN
    return Record(
        kind=document["kind"],
        subject=(friend or "") if is_join else document["subject"],
        friend=friend,
        at=document["at"],
        rule=document["rule"],
        state=now,
        settles=document["settles"],
        lines=[_line(each, names) for each in document["candidates"]],
        unrewarded=unrewarded,
        version=document.get("version"),
        channel=document.get("channel"),
    )


def _line(each: Document, names: Names) -> Line:
    return Line(
        door=each["door"],
        name=each["name"],
        moment=each["moment"],
        reason=Reason(each["reason"]),
        advocate=names.get(each.get("advocate", "")),
        member=each.get("advocate"),
        program=each.get("program"),
        arithmetic=each.get("arithmetic"),
    )


def _candidate(each: Document, names: Names) -> Document:
    return {
        "door": each["door"],
        "name": each["name"],
        "moment": each["moment"],
        "program": each.get("program"),
        "advocate": names.get(each.get("advocate", "")),
        "link": each.get("link"),
        "class": each.get("klass"),
        "reason": each["reason"],
        "words": WORDS[Reason(each["reason"])],
        "arithmetic": each.get("arithmetic"),
    }


def _everybody(found: Iterable[Document]) -> set[str]:
    return {
        member
        for each in found
        for member in (each["friend"], *(one.get("advocate") for one in (each, *each["candidates"])))
        if member
    }
