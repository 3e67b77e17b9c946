"""Two ask at once: freely, or so that the one is held where it has read and written nothing while the other goes by."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from services.referral.repository import friends

_LONGEST_SECONDS = 20.0


def freely(one: Callable[[], Any], other: Callable[[], Any]) -> list[Any]:
    """Both at once, as it happens. Returns both answers."""
    with ThreadPoolExecutor(2) as threads:
        return [each.result() for each in (threads.submit(one), threads.submit(other))]


def held(one: Callable[[], Any], other: Callable[[], Any]) -> list[Any]:
    """The one waits where it would write its friend, until the other is through. Returns both answers."""
    real, arrived, go = friends.hold, threading.Event(), threading.Event()
    runner: list[int] = []

    def hold(community: str, friend: str) -> None:
        if threading.get_ident() in runner and not arrived.is_set():
            arrived.set()
            assert go.wait(_LONGEST_SECONDS)
        real(community, friend)

    def run() -> Any:
        runner.append(threading.get_ident())
        try:
            return one()
        finally:
            arrived.set()  # some never come there: what they say is known already

    friends.hold = hold
    try:
        with ThreadPoolExecutor(1) as threads:
            future = threads.submit(run)
            assert arrived.wait(_LONGEST_SECONDS)
            answer = other()
            go.set()
            return [future.result(), answer]
    finally:
        go.set()
        friends.hold = real
