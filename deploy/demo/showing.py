"""The small tables that the demo ends with."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deploy.demo.rhythm import ZONE

Json = dict[str, Any]


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
        table.add_row(_who(one["member"]), _badge(one, one["awards"][0].get("level")), escape(_why(one)))
    console.print(table)


def refusals(console: Console, explanations: Iterable[tuple[str, Json]]) -> None:
    """Who does not hold it, and why not."""
    table = _table("Who did not, and why not", "who", "badge", "why not")
    for who, one in explanations:
        table.add_row(escape(who), _badge(one), escape(_why_not(one)))
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
        table.add_row(_when(award["awarded_at"]), _who(award["member"]), what)
    console.print(table)


def _why(one: Json) -> str:
    if one["decisions"]:
        return f"“{one['decisions'][0]['reason']}”"
    award = one["awards"][0]
    decided = f"decided by {award['decided_by']} on {_when(award['awarded_at'])}"
    if award.get("object"):
        return f"{award['object']}: {one['counted']:,} votes counted, {decided}"
    return f"reached {one['value']:,} with {one['counted']:,} deeds, {decided}"


def _why_not(one: Json) -> str:
    if one["excluded"]:
        return str(one["excluded"])
    missing = one["missing"]
    best = f"the best, {missing['object']}, " if missing.get("object") else ""
    return f"{best}reaches {missing['value']} of {missing['at']}"


def _badge(one: Json, level: str | None = None) -> str:
    name = escape(one["badge_name"])
    return f"{name} ({escape(level)})" if level else name


def _who(member: Json) -> str:
    return escape(member["name"] or member["id"] or "somebody")


def _when(written: str) -> str:
    return f"{datetime.fromisoformat(written).astimezone(ZONE):%d %b %Y}"


def _table(title: str, first: str, second: str, third: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, justify="right" if first == "held" else "left", no_wrap=first in {"held", "when"})
    table.add_column(second, overflow="fold")
    table.add_column(third, overflow="fold")
    return table
