"""Candidates for titles: from rows of a board's month to what eligibility and tie-breakers ask."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from services.titles_and_badges.domain import standing
from services.titles_and_badges.domain.boards import Board
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.standing import Context
from services.titles_and_badges.domain.titles import choosing, definitions, measures, months
from services.titles_and_badges.domain.titles.choosing import Candidate, Choice, Person
from services.titles_and_badges.domain.titles.definitions import Title
from services.titles_and_badges.domain.titles.measures import Measure, Terms
from services.titles_and_badges.repository import communities, holds, titles
from services.titles_and_badges.repository.boards import definitions as boards
from shared import timeline
from shared.mongo import Document

AT_ONCE = 50
_MOMENT = timedelta(milliseconds=1)


class Row(NamedTuple):
    """A member's score in a list, and when he reached it."""

    member: str
    score: int
    reached: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """A month of a community: its borders, the community's zones, and our copy of it."""

    community: str
    period: str
    first: datetime
    until: datetime
    zones: Sequence[tuple[datetime, str]]
    stored: Document


def month(community: str, period: str, stored: Document) -> Month:
    """A month by our copy of the community."""
    zones = communities.zones(stored)
    first, until = months.borders(period, Context(profiles={}, zones=zones))
    return Month(community=community, period=period, first=first, until=until, zones=zones, stored=stored)


def title(slug: str, definition: Mapping[str, Any], version: int) -> Title:
    """A title as a rule, with those whom it leaves out by the ids that they have today."""
    read = definitions.title(slug, definition, version=version)
    now = _current({each.member for each in read.excluded})
    return replace(
        read,
        excluded=tuple(replace(each, member=now.get(each.member, each.member)) for each in read.excluded),
    )


def choose(of: Month, ruled: Title, rows: Iterable[Row], board: Board | None = None) -> Choice:
    """Who holds a title, by the rows of its list, best first; no more of them are read than are needed.

    `board` is the title's as it would be, where it is not the stored one.
    """
    return choosing.choose(ruled, of.period, of.until, candidates(of, ruled, rows, board))


def candidates(
    of: Month, ruled: Title, rows: Iterable[Row], board: Board | None = None
) -> Iterator[Candidate]:
    """Rows as candidates, read as they are asked for."""
    counts = ruled.measure or (board.concerns if board else _points_of(of.community, ruled.board))
    read = iter(rows)
    # The first few are asked for at once in most months; whoever must read on reads more at a time.
    for size in itertools.chain((10,), itertools.repeat(AT_ONCE)):
        chunk = list(itertools.islice(read, size))
        if not chunk:
            return
        yield from _candidates(of, ruled, counts, chunk)


def scale(definition: Mapping[str, Any]) -> int:
    """In what parts of a point a title's scores are kept."""
    return measures.UNIT if definition.get("measure") else 1


def amounts(of: Month, measured: Measure, members: Sequence[str]) -> dict[str, int]:
    """What the month of each member comes to, in thousandths."""
    return {member: each.amount for member, each in _terms(of, measured, members).items()}


def _candidates(of: Month, ruled: Title, counts: Any, rows: Sequence[Row]) -> Iterator[Candidate]:  # noqa: ANN401
    members = [row.member for row in rows]
    terms = _terms(of, counts, members)
    people = _people(of, ruled, members)
    for row in rows:
        yield Candidate(
            member=row.member,
            score=row.score,
            reached=row.reached,
            terms=terms[row.member],
            person=people[row.member],
        )


def _terms(of: Month, counts: Any, members: Sequence[str]) -> dict[str, Terms]:  # noqa: ANN401
    deeds = titles.deeds_between(members, of.first, of.until)
    held = holds.held(of.stored, members)
    if held:
        deeds = {
            member: [fact for fact in each if (member, fact.activity) not in held]
            for member, each in deeds.items()
        }
    involved = {*members, *(name for each in deeds.values() for fact in each for name in fact.involved())}
    context = Context(profiles=communities.standings(involved), zones=of.zones)
    givers = {fact.actor for each in deeds.values() for fact in each if fact.actor}
    firsts = titles.first_deeds(givers)
    return {member: measures.terms(counts, each, firsts, context) for member, each in deeds.items()}


def _people(of: Month, ruled: Title, members: Sequence[str]) -> dict[str, Person]:
    profiles = communities.standings(members)
    firsts = titles.first_deeds(members)
    held: dict[str, set[str]] = {member: set() for member in members}
    for row in titles.held_by(members, ruled.slug):
        if row["period"] < of.period:
            held[row["member"]].add(row["period"])
    last = of.until - _MOMENT
    found = {}
    for member in members:
        profile = profiles.get(member, standing.Profile())
        found[member] = Person(
            role=timeline.at(profile.roles, last, standing.MEMBER),
            opted_out=timeline.at(profile.opt_outs, last, default=False),
            first=firsts.get(member),
            held=frozenset(held[member]),
        )
    return found


def _points_of(community: str, slug: str) -> Any:  # noqa: ANN401 (a predicate on facts)
    stored = boards.one(community, slug)
    return _nothing if stored is None else boards.board(stored).concerns


def _nothing(fact: Fact) -> bool:
    del fact
    return False


def _current(members: set[str]) -> dict[str, str]:
    """Who these members are today, where they were merged."""
    found = {member: member for member in members}
    wanted = set(members)
    while wanted:
        merged = {
            each["_id"]: each["merged_into"]
            for each in communities.profiles(wanted).values()
            if each.get("merged_into")
        }
        found = {member: merged.get(now, now) for member, now in found.items()}
        wanted = set(merged.values())
    return found
