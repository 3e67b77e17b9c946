"""What forms and pages show of boards and sealed months."""

from collections.abc import Sequence
from typing import Any

from services.titles_and_badges.queries import board_views, boards, seals, showing, titles
from shared.errors import NotFound

Shown = dict[str, Any]

#: How many rows of a board, and how many badges, stand on a month's page.
FIRST = 10
MOST_GIVEN = 8


def board(
    community: str, slug: str, window: str | None, period: str | None, member: str | None, rows: int
) -> Shown:
    """A board's period in `rows` rows, a member's own among them. Raises NotFound and Invalid."""
    key = board_views.view(community, slug, board_views.asked(window, period)).period.key
    shown = boards.standing(community, slug, key, limit=rows)
    place = _place(community, slug, key, member)
    found = chosen(shown["items"], place, rows)
    return {
        **shown,
        "rows": found,
        "best": max([1, *(row["score"] for row in shown["items"])]),
        "moves": any(row and row["movement"] is not None for row in found),
        "own": place and place["member"]["id"],
        "place": place,
        "behind": _behind(found, place),
        **({} if member is None else {"asked": member}),
    }


def chosen(items: Sequence[Shown], place: Shown | None, rows: int) -> list[Shown | None]:
    """The best, or fewer of them, a gap (None) and the member among his neighbours; as the element chooses them."""
    if place is None or place["rank"] is None or any(_is(row, place) for row in items):
        return list(items)
    own = {name: place[name] for name in ("rank", "member", "score", "movement")}
    near = [own, *(row for row in place["neighbours"] if not _is(row, place))]
    near.sort(key=lambda row: (row["rank"], -row["score"]))
    count = min(3, rows - 2, len(near))
    start = min(max(near.index(own) - (count > 1), 0), len(near) - count)
    return [*items[: rows - count - 1], None, *near[start : start + count]]


def title(community: str, slug: str | None, period: str | None, rows: int) -> Shown:
    """Who holds the titles of a sealed month, or one of them; nothing where none is. Raises NotFound, Invalid."""
    if period is None:
        latest = seals.latest(community, before=None, limit=1)
        if not latest:
            return {"titles": [], "rows": []}
        period = latest[0]["period"]
    month = titles.month(community, period)
    found = [each for each in month["titles"] if slug is None or each["title"] == slug]
    if slug is not None and not found:
        raise NotFound("title", slug)
    held = [(each, holder) for each in found for holder in each["holders"] or [None]]
    return {**month, "titles": found, "rows": held[:rows]}


def month(community: str, period: str) -> Shown:
    """A sealed month: titles, holders and why, each board's first, the most given badges. Raises NotFound, Invalid."""
    sealed = titles.month(community, period)
    return {
        "month": sealed,
        "boards": [
            {
                **each,
                "rows": seals.standing(community, period, each["slug"], number=None, first=0, limit=FIRST),
            }
            for each in sealed["boards"]
        ],
        "given": showing.most_given(community, sealed["from"], sealed["until"], MOST_GIVEN),
    }


def _place(community: str, slug: str, key: str, member: str | None) -> Shown | None:
    if member is None:
        return None
    try:
        return boards.rank(community, slug, key, member, public=True)
    except NotFound:
        return None


def _behind(found: Sequence[Shown | None], place: Shown | None) -> int | None:
    """How many points are missing to the next place."""
    if place is None or place["rank"] is None:
        return None
    near = [*found, *place["neighbours"]]
    ahead = [row["score"] for row in near if row is not None and row["rank"] < place["rank"]]
    return min(ahead) - place["score"] if ahead else None


def _is(row: Shown, place: Shown) -> bool:
    return bool(row["member"]["id"] == place["member"]["id"])
