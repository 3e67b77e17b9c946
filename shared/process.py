"""A process that runs until it is told to stop, and then ends what it has begun."""

import gc
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


def collect_seldom() -> None:
    """For processes that work in batches, or answer often: let the garbage collector look seldom.

    A batch makes tens of thousands of objects, none of them in a circle. As Python comes, the collector walks through
    them after every 700, which took up to half of a batch's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 100)
