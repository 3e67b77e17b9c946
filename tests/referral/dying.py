"""Processes that end in the middle of what they do, at any access to the store."""

import contextlib
import itertools
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from services.referral.repository import DATABASE
from shared import mongo


class Died(BaseException):
    """The process ends here: nothing catches it but the test."""


@contextlib.contextmanager
def dying(monkeypatch: pytest.MonkeyPatch, at: int) -> Iterator[None]:
    """Die at the so-many-th access to the store."""
    real, ours, count = mongo.collection, threading.get_ident(), itertools.count(1)

    def collection(service: str, name: str) -> Any:
        if threading.get_ident() == ours and next(count) == at:
            raise Died
        return real(service, name)

    with monkeypatch.context() as patch:
        patch.setattr(mongo, "collection", collection)
        yield


def free() -> None:
    """The dead one's claim to its mark runs out."""
    mongo.collection(DATABASE, "work").update_many({}, {"$unset": {"claimed_until": ""}})
