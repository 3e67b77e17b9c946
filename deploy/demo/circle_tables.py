"""What the demo prints of its circle: who brought whom, what is owed for it, one loop edge by edge, and the audit."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deploy.demo import tables
from deploy.demo.rhythm import ZONE
from shared import money

Json = dict[str, Any]


def clicks(console: Console, found: Sequence[Json]) -> None:
    """How many of those who opened a link were people."""
    classes = Counter(each["class"] for each in found)
    people, others = classes.pop("person", 0), sum(classes.values())
    console.print(
        f"[bold]A recommendation comes full circle[/bold]: {people} people opened a link; {others} other times it was "
        f"opened by what is nobody ({', '.join(sorted(classes))}).\n"
    )


def tree(console: Console, found: Json, names: Mapping[str, str]) -> None:
    """Who descends from the first advocate."""
    table = _table("Who brought whom", "generation", "friend", "brought by", "how far")
    for each in sorted(found["items"], key=lambda each: each["distance"]):
        table.add_row(
            str(each["distance"]), _who(each["friend"], names), _who(each["advocate"], names), each["state"]
        )
    console.print(table)


def rewards(console: Console, found: Sequence[Json], names: Mapping[str, str]) -> None:
    """What is owed to whom, and where it is."""
    table = _table("What is owed for it", "who", "what for", "amount", "where it is")
    for each in sorted(found, key=lambda each: (each["at"], each["generation"], each["to"])):
        taken = f" ({_money(each['reversed_minor'], each)} taken back)" if each["reversed_minor"] else ""
        table.add_row(
            _who(each["member"], names),
            f"{each['rule']}, {each['order']}",
            _money(each["amount_minor"], each) + taken,
            _where(each),
        )
    console.print(table)


def recognised(
    console: Console, holders: Sequence[Json], found: Sequence[Json], names: Mapping[str, str]
) -> None:
    """What each half gives to the other: a badge for whom one brought, and no wait for a title one holds."""
    connectors = dict.fromkeys(_who(each["member"]["id"], names) for each in reversed(holders))
    console.print(
        f"For it {', '.join(connectors)} hold the badge “Connector”, "
        "which goes away again if all that was bought is sent back."
    )
    for each in found:
        if each["state"] == "released" and each["to"] == "advocate":
            who = _who(each["member"], names)
            console.print(
                f"{who} waits for nothing: whoever is “Most helpful member of the month” has shown who he is."
            )
    console.print()


def grants(console: Console, found: Sequence[Json], names: Mapping[str, str]) -> None:
    """What a rep gave within his budget."""
    table = _table("Given within a budget", "who", "amount", "why", "state")
    for each in found:
        table.add_row(
            _who(each["member"], names),
            _money(each["amount_minor"], each),
            escape(f"“{each['reason']}”"),
            each["state"],
        )
    console.print(table)


def printed(console: Console, title: str, said: str) -> None:
    """What a command of `laurel` says."""
    console.print(f"[bold]{title}[/bold]\n")
    console.print("".join(f"  {line}\n" for line in said.splitlines()), markup=False, soft_wrap=True)


def dissatisfied(console: Console, friends: Sequence[tuple[str, int]]) -> None:
    """Who is not asked to recommend anything."""
    for name, nps in friends:
        console.print(f"{escape(name)} answered {nps} of 10: that is for service, and nobody invites her.\n")


def _where(reward: Json) -> str:
    day = datetime.fromisoformat(reward["date"]).astimezone(ZONE) if reward["date"] else None
    until = "until " if reward["state"] == "held" else ""
    return f"{reward['state']} {until}{day:%d %b %Y}" if day else str(reward["state"])


def _who(member: str | None, names: Mapping[str, str]) -> str:
    return escape(names.get(member or "", member or "somebody"))


def _money(amount_minor: int, of: Json) -> str:
    return money.text(amount_minor, of["currency"])


def _table(title: str, *headings: str) -> Table:
    table = tables.begun(title)
    for heading in headings:
        table.add_column(heading)
    return table
