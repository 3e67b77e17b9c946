"""Forced interleavings: a call in a thread of its own is held in the middle while the test lets others go by."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import ModuleType
from typing import Any

import pytest

_LONGEST_SECONDS = 20


@contextlib.contextmanager
def held(
    call: Callable[[], Any], room: ModuleType | type, name: str, *, after: bool = True
) -> Iterator[Future[Any]]:
    """Run `call` in a thread, held at its first use of `room.name` while the body of the `with` runs.

    Held after a read inside a transaction, the call has its snapshot and does not see what the body commits. `after`
    False holds it just before. Leaving the `with` lets it go on and waits for its end; what it raises is raised here.
    """
    arrived, go = threading.Event(), threading.Event()
    real = getattr(room, name)
    runner: list[int] = []

    def stopping(*args: Any, **kwargs: Any) -> Any:
        first = threading.get_ident() in runner and not arrived.is_set()
        if first and not after:
            _wait(arrived, go)
        result = real(*args, **kwargs)
        if first and after:
            _wait(arrived, go)
        return result

    def run() -> Any:
        runner.append(threading.get_ident())
        return call()

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(1) as pool:
        patch.setattr(room, name, stopping)
        future = pool.submit(run)
        try:
            while not arrived.wait(0.05):
                if future.done():
                    future.result()
                    pytest.fail(f"the call ended without {name}")
            yield future
        finally:
            go.set()
        future.result(_LONGEST_SECONDS)


def _wait(arrived: threading.Event, go: threading.Event) -> None:
    arrived.set()
    assert go.wait(_LONGEST_SECONDS), "nobody let the held call go on"
