"""Measuring two programs against each other on a machine that has other things to do as well."""

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import NamedTuple

#: The control, ours against itself, must have a median within these, or the ratio beside it says nothing.
CONTROL = (0.93, 1.07)


class Sample(NamedTuple):
    """One round of one side: seconds on the wall, and of this process's CPU (all its threads)."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Pairs:
    """The rounds of both sides, A, B, A, B, in the order in which they ran."""

    ours: list[Sample] = field(default_factory=list)
    theirs: list[Sample] = field(default_factory=list)

    @property
    def speeds(self) -> list[float]:
        """How many times as fast as theirs we are, pair by pair."""
        return [theirs.wall / ours.wall for ours, theirs in zip(self.ours, self.theirs, strict=True)]

    @property
    def cpus(self) -> list[float]:
        """How many times their CPU we take, pair by pair."""
        return [ours.cpu / theirs.cpu for ours, theirs in zip(self.ours, self.theirs, strict=True)]

    @property
    def cpu(self) -> float:
        """How many times their CPU we take: median of the pairs."""
        return median(self.cpus)

    @property
    def of_minima(self) -> float:
        """The speeds of both sides' best rounds."""
        return min(each.wall for each in self.theirs) / min(each.wall for each in self.ours)

    @property
    def control(self) -> float:
        """Ours against ours: the median ratio of each round to the next one, every round used once."""
        return median(
            first.wall / second.wall for first, second in zip(self.ours[0::2], self.ours[1::2], strict=False)
        )


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """The first quartile, the median, the third."""
    low, middle, high = quantiles(values, n=4)
    return low, middle, high


def interleave(
    rounds: int,
    ours: Callable[[int], object],
    theirs: Callable[[int], object],
    between: Callable[[], object] = lambda: None,
    warm_up: int = 1,
) -> Pairs:
    """Run both sides by turns. Each is told which round it is; the first rounds warm up, and are not counted.

    `between` is done after every pair, and not timed.
    """
    pairs = Pairs()
    # What the bench itself holds is no burden of either side: the collector shall not walk through it.
    gc.collect()
    gc.freeze()
    for number in range(warm_up + rounds):
        a, b = timed(lambda: ours(number)), timed(lambda: theirs(number))  # noqa: B023 (called at once)
        if number >= warm_up:
            pairs.ours.append(a)
            pairs.theirs.append(b)
        between()
    return pairs


def timed(act: Callable[[], object]) -> Sample:
    """Run something once."""
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    return Sample(time.perf_counter() - wall, time.process_time() - cpu)
