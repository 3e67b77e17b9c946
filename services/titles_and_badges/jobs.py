"""The clock of `titles-and-badges`: works off marks, one after the other. Any number of these processes may run."""

import contextlib
from collections.abc import Callable

from services.titles_and_badges.repository import DATABASE
from services.titles_and_badges.use_cases import allotting, projecting, recounting
from shared import mongo, work

STEPS = {**recounting.STEPS, **allotting.STEPS}


def run(stopping: Callable[[], bool]) -> None:
    """Work until told to stop: marks, and by turns with them what boards show."""
    projector = projecting.Projector()
    try:
        work.run(DATABASE, STEPS, stopping, beside=projector.turn)
    finally:
        with contextlib.suppress(*mongo.UNAVAILABLE):  # then it runs out by itself
            projector.release()
