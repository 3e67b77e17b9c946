"""The demo's past months: sealed as a job would have done on the 2nd of each, then shown with who carried them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deploy.demo import asking, tables
from deploy.demo.rhythm import ZONE
from shared.events.activity import GRACE_HOURS

Json = dict[str, Any]

BOARD = "helpers"
SHOWN = 5


def past(start: datetime, now: datetime) -> list[str]:
    """The months of the story that are over, with their grace, by the community's clock."""
    last = now.astimezone(ZONE) - timedelta(hours=GRACE_HOURS)
    found = []
    month = start.astimezone(ZONE).replace(day=1)
    while (month.year, month.month) < (last.year, last.month):
        found.append(f"{month:%Y-%m}")
        month = (month + timedelta(days=31)).replace(day=1)
    return found


def show(console: Console, client: httpx.Client, months: Sequence[str]) -> None:
    """Who carried the last month and why, its board, and every month's holders."""
    sealed = [asking.period(client, month) for month in months]
    if not sealed:
        return
    _last(console, sealed[-1])
    _board(console, sealed[-1]["period"], asking.sealed_board(client, sealed[-1]["period"], BOARD))
    _all(console, sealed)


def helper(client: httpx.Client, months: Sequence[str]) -> str | None:
    """Who holds the title of the most helpful member of the last month."""
    titles = asking.period(client, months[-1])["titles"] if months else ()
    holders = (holder for each in titles if each["title"] == "most-helpful" for holder in each["holders"])
    return next((holder["member"]["id"] for holder in holders), None)


def doors(console: Console, url: str, community: str, months: Sequence[str], member: str) -> None:
    """Where the last month, its board and its holders are to be looked at, and to be read."""
    if not months:
        return
    month = months[-1]
    board = f"community={community}&board={BOARD}&window=month&period={month}"
    console.print(" Pages for people, to link to and to print: a month, a member, a board for a frame:\n")
    for path in (
        f"/pages/{community}/months/{month}",
        f"/pages/{community}/members/{quote(member, safe='')}",
        f"/widgets/v1/leaderboard.html?{board}",
    ):
        console.print(f"  {url}{path}", soft_wrap=True, markup=False)
    console.print("\n The same as data:\n")
    for path in (
        f"/v1/periods/{month}",
        f"/v1/boards/{BOARD}/standings?window=month&period={month}",
        "/v1/titles/most-helpful/holders",
    ):
        console.print(f"  {url}{path}", soft_wrap=True, markup=False)
    console.print()


def _last(console: Console, month: Json) -> None:
    names = {"who": "left", "title": "left", "why": "left"}
    title = (
        f"{_name(month['period'])}: these people carried us "
        f"(revision {month['revision']}, {month['root'][:12]}…)"
    )
    table = _table(title, names)
    for each in month["titles"]:
        for holder in each["holders"]:
            table.add_row(tables.who(holder["member"]), escape(each["title_name"]), _why(holder))
        if each["nobody"]:
            table.add_row("nobody", escape(each["title_name"]), each["nobody"])
    console.print(table)


def _why(holder: Json) -> str:
    terms = holder["terms"]
    given = [term for term in terms["given"] if term["giver"]["name"]]
    best = f", {given[0]['giver']['name']} above all" if given else ""
    tie = f"; a tie, decided by {holder['tie']}" if holder["tie"] else ""
    return escape(
        f"{holder['score']:g} points from {terms['givers']} people on {terms['days']} days{best}{tie}"
    )


def _board(console: Console, period: str, rows: Sequence[Json]) -> None:
    table = _table(
        f"The board “Most helpful” of {_name(period)}, as it was sealed",
        {"rank": "right", "who": "left", "score": "right"},
    )
    for row in rows[:SHOWN]:
        table.add_row(str(row["rank"]), tables.who(row["member"]), f"{row['score']:,}")
    console.print(table)


def _all(console: Console, sealed: Sequence[Json]) -> None:
    slugs = {each["title"]: each["category"] for month in sealed for each in month["titles"]}
    table = _table("Every month's holders", {"month": "left", **dict.fromkeys(slugs.values(), "left")})
    for month in sealed:
        table.add_row(month["period"], *_holders(month, slugs))
    console.print(table)


def _holders(month: Json, slugs: Mapping[str, str]) -> Iterator[str]:
    by_title = {each["title"]: each["holders"] for each in month["titles"]}
    for slug in slugs:
        yield ", ".join(tables.who(holder["member"]) for holder in by_title.get(slug, ())) or "–"


def _name(period: str) -> str:
    return f"{datetime.strptime(period, '%Y-%m').replace(tzinfo=UTC):%B %Y}"


def _table(title: str, columns: Mapping[str, Any]) -> Table:
    table = tables.begun(title)
    for name, side in columns.items():
        table.add_column(name, justify=side, overflow="fold")
    return table
