"""A process that runs until it is told to stop, and then ends what it has begun."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import deploy


def until_told() -> Callable[[], bool]:
    """Answer SIGTERM and SIGINT from now on. Returns the question "are we stopping?"."""
    told = threading.Event()

    def tell(_signal: int, _frame: FrameType | None) -> None:
        told.set()

    signal.signal(signal.SIGTERM, tell)
    signal.signal(signal.SIGINT, tell)
    return told.is_set


def serve(application: str, address: str) -> None:
    """Become gunicorn, serving `application` at host:port."""
    environment = {**os.environ, "LAUREL_BIND": address}
    settings = Path(deploy.__file__).with_name("gunicorn.py")
    arguments = [sys.executable, "-m", "gunicorn", "-c", str(settings), application]
    os.execve(sys.executable, arguments, environment)  # noqa: S606 (our own interpreter, no shell)
