"""A process may die at any access to the store: inside a transaction, between two, or behind the last one."""

import contextlib
import itertools
import threading
from collections.abc import Iterator
from typing import Any

from shared import mongo


class Died(BaseException):
    """The process is gone. Nobody may catch it as a fault of a request or of a step."""


@contextlib.contextmanager
def dying(at: int | str | None) -> Iterator[list[int | str]]:
    """Die at this thread's so-many-th access to the store, or at its first one to a collection, if at any.

    Whoever died is in what this yields.
    """
    died: list[int | str] = []
    if at is None:
        yield died
        return
    real, ours, count = mongo.collection, threading.get_ident(), itertools.count(1)

    def collection(service: str, name: str) -> Any:
        if threading.get_ident() == ours and at in {next(count), name}:
            raise Died(at)
        return real(service, name)

    mongo.collection = collection
    try:
        yield died
    except Died:
        died.append(at)
    finally:
        mongo.collection = real
