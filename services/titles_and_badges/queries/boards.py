"""Boards, as widgets and managers read them: the list, a place in it, and what it is made of.

Everything in one answer is read as of one moment: "my rank" is the rank in the list.
"""

import itertools
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.titles_and_badges.domain import badges as life
from services.titles_and_badges.domain.boards import appearance, days, ranking, windows
from services.titles_and_badges.domain.boards.definitions import ORDINAL, Board
from services.titles_and_badges.domain.boards.ranking import Tree
from services.titles_and_badges.domain.boards.windows import Period
from services.titles_and_badges.domain.standing import Context
from services.titles_and_badges.queries import awards as people
from services.titles_and_badges.repository import DATABASE, communities, seals
from services.titles_and_badges.repository.boards import accounts, changes, definitions, standings, trees
from services.titles_and_badges.repository.boards.accounts import Key
from services.titles_and_badges.repository.boards.standings import Standing
from shared import clock, mongo
from shared.errors import Invalid, NotFound, Place
from shared.mongo import Document

MOST_NEIGHBOURS = 20
_NOWHERE: Document = {"rank": None, "movement": None}
_SINCE = {"yesterday": "since-yesterday", "a_week": "since-a-week", "four_weeks": "since-four-weeks"}


class View(NamedTuple):
    """A board, one of its periods, and the day as of which it stands."""

    community: str
    stored: Document
    board: Board
    period: Period
    today: date
    zone: ZoneInfo

    @property
    def p(self) -> str:
        """What all rows of the period have in common."""
        return standings.period_key(self.community, self.board.slug, self.period.key)


def standing(
    community: str,
    board: str,
    period: str,
    *,
    limit: int,
    cursor: str | None = None,
    rank: int | None = None,
) -> Document:
    """A page of a period (`month:2026-10`, `all`): behind a cursor, from a place on, or from the beginning.

    Raises NotFound, or Invalid for a period that the board does not have. `next` is the cursor of the next page.
    """
    with mongo.snapshot(DATABASE):
        view = _view(community, board, period)
        rows = _rows(view, limit + 1, cursor, rank)
        tree = trees.one(view.p, [row.score for row in rows[:1]])
        page = rows[:limit]
        return {
            **_heading(view, tree),
            "items": _shown(view, tree, page),
            "next": page[-1].key if len(rows) > limit else None,
        }


def rank(
    community: str, board: str, period: str, member: str, *, around: int = 3, public: bool = False
) -> Document:
    """The place of a member (the community's own id) with his neighbours, or why he has none. Raises as `standing`."""
    with mongo.snapshot(DATABASE):
        view = _view(community, board, period)
        profile = people.member(community, member, public=public)
        mine = standings.load([(view.p, profile["_id"])]).get((view.p, profile["_id"]))
        placed = mine if mine is not None and not mine.hidden else None
        around = min(around, MOST_NEIGHBOURS) if placed else 0
        rows = _neighbours(view, placed, around)
        tree = trees.one(view.p, [row.score for row in (*rows[:1], *([placed] if placed else []))])
        near = _shown(view, tree, rows)
        own = next((item for row, item in zip(rows, near, strict=True) if row == placed), _NOWHERE)
        return {
            **_heading(view, tree),
            "member": people.person(profile, clock.now()),
            "rank": own["rank"],
            "score": mine.score if mine else 0,
            "of": tree.total,
            "movement": own["movement"],
            "neighbours": near,
            "excluded": _excluded(view, profile),
            "gained": _gained(view, profile["_id"]),
        }


def every(community: str, board: str, period: str) -> Iterator[Document]:
    """Every row of a period: {"rank", "member" (the community's own id), "score"}. Streamed. Raises as `standing`."""
    view = _view(community, board, period)
    rows, twins = itertools.tee(standings.rows(community, board, period))
    scores = (row["score"] for row in twins)
    places = ranking.ranks(scores, view.board.ties, place=1, at_first=0, before=0)
    for chunk in people.chunks(rows):
        known = communities.profiles({each["member"] for each in chunk})
        for each in chunk:
            external = known.get(each["member"], {}).get("external_id", "")
            yield {"rank": next(places), "member": external, "score": each["score"]}


def revision(community: str, board: str, window: str | None, name: str | None) -> tuple[object, ...]:
    """What changes whenever the list of a period does. Raises NotFound and Invalid."""
    key = period_key(community, board, window, name)
    stored = _stored(community, board)
    p = standings.period_key(community, board, key)
    today, _ = _today(community)
    sealed = _is_sealed(community, _period(definitions.board(stored), key, today))
    return stored["version"], stored["status"], key, trees.revision(p), today, sealed


def changes_here() -> int:
    """How often this process itself has changed any list."""
    return changes.count()


def period_key(community: str, board: str, window: str | None, name: str | None) -> str:
    """The key of a period: of a window, the present one unless named. Raises NotFound and Invalid."""
    stored = _stored(community, board)
    rules = definitions.board(stored)
    window = window or (windows.MONTH if windows.MONTH in rules.windows else rules.windows[0])
    zone = _zone(community, clock.now())
    today = days.day_of(clock.now(), zone)
    if name is not None:
        return f"{window}:{name}"
    if window == windows.SEASON:
        begun = [each for each in rules.seasons if each.first <= today]
        latest = max(begun or rules.seasons, key=lambda each: each.first, default=None)
        return f"{window}:{latest.name}" if latest else window
    return windows.containing(window, today).key if window in windows.CALENDAR else window


def _view(community: str, slug: str, period: str) -> View:
    stored = _stored(community, slug)
    board = definitions.board(stored)
    today, zone = _today(community)
    return View(community, stored, board, _period(board, period, today), today, zone)


def _today(community: str) -> tuple[date, ZoneInfo]:
    """The day up to which everything is shown, in the community's zone."""
    now = clock.now()
    zone = _zone(community, now)
    behind = standings.longest_due(community, now)
    return days.day_of(now if behind is None else behind - timedelta(milliseconds=1), zone), zone


def _stored(community: str, slug: str) -> Document:
    stored = definitions.one(community, slug)
    if stored is None or stored["status"] == life.DRAFT:
        raise NotFound("board", slug)
    return stored


def _zone(community: str, moment: datetime) -> ZoneInfo:
    stored = communities.load([community]).get(community, {})
    return Context(profiles={}, zones=communities.zones(stored)).zone(moment)


def _period(board: Board, key: str, today: date) -> Period:
    window, _, name = key.partition(":")
    if window not in board.windows:
        raise _invalid("window", f"this board has the windows {', '.join(board.windows)}")
    if window == windows.SEASON:
        found = [each for each in board.seasons if each.name == name]
        if not found:
            raise _invalid("period", f"its seasons are {', '.join(each.name for each in board.seasons)}")
        return windows.of_season(found[0])
    if window not in (windows.DAY, windows.WEEK, windows.MONTH):
        if name:
            raise _invalid("period", "this window has one period; leave it out")
        return windows.containing(window, today) if window == windows.ALL else windows.rolling(window, today)
    try:
        return windows.named(window, name)
    except ValueError:
        raise _invalid(
            "period", "as 2026-10-07 for a day, 2026-W41 for a week, 2026-10 for a month"
        ) from None


def _heading(view: View, tree: Tree) -> Document:
    period = view.period
    return {
        "board": view.board.slug,
        "name": view.stored["definition"]["name"],
        "window": period.window,
        "period": period.name,
        "from": max(filter(None, (period.first, view.board.first)), default=None),
        "until": min(filter(None, (period.end, view.board.end)), default=None),
        "time_zone": view.zone.key,
        "ties": view.board.ties,
        "sealed": _is_sealed(view.community, period),
        "version": view.board.version,
        "revision": tree.revision,
        "as_of": view.today,
        "total": tree.total,
    }


def _is_sealed(community: str, period: Period) -> bool:
    return (
        period.window == windows.MONTH
        and period.name is not None
        and seals.revision(community, period.name) is not None
    )


def _rows(view: View, limit: int, cursor: str | None, wanted: int | None) -> list[Standing]:
    if cursor is not None or wanted is None:
        return standings.after(view.p, cursor, limit)
    found = trees.score_at(view.p, wanted, view.board.ties)
    if found is None:
        return []
    # All who share a place are shown with it; where nobody shares one, the list is entered among the ties.
    first, _ = ranking.score_bounds(found[0])
    return standings.beginning(view.p, first, limit, found[1] if view.board.ties == ORDINAL else 0)


def _neighbours(view: View, mine: Standing | None, around: int) -> list[Standing]:
    if mine is None:
        return []
    ahead = standings.ahead(view.p, mine.key, around) if around else []
    behind = standings.after(view.p, mine.key, around) if around else []
    return [*ahead, mine, *behind]


def _shown(view: View, tree: Tree, rows: Sequence[Standing]) -> list[Document]:
    if not rows:
        return []
    ties = view.board.ties
    first = rows[0]
    places = ranking.ranks(
        (row.score for row in rows),
        ties,
        place=tree.place(first.score, ties),
        at_first=tree.at(first.score),
        before=standings.ties_before(view.p, first) if ties == ORDINAL else 0,
    )
    earlier = _earlier_places(view, [row.member for row in rows])
    profiles = communities.profiles(row.member for row in rows)
    now = clock.now()
    return [
        {
            "rank": place,
            "member": people.person(profiles.get(row.member), now),
            "score": row.score,
            "movement": earlier[row.member] - place if row.member in earlier else None,
        }
        for row, place in zip(rows, places, strict=True)
    ]


def _earlier_places(view: View, members: Sequence[str]) -> dict[str, int]:
    """The places that members had in the period before, where there is one and they had one."""
    before = windows.before(view.period, view.board.seasons)
    if before is None:
        return {}
    p = standings.period_key(view.community, view.board.slug, before.key)
    found = [each for each in standings.load((p, member) for member in members).values() if not each.hidden]
    tree = trees.one(p, [each.score for each in found])
    ties = view.board.ties
    return {
        each.member: tree.place(each.score, ties) + (standings.ties_before(p, each) if ties == ORDINAL else 0)
        for each in found
    }


def _excluded(view: View, profile: Document) -> Document | None:
    who = communities.standing(profile)
    why = appearance.why_hidden(view.board, profile["_id"], who, view.period, view.today, view.zone)
    return None if why is None else {"reason": why.reason, "from": why.first, "until": why.end}


def _gained(view: View, member: str) -> Document:
    """Points since the same day before, that day included."""
    first = windows.rolling(_SINCE["four_weeks"], view.today).first or view.today
    months = {f"{day.year:04}-{day.month:02}" for day in (first, view.today)}
    found = accounts.load([Key(member, view.board.slug, month) for month in months])
    earned = [
        (date.fromisoformat(day), each[0]) for credit in found.values() for day, each in credit.days.items()
    ]
    return {
        name: sum(points for day, points in earned if windows.rolling(window, view.today).holds(day))
        for name, window in _SINCE.items()
    }


def _invalid(pointer: str, detail: str) -> Invalid:
    return Invalid("There is no such period.", errors=[Place(pointer=pointer, detail=detail)])
