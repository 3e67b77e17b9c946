"""What a definition of a board would show: who enters its top, who leaves it, how places move. Changes nothing.

It counts from the same facts by the same folds; of the facts it reads those alone that its lines ask for, in the months
that its periods touch.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from services.titles_and_badges.domain.boards import Board, BoardRules, appearance, days, ranking, windows
from services.titles_and_badges.domain.boards.windows import Period
from services.titles_and_badges.domain.standing import Context, Profile
from services.titles_and_badges.repository import boards as stored_boards
from services.titles_and_badges.repository import communities, facts, seals
from services.titles_and_badges.repository.boards import definitions
from services.titles_and_badges.repository.candidates import Row
from services.titles_and_badges.use_cases import counting, crediting, defining_boards, previewing_titles
from services.titles_and_badges.use_cases.rehearsing import Listed
from shared import clock
from shared.mongo import Document

_FACTS_AT_ONCE = 5_000


class _Asked(NamedTuple):
    """A board as it would be, the periods that are looked at (the present one first), and when."""

    board: Board
    periods: Sequence[Period]
    today: date
    zone: ZoneInfo
    stored: Document


class _Place(NamedTuple):
    rank: int
    score: int


@dataclass
class _Found:
    """The rows of each period, what they were counted from, and how far that came."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    members: int = 0
    facts: int = 0
    last: str | None = None  # whoever comes behind him was not looked at


def preview(
    community: str,
    slug: str,
    definition: Mapping[str, Any],
    *,
    top: int,
    months: int,
    seconds: float | None = None,
) -> Document:
    """The present period, and the titles of so many sealed months; in whole or for so many seconds. Raises Invalid.

    Where it was broken off, places are among those who were looked at, and titles are left out.
    """
    began, now = time.monotonic(), clock.now()
    until = None if seconds is None else began + seconds
    before = definitions.one(community, slug)
    document = defining_boards.as_defined(community, slug, definition, before, now)
    asked = _asked(community, definitions.board(document), months, now)
    found = _counted(community, asked, until)
    present = asked.periods[0]
    was = _stored_places(before, present, found.last) if before else {}
    told = _titles(community, asked.board, months if found.last is None else 0, found, until)
    return {
        "board": slug,
        "window": present.window,
        "period": present.name,
        "from": present.first,
        "until": present.end,
        "time_zone": asked.zone.key,
        "ties": asked.board.ties,
        "as_of": asked.today,
        **_compared(was, _places(found.rows.get(present.key, ()), asked.board.ties), top),
        **told,
        "complete": found.last is None and told["complete"],
        "cost": {
            "members": found.members,
            "facts": found.facts,
            "seconds": round(time.monotonic() - began, 3),
        },
    }


def _asked(community: str, board: Board, months: int, now: datetime) -> _Asked:
    stored = communities.load([community]).get(community, {})
    zone = Context(profiles={}, zones=communities.zones(stored)).zone(now)
    today = days.day_of(now, zone)
    sealed = seals.latest(community, limit=months) if months and windows.MONTH in board.windows else ()
    periods = [
        board.present(board.usual_window, today),
        *(windows.named(windows.MONTH, seal["period"]) for seal in sealed if _titles_of(seal, board)),
    ]
    return _Asked(board, periods, today, zone, stored)


def _titles_of(seal: Document, board: Board) -> list[Document]:
    listed = seals.manifest(seal["_id"])["titles"]
    return [each for each in listed if each["definition"]["board"] == board.slug]


def _titles(community: str, board: Board, months: int, found: _Found, until: float | None) -> Document:
    def wanted(seal: Document) -> tuple[Sequence[Document], Listed | None]:
        rows = found.rows.get(f"{windows.MONTH}:{seal['period']}", [])
        return _titles_of(seal, board), Listed(board, rows)

    return previewing_titles.rehearsed(community, months, wanted, until)


def _counted(community: str, asked: _Asked, until: float | None) -> _Found:
    found = _Found()
    after, query = "", _query(asked)
    while members := facts.following_members(community, after, _FACTS_AT_ONCE, query):
        _count(asked, members, found)
        after = max(members)
        if until is not None and time.monotonic() > until:
            found.last = after
            break
    for rows in found.rows.values():
        rows.sort(key=lambda row: ranking.list_key(row.score, row.reached, row.member))
    return found


def _count(asked: _Asked, members: Mapping[str, Sequence[Document]], found: _Found) -> None:
    deeds = {member: [facts.fact(each) for each in documents] for member, documents in members.items()}
    context = counting.context(asked.stored, deeds)
    rules = BoardRules(0, [asked.board], defined=True)
    earned, _ = crediting.from_scratch(rules, context, deeds)
    parts: dict[tuple[str, str], list[appearance.Part]] = {}
    wanted = {period.key for period in asked.periods}
    for key, credit in earned.items():
        profile = context.profiles.get(key.member, Profile())
        who = (key.member, credit.days, profile, asked.today, asked.zone)
        for period, part in appearance.appearance(asked.board, *who).items():
            if period in wanted and not part.hidden:
                parts.setdefault((period, key.member), []).append(part)
    for (period, member), each in parts.items():
        score, reached = sum(part.points for part in each), max(part.reached for part in each)
        found.rows.setdefault(period, []).append(Row(member, score, reached))
    found.members += len(deeds)
    found.facts += sum(len(each) for each in deeds.values())


def _query(asked: _Asked) -> Document:
    """A query that finds all facts that can count in the periods, and few others."""
    lines = [line for _, policy in asked.board.policies for line in policy.earnings]
    query: Document = {"roles": {"$in": sorted({line.role for line in lines})}}
    if all(line.where.types is not None for line in lines):
        query["type"] = {"$in": sorted({kind for line in lines for kind in line.where.types or ()})}
    published: Document = {}
    if all(period.first is not None for period in asked.periods):
        # Limits hold within a calendar month; a zone that was changed may shift its border by a day.
        first = min(period.first.replace(day=1) for period in asked.periods if period.first is not None)
        published["$gte"] = days.start_of(first - days.ONE, asked.zone)
    if all(period.end is not None for period in asked.periods):
        end = max(period.end for period in asked.periods if period.end is not None)
        published["$lt"] = days.start_of(end + days.ONE, asked.zone)
    return {**query, "published": published} if published else query


def _places(rows: Iterable[Row], ties: str) -> dict[str, _Place]:
    listed = list(rows)
    ranks = ranking.ranks((row.score for row in listed), ties, place=1, at_first=0, before=0)
    return {row.member: _Place(rank, row.score) for row, rank in zip(listed, ranks, strict=True)}


def _stored_places(before: Document, period: Period, last: str | None) -> dict[str, _Place]:
    rows = stored_boards.rows(before["community"], before["slug"], period.key)
    seen = (
        Row(row["member"], row["score"], row["reached"])
        for row in rows
        if last is None or row["member"] <= last
    )
    return _places(seen, definitions.board(before).ties)


def _compared(was: Mapping[str, _Place], now: Mapping[str, _Place], top: int) -> Document:
    first = {member for places in (was, now) for member, place in places.items() if place.rank <= top}
    rows = sorted((_row(member, was.get(member), now.get(member), top) for member in first), key=_order)
    both = was.keys() & now.keys()
    return {
        "total": len(now),
        "total_before": len(was),
        "rise": sum(now[member].rank < was[member].rank for member in both),
        "fall": sum(now[member].rank > was[member].rank for member in both),
        "rows": rows,
        "enter": [row for row in rows if row["change"] == "enters"],
        "leave": [row for row in rows if row["change"] == "leaves"],
    }


def _row(member: str, was: _Place | None, now: _Place | None, top: int) -> Document:
    return {
        "member": member,
        "rank": now and now.rank,
        "score": now and now.score,
        "rank_before": was and was.rank,
        "score_before": was and was.score,
        "change": _change(was.rank if was else None, now.rank if now else None, top),
    }


def _change(was: int | None, now: int | None, top: int) -> str:
    if was is None or was > top:
        return "enters"
    if now is None or now > top:
        return "leaves"
    return "rises" if now < was else "falls" if now > was else "stays"


def _order(row: Document) -> tuple[Any, ...]:
    """By the new place, those without one behind, by the old one."""
    return (row["rank"] is None, row["rank"] or 0, row["rank_before"] or 0, row["member"])
