"""The clock of `titles-and-badges`: works off marks, one after the other. Any number of these processes may run."""

from collections.abc import Callable

from services.titles_and_badges.repository import DATABASE
from services.titles_and_badges.use_cases import recounting
from shared import work


def run(stopping: Callable[[], bool]) -> None:
    """Work until told to stop."""
    work.run(DATABASE, recounting.STEPS, stopping)
