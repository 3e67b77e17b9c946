"""What is printed: a line for every comparison, and whether its goal is met."""

from statistics import median
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from tests.bench.measuring import CONTROL, Pairs, quartiles


class Row(NamedTuple):
    """One comparison. `wanted` is None where it only informs; `at_most` turns it round (CPU, growth).

    Without values it says why nothing was measured.
    """

    goal: str
    what: str
    values: list[float]
    wanted: float | None = None
    at_most: bool = False
    minima: float | None = None
    cpu: float | None = None
    control: float | None = None

    @property
    def middle(self) -> float | None:
        """The median."""
        return median(self.values) if self.values else None

    @property
    def verdict(self) -> str:
        """Met or not; void where the control says that the machine was busy with something else."""
        if not self.values:
            return "not measured"
        if self.wanted is None:
            return "–"
        measured = median(self.values)
        met = "met" if (measured <= self.wanted if self.at_most else measured >= self.wanted) else "missed"
        if self.control is not None and not CONTROL[0] <= self.control <= CONTROL[1]:
            return f"{met} (void)"
        return met


def of_speed(goal: str, what: str, pairs: Pairs, wanted: float | None = None) -> Row:
    """How many times as fast as theirs we are."""
    return Row(goal, what, pairs.speeds, wanted, minima=pairs.of_minima, cpu=pairs.cpu, control=pairs.control)


def of_cpu(goal: str, what: str, pairs: Pairs, wanted: float) -> Row:
    """How many times their CPU we take. It has no control: CPU is counted, not waited for."""
    return Row(goal, what, pairs.cpus, wanted, at_most=True)


def show(rows: list[Row], console: Console, title: str) -> None:
    """Print the table."""
    table = Table(title=title, title_justify="left")
    for name in ("goal", "what, against what"):
        table.add_column(name)
    for name in ("wanted", "median", "quartiles", "of minima", "CPU", "A/A", ""):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*_cells(row))
    console.print(table)


def _cells(row: Row) -> list[str]:
    wanted = "–" if row.wanted is None else f"{'≤' if row.at_most else '≥'} {row.wanted:g}"
    rest = [_number(each) for each in (row.minima, row.cpu, row.control)]
    return [row.goal, row.what, wanted, _number(row.middle), _spread(row.values), *rest, row.verdict]


def _spread(values: list[float]) -> str:
    if len(values) < 2:
        return "–"
    low, _, high = quartiles(values)
    return f"{low:.2f}–{high:.2f}"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
