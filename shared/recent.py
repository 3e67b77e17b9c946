"""What is asked with every request, and may be a second old: read once, told until then."""

import time
from collections.abc import Callable

from shared.mongo import Document

_SECONDS = 1.0


class Recent:
    """Documents by their key, as they were within the last second. What is not there is asked for each time."""

    def __init__(self, load: Callable[[str], Document | None]) -> None:
        self._load = load
        #: Key → until when it may be told so, and what was read.
        self._read: dict[str, tuple[float, Document]] = {}

    def one(self, key: str) -> Document | None:
        """A document, None where there is none."""
        found = self._read.get(key)
        if found is None or found[0] < time.monotonic():
            stored = self._load(key)
            if stored is None:
                return None
            found = self._read[key] = (time.monotonic() + _SECONDS, stored)
        return found[1]

    def forget(self) -> None:
        """Ask anew from now on: what this process itself keeps is seen at once."""
        self._read.clear()
