"""What if the window or the model had been another? History is decided anew, twice, and nothing is changed."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.referral.domain import supposing as rules
from services.referral.domain.programs import Program
from services.referral.domain.supposing import Friend, Owed, Supposed
from services.referral.repository import DATABASE, friends, people, programs
from services.referral.use_cases import deciding, gathering, histories
from shared import mongo
from shared.errors import NotFound
from shared.mongo import Document

_AT_ONCE = 200


@dataclass(slots=True)
class Answer:
    """What would be otherwise: rows by advocate and currency, and how many joins and orders the question is about.

    Of one program: those for which it, or a link or coupon of it, was a candidate.
    """

    rows: list[dict[str, Any]] = field(default_factory=list)
    decided: int = 0
    changed: int = 0


def ask(community: str, supposed: Supposed, now: datetime) -> Answer:
    """Replay the community's history under its programs as they are, and as supposed. Raises NotFound."""
    known = {each.slug: each for each in programs.every(community)}
    if supposed.program is not None and supposed.program not in known:
        raise NotFound("program", supposed.program)
    answer = Answer()
    sides = _replay(community, known, supposed, now, answer)
    answer.rows = list(_rows(*(rules.owed(each, supposed.program) for each in sides)))
    return answer


def _replay(
    community: str,
    known: Mapping[str, Program],
    supposed: Supposed,
    now: datetime,
    answer: Answer,
) -> tuple[list[Friend], list[Friend]]:
    altered = rules.altered(known, supposed)
    before: list[Friend] = []
    after: list[Friend] = []
    for friend in _friends(community):
        with mongo.snapshot(DATABASE):
            facts = gathering.read(community, friend)
            once, otherwise = (deciding.decide(facts, each, anew=True) for each in (known, altered))
            for side, by_slug, decided in ((before, known, once), (after, altered, otherwise)):
                imagined = histories.imagine(gathering.dossier(facts, decided), by_slug, now)
                side.append(Friend(friend, imagined))
        _count(answer, zip(once, otherwise, strict=True), supposed.program)
    return before, after


def _count(answer: Answer, decided: Iterable[tuple[Document, Document]], program: str | None) -> None:
    for once, otherwise in decided:
        if program is None or program in _named(once) | _named(otherwise):
            answer.decided += 1
            answer.changed += _who(once) != _who(otherwise)


def _named(document: Document) -> set[str | None]:
    return {each.get("program") for each in document["candidates"]}


def _friends(community: str) -> Iterator[str]:
    last = ""
    while found := friends.after(community, last, _AT_ONCE):
        survivors = people.survivors(found)
        yield from (each for each in found if survivors[each] == each)
        last = found[-1]


def _who(document: Document) -> tuple[str | None, str | None]:
    return document.get("program"), document.get("advocate")


def _rows(before: Owed, after: Owed) -> Iterator[dict[str, Any]]:
    members = {member for member, _ in before.keys() | after.keys()}
    names = people.shown(members)
    rows = [
        {
            "advocate": names.get(member) or "",
            "currency": currency,
            "before_minor": before.get((member, currency), 0),
            "after_minor": after.get((member, currency), 0),
            "difference_minor": after.get((member, currency), 0) - before.get((member, currency), 0),
        }
        for member, currency in before.keys() | after.keys()
    ]
    yield from sorted(rows, key=lambda row: (row["advocate"], row["currency"]))
