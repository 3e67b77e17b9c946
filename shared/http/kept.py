"""Answers kept in the process: what very many ask for is made once a second, whoever asks."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from hashlib import sha256
from typing import NamedTuple

import msgspec
from flask import Response

from shared.http import answers

#: For so long an answer is given without asking anybody.
FRESH_SECONDS = 1.0
#: After so long it is made anew even if its revision is the same: names may have changed.
LONGEST_SECONDS = 10.0
_MOST = 1_000


class _Answer(NamedTuple):
    body: bytes
    etag: str
    revision: Hashable
    made: float
    asked: float


class Kept:
    """Answers by key. What is put into a key must be all that the answer depends on, but for its revision."""

    def __init__(self) -> None:
        self._answers: OrderedDict[Hashable, _Answer] = OrderedDict()
        self._lock = threading.Lock()

    def answer(self, key: Hashable, revision: Callable[[], Hashable], make: Callable[[], object]) -> Response:
        """The answer under a key: as it was kept, while its revision stands; else what `make` returns, as JSON."""
        now = time.monotonic()
        kept = self._answers.get(key)
        if kept is None or now > kept.asked + FRESH_SECONDS:
            # Asked before it is made: an answer is never older than the revision that it goes by.
            current = revision()
            if kept is None or kept.revision != current or now > kept.made + LONGEST_SECONDS:
                kept = self._made(make(), current, now)
            else:
                kept = kept._replace(asked=now)
            self._keep(key, kept)
        response = Response(kept.body, mimetype=answers.MEDIA_TYPE)
        response.set_etag(kept.etag)
        return response

    def forget(self) -> None:
        """Make all anew."""
        with self._lock:
            self._answers.clear()

    def _keep(self, key: Hashable, kept: _Answer) -> None:
        with self._lock:
            self._answers[key] = kept
            self._answers.move_to_end(key)
            while len(self._answers) > _MOST:
                self._answers.popitem(last=False)

    @staticmethod
    def _made(payload: object, revision: Hashable, now: float) -> _Answer:
        body = msgspec.json.encode(payload)
        return _Answer(body, sha256(body).hexdigest()[:32], revision, now, now)
