"""The clock of `titles-and-badges`: works off marks, one after the other. Any number of these processes may run."""

import contextlib
from collections.abc import Callable

from services.titles_and_badges.repository import DATABASE
from services.titles_and_badges.use_cases import (
    allocating,
    allotting,
    closing,
    outcomes,
    passing,
    projecting,
    recounting,
    sealing,
)
from shared import clock, mongo, work

#: What marks ask for.
STEPS = {
    **recounting.STEPS,
    **passing.STEPS,
    **outcomes.STEPS,
    **allocating.STEPS,
    **allotting.STEPS,
    **sealing.STEPS,
}


def run(stopping: Callable[[], bool]) -> None:
    """Work until told to stop: marks, by turns with them what boards show, and regularly what the clock asks for."""
    projector = projecting.Projector()
    try:
        work.run(DATABASE, STEPS, stopping, look_at_the_clock, projector.turn)
    finally:
        with contextlib.suppress(*mongo.UNAVAILABLE):  # then it runs out by itself
            projector.release()


def look_at_the_clock() -> None:
    """What came late for a sealed month, and what time has changed about badges."""
    closing.order_late(clock.now())
    passing.notice()
