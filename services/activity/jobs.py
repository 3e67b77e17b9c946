"""The clock of `activity`: works off marks, one after the other. Any number of these processes may run."""

from collections.abc import Callable

from services.activity.repository import DATABASE
from services.activity.use_cases import closing, fan_out
from shared import clock, work


def run(stopping: Callable[[], bool]) -> None:
    """Work until told to stop."""
    work.run(DATABASE, fan_out.STEPS, stopping, lambda: closing.close_due(clock.now()))
