"""The clock of `titles-and-badges`: works off marks, one after the other. Any number of these processes may run."""

import contextlib
from collections.abc import Callable

from services.titles_and_badges.repository import DATABASE
from services.titles_and_badges.use_cases import allotting, closing, projecting, recounting, sealing
from shared import clock, mongo, work

STEPS = {**recounting.STEPS, **allotting.STEPS, **sealing.STEPS}


def run(stopping: Callable[[], bool]) -> None:
    """Work until told to stop: marks, by turns with them what boards show, and regularly what came late."""
    projector = projecting.Projector()
    try:
        work.run(DATABASE, STEPS, stopping, lambda: closing.order_late(clock.now()), projector.turn)
    finally:
        with contextlib.suppress(*mongo.UNAVAILABLE):  # then it runs out by itself
            projector.release()
