"""What an import says in the terminal: what was found, what became of it, what is wrong and where."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from services.activity.importers.items import Found, Item, LeftOut, Unreadable
from services.activity.importers.sending import Refusal, Sent

SHOWN = 20


@dataclass(slots=True, kw_only=True)
class Tally:
    """The numbers of one run; of what is wrong only the first few are kept whole."""

    found: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    unreadable: int = 0
    unreadable_shown: list[Unreadable] = field(default_factory=list)
    before: int = 0  # acknowledged in earlier runs
    sent: int = 0
    accepted: int = 0
    duplicate: int = 0
    refused: int = 0
    refused_shown: list[Refusal] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether everything that should have gone through did."""
        return not self.unreadable and not self.refused


def counted(found: Iterable[Found], tally: Tally) -> Iterator[Item]:
    """The items alone; everything is counted on its way."""
    for one in found:
        match one:
            case Item():
                tally.found[one.label] += 1
                yield one
            case LeftOut():
                tally.left_out[one.label] += 1
            case Unreadable():
                tally.unreadable += 1
                if len(tally.unreadable_shown) < SHOWN:
                    tally.unreadable_shown.append(one)


def add(tally: Tally, sent: Sent) -> None:
    """Count what the server said to one batch."""
    tally.sent += len(sent.batch.items)
    tally.accepted += sent.accepted
    tally.duplicate += sent.duplicate
    tally.refused += len(sent.refusals)
    tally.refused_shown += sent.refusals[: SHOWN - len(tally.refused_shown)]


def show(console: Console, tally: Tally, *, dry_run: bool, whole: bool) -> None:
    """The report; `whole` says whether the source was read to its end."""
    if whole:
        console.print(_found(tally))
    if dry_run:
        console.print("Dry run: all of this was read and checked, nothing was sent.")
    else:
        _show_answers(console, tally)
    _show_unreadable(console, tally)
    _show_refused(console, tally)


def _found(tally: Tally) -> Table:
    table = _table("Found in the source", "what", "how many", "")
    for label, number in tally.found.most_common(SHOWN):
        table.add_row(escape(label), f"{number:,}", "")
    if others := tally.found.most_common()[SHOWN:]:
        table.add_row(f"{len(others)} more kinds", f"{sum(number for _, number in others):,}", "")
    for label, number in tally.left_out.most_common():
        table.add_row(escape(label), f"{number:,}", "left out", style="dim")
    if tally.unreadable:
        table.add_row("unreadable", f"{tally.unreadable:,}", "not sent, see below", style="red")
    return table


def _show_answers(console: Console, tally: Tally) -> None:
    parts = [
        f"{tally.accepted:,} accepted",
        f"{tally.duplicate:,} already known",
        f"{tally.refused:,} refused",
    ]
    console.print(f"Sent {tally.sent:,}: {', '.join(parts)}.", highlight=False)
    if tally.before:
        console.print(
            f"{tally.before:,} were sent by an earlier run; --again sends them too.", highlight=False
        )


def _show_unreadable(console: Console, tally: Tally) -> None:
    if tally.unreadable:
        table = _table("Could not be read", "where", "", "why")
        for one in tally.unreadable_shown:
            table.add_row(escape(one.place), "", escape(one.reason))
        _print(console, table, tally.unreadable)


def _show_refused(console: Console, tally: Tally) -> None:
    if tally.refused:
        table = _table("Refused by the server", "where", "id", "why")
        for one in tally.refused_shown:
            table.add_row(escape(one.place), escape(one.id), escape(one.reason))
        _print(console, table, tally.refused)


def _print(console: Console, table: Table, number: int) -> None:
    console.print(table)
    if number > SHOWN:
        console.print(f"… and {number - SHOWN:,} more.", highlight=False)


def _table(title: str, first: str, second: str, third: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, overflow="fold")
    table.add_column(second, justify="right" if second == "how many" else "left", overflow="fold")
    table.add_column(third, overflow="fold")
    return table
