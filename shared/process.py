"""A process that runs until it is told to stop, and then ends what it has begun."""

import signal
import threading
from collections.abc import Callable
from types import FrameType


def until_told() -> Callable[[], bool]:
    """Answer SIGTERM and SIGINT from now on. Returns the question "are we stopping?"."""
    told = threading.Event()

    def tell(_signal: int, _frame: FrameType | None) -> None:
        told.set()

    signal.signal(signal.SIGTERM, tell)
    signal.signal(signal.SIGINT, tell)
    return told.is_set
