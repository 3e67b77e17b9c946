"""Boards, as widgets and managers read them: the list, a place in it, and what it is made of.

Everything in one answer is read as of one moment: "my rank" is the rank in the list.
"""

import itertools
from collections.abc import Iterator, Sequence
from datetime import date

from services.titles_and_badges.domain.boards import appearance, ranking, windows
from services.titles_and_badges.domain.boards.definitions import ORDINAL
from services.titles_and_badges.domain.boards.ranking import Tree
from services.titles_and_badges.queries import awards as people
from services.titles_and_badges.queries import board_views
from services.titles_and_badges.queries.board_views import View
from services.titles_and_badges.repository import DATABASE, communities
from services.titles_and_badges.repository.boards import accounts, changes, standings, trees
from services.titles_and_badges.repository.boards.accounts import Key
from services.titles_and_badges.repository.boards.standings import Standing
from shared import clock, mongo
from shared.mongo import Document

MOST_NEIGHBOURS = 20
_NOWHERE: Document = {"rank": None, "movement": None}
_SINCE = {"yesterday": "since-yesterday", "a_week": "since-a-week", "four_weeks": "since-four-weeks"}


def standing(
    community: str,
    board: str,
    period: str,
    *,
    limit: int,
    cursor: str | None = None,
    rank: int | None = None,
) -> Document:
    """A page of a period (as `board_views.asked`): behind a cursor, from a place on, or from the beginning.

    Raises NotFound, or Invalid for a period that the board does not have. `next` is the cursor of the next page.
    """
    with mongo.snapshot(DATABASE):
        view = board_views.view(community, board, period)
        rows = _rows(view, limit + 1, cursor, rank)
        page = rows[:limit]
        tree, items = _shown(view, page)
        return {
            **_heading(view, tree),
            "items": items,
            "next": page[-1].key if len(rows) > limit else None,
        }


def rank(
    community: str, board: str, period: str, member: str, *, around: int = 3, public: bool = False
) -> Document:
    """The place of a member (the community's own id) with his neighbours, or why he has none. Raises as `standing`."""
    with mongo.snapshot(DATABASE):
        view = board_views.view(community, board, period)
        profile = people.member(community, member, public=public)
        mine = standings.load([(view.p, profile["_id"])]).get((view.p, profile["_id"]))
        is_placed = mine is not None and not mine.hidden
        rows = standings.around(view.p, mine.key, min(around, MOST_NEIGHBOURS)) if mine and is_placed else []
        tree, near = _shown(view, rows)
        own = next((item for row, item in zip(rows, near, strict=True) if row == mine), _NOWHERE)
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
    view = board_views.view(community, board, period)
    rows, twins = itertools.tee(standings.rows(community, board, view.period.key))
    scores = (row["score"] for row in twins)
    places = ranking.ranks(scores, view.board.ties, place=1, at_first=0, before=0)
    for chunk in people.chunks(rows):
        known = communities.profiles({each["member"] for each in chunk})
        for each in chunk:
            external = known.get(each["member"], {}).get("external_id", "")
            yield {"rank": next(places), "member": external, "score": each["score"]}


def revision(community: str, board: str, period: str) -> tuple[object, ...]:
    """What changes whenever the list of a period does. Raises as `standing`."""
    view = board_views.view(community, board, period)
    stored, name = view.stored, view.period.key
    return stored["version"], stored["status"], name, trees.revision(view.p), view.today, view.is_sealed()


def changes_here() -> int:
    """How often this process itself has changed any list."""
    return changes.count()


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
        "sealed": view.is_sealed(),
        "version": view.board.version,
        "revision": tree.revision,
        "as_of": view.today,
        "total": tree.total,
    }


def _rows(view: View, limit: int, cursor: str | None, wanted: int | None) -> list[Standing]:
    if cursor is not None or wanted is None:
        return standings.after(view.p, cursor, limit)
    found = trees.score_at(view.p, wanted, view.board.ties)
    if found is None:
        return []
    # All who share a place are shown with it; where nobody shares one, the list is entered among the ties.
    first, _ = ranking.score_bounds(found[0])
    return standings.beginning(view.p, first, limit, found[1] if view.board.ties == ORDINAL else 0)


def _shown(view: View, rows: Sequence[Standing]) -> tuple[Tree, list[Document]]:
    """Consecutive rows as they are shown, and the nodes of the period's tree that were asked for it."""
    ties = view.board.ties
    before, earlier = _earlier(view, rows)
    scores = [row.score for row in rows[:1]]
    found = trees.several({view.p: scores, **({before: [each.score for each in earlier]} if earlier else {})})
    tree = found[view.p]
    if not rows:
        return tree, []
    places = ranking.ranks(
        (row.score for row in rows),
        ties,
        place=tree.place(rows[0].score, ties),
        at_first=tree.at(rows[0].score),
        before=standings.ties_before(view.p, rows[0]) if ties == ORDINAL else 0,
    )
    past = {each.member: _place(before, found[before], each, ties) for each in earlier}
    profiles = communities.profiles(row.member for row in rows)
    now = clock.now()
    return tree, [
        {
            "rank": place,
            "member": people.person(profiles.get(row.member), now),
            "score": row.score,
            "movement": past[row.member] - place if row.member in past else None,
        }
        for row, place in zip(rows, places, strict=True)
    ]


def _earlier(view: View, rows: Sequence[Standing]) -> tuple[str, list[Standing]]:
    """Where the same members stood in the period before: those who had a place, where there is such a period."""
    before = windows.before(view.period, view.board.seasons)
    if before is None or not rows:
        return "", []
    p = standings.period_key(view.community, view.board.slug, before.key)
    found = standings.load((p, row.member) for row in rows)
    return p, [each for each in found.values() if not each.hidden]


def _place(p: str, tree: Tree, standing: Standing, ties: str) -> int:
    return tree.place(standing.score, ties) + (standings.ties_before(p, standing) if ties == ORDINAL else 0)


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
