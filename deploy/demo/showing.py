"""The small tables that the demo ends with."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deploy.demo import tables
from deploy.demo.history import History
from deploy.demo.rhythm import ZONE
from shared.settings import Settings

NAME = "Coffee at home"
LEVELS = (None, "bronze", "silver", "gold")

Json = dict[str, Any]


def totals(console: Console, story: History, held: int, seconds: float) -> None:
    """What was loaded."""
    bots = sum(member["role"] == "bot" for member in story.members)
    console.print(
        f"\n[bold]{NAME}[/bold], a year of it: {len(story.members):,} members ({bots} of them bots), "
        f"{len(story.activities):,} activities. {len(story.retractions)} were deleted, "
        f"{len(story.merges)} false accounts merged, 1 member was forgotten. "
        f"{held:,} awards stand. All of it took {seconds:.0f} s.\n"
    )


def doors(console: Console, settings: Settings, member: str, origin: str, token: str) -> None:
    """Where to go on."""
    activity, recognition, referral = (
        settings.activity_url,
        settings.titles_and_badges_url,
        settings.referral_url,
    )
    console.print("[bold]Where to go on[/bold]\n")
    console.print(f" {activity}/docs     what a community's backend sends", soft_wrap=True)
    console.print(f" {recognition}/docs     what widgets read", soft_wrap=True)
    console.print(f" {referral}/docs     what a shop reports, and what is owed for it\n", soft_wrap=True)
    console.print(" A member's badges, as a widget on a page reads them:\n")
    console.print(f"TOKEN={token}", soft_wrap=True, markup=False)
    console.print(
        f"curl -s -H 'Origin: {origin}' -H \"Authorization: Bearer $TOKEN\" \\", soft_wrap=True, markup=False
    )
    console.print(f"  {recognition}/v1/members/{member}/badges\n", soft_wrap=True, markup=False)
    console.print("The stack runs on; `make down` stops it, `laurel status` looks at it.")


def badges(console: Console, found: Sequence[Json]) -> None:
    """What can be earned, and how often it was."""
    table = _table("What was earned", "held", "badge", "for what")
    for badge in sorted(found, key=lambda badge: -badge["held"]):
        table.add_row(f"{badge['held']:,}", escape(badge["name"]), escape(badge["description"]))
    console.print(table)


def reasons(console: Console, explanations: Iterable[Json]) -> None:
    """Who holds what, and why."""
    table = _table("Who earned it, and why", "who", "badge", "why")
    for one in explanations:
        award = _highest(one)
        table.add_row(tables.who(one["member"]), _badge(one, award.get("level")), escape(_why(one, award)))
    console.print(table)


def refusals(console: Console, explanations: Iterable[tuple[str, Json, str]]) -> None:
    """Who does not hold it, and why not; with what is to be known before."""
    table = _table("Who did not, and why not", "who", "badge", "why not")
    for who, one, before in explanations:
        table.add_row(escape(who), _badge(one), escape(before + _why_not(one)))
    console.print(table)


def closest(console: Console, found: Iterable[tuple[str, Json]]) -> None:
    """Whom one more deed or two would earn a badge."""
    table = _table("Nearly there", "who", "next", "how far")
    for who, item in found:
        missing = item["missing"]
        thing = f", {missing['object']}" if missing.get("object") else ""
        progress = f"{missing['value']:,} of {missing['at']:,}{thing}"
        table.add_row(escape(who), _badge(item, missing.get("level")), escape(progress))
    console.print(table)


def latest(console: Console, awards: Iterable[Json]) -> None:
    """The newest awards, by the time of the deed that decided them."""
    table = _table("Latest awards", "when", "who", "what")
    for award in awards:
        thing = f" for {award['object']}" if award.get("object") else ""
        what = _badge(award, award.get("level")) + escape(thing)
        table.add_row(_when(award["awarded_at"]), tables.who(award["member"]), what)
    console.print(table)


def _highest(one: Json) -> Json:
    award: Json = max(one["awards"], key=lambda award: LEVELS.index(award.get("level")))
    return award


def _why(one: Json, award: Json) -> str:
    if one["decisions"]:
        return f"“{one['decisions'][0]['reason']}”"
    types = "/".join(sorted({deed["type"] for deed in one["evidence"]}))
    thing = f"{award['object']} " if award.get("object") else ""
    decided = f"decided on {_when(award['awarded_at'])} by {award['decided_by']}"
    return f"{thing}reached {one['value']:,} through {one['counted']:,} × {types}; {decided}"


def _why_not(one: Json) -> str:
    if one["excluded"]:
        return str(one["excluded"])
    missing = one["missing"]
    best = f"the best, {missing['object']}, is at " if missing.get("object") else ""
    return f"{best}{missing['value']} of {missing['at']}"


def _badge(one: Json, level: str | None = None) -> str:
    name = escape(one["badge_name"])
    return f"{name} ({escape(level)})" if level else name


def _when(written: str) -> str:
    return f"{datetime.fromisoformat(written).astimezone(ZONE):%d %b %Y}"


def _table(title: str, first: str, second: str, third: str) -> Table:
    table = tables.begun(title)
    table.add_column(first, justify="right" if first == "held" else "left", no_wrap=first in {"held", "when"})
    table.add_column(second, overflow="fold")
    table.add_column(third, overflow="fold")
    return table
