"""`make bench`: all goals in one run, one table. It takes a quarter of an hour on two cores that do nothing else."""

import os
import time
from collections.abc import Iterator

import click
from rich.console import Console

from tests.bench import (
    boards,
    consume,
    conversions,
    fold,
    generations,
    ingest,
    kinds,
    machine,
    recognition,
    redirect,
    replay,
    sealing,
    table,
)
from tests.bench.machine import Machine
from tests.bench.table import Row

COMMUNITY = "bench"
PARTS = (
    "ingest",
    "consume",
    "fold",
    "replay",
    "kinds",
    "boards",
    "sealing",
    "generations",
    "redirect",
    "conversions",
)
#: These have communities of their own.
_APART = {"ingest", "kinds", "boards", "sealing", "generations", "redirect", "conversions"}


@click.command(help=__doc__)
@click.option(
    "--part", "parts", multiple=True, type=click.Choice(PARTS), help="Only this part; may be repeated."
)
@click.option("--rounds", default=21, show_default=True, help="Pairs of each comparison.")
@click.option("--events", default=6_000, show_default=True, help="Deliveries that are replayed.")
def main(parts: tuple[str, ...], rounds: int, events: int) -> None:
    """Measure and print."""
    console = Console(width=max(160, Console().width))
    began = time.monotonic()
    with machine.started() as ready:
        found = list(_watched(_rows(ready, parts or PARTS, rounds, events), console))
        load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
        title = (
            f"{ready.cores}; {rounds} pairs; load {load}; {time.monotonic() - began:.0f} s. Median, quartiles and "
            "ratio of minima are of speed (wall clock), ours : theirs; CPU is this process's, ours : theirs; lines "
            "in µs say all in µs; A/A is ours against ours; void is what was measured while the machine did "
            "something else"
        )
        table.show(found, console, title)


def _rows(ready: Machine, parts: tuple[str, ...], rounds: int, events: int) -> Iterator[Row]:
    if "ingest" in parts:
        yield from ingest.rows(ready, rounds)
    if set(parts) - _APART:
        recognition.found(COMMUNITY)
    if "consume" in parts:
        yield from consume.rows(rounds)
    if "fold" in parts:
        yield from fold.rows(ready, rounds)
    if "boards" in parts:
        yield from boards.rows(ready, rounds)
    if "replay" in parts:
        yield from replay.rows(max(9, rounds // 2), events)
    if "kinds" in parts:
        yield from kinds.rows(rounds)
    last = {"sealing": sealing, "generations": generations, "redirect": redirect, "conversions": conversions}
    for name, part in last.items():
        if name in parts:
            yield from part.rows(ready, rounds)


def _watched(rows: Iterator[Row], console: Console) -> Iterator[Row]:
    """Say each line as it comes: a bench takes a while."""
    for row in rows:
        said = "" if row.middle is None else f": {row.middle:.2f}"
        console.print(f"[dim]{row.goal:>3} {row.what}{said}[/dim]")
        yield row


if __name__ == "__main__":
    main()
