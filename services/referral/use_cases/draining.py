"""Emptying the spool of clicks into the database. Any number of processes may, and whoever lives does."""

import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

from services.referral.use_cases import clicking
from shared import clock, mongo, spool, telemetry

#: Whoever drains has other things to do as well, and must hear when it is told to stop.
TURN_SECONDS = 1.0

_log = telemetry.logger(__name__)


def drain(folder: Path, service: str, older: float = 0.0) -> bool:
    """Store what lies in segments that nobody writes to, those that began so many seconds ago. Returns whether any did.

    It takes about a turn: what is left after it comes with the next one. A segment that cannot be stored stays, is
    tried again, and holds up no other. Raises what the driver raises while the database is away.
    """
    before, until, did = time.time() - older, time.monotonic() + TURN_SECONDS, False
    for segment in spool.segments(folder):
        if spool.began(segment) <= before:
            did = _drained(segment, service) or did
        if time.monotonic() > until:
            break
    return did


def _drained(segment: Path, service: str) -> bool:
    try:
        return spool.drain(segment, service, take) > 0
    except mongo.UNAVAILABLE:
        raise
    except Exception:  # noqa: BLE001 (it is said, and the others go on)
        _log.exception("clicks could not be drained", segment=segment.name)
        return False


def take(entries: Sequence[bytes]) -> None:
    """Store what was drained, once each. What another version wrote and cannot be read is left out, and said."""
    read = []
    for each in entries:
        try:
            read.append(clicking.decode(each))
        except msgspec.DecodeError as error:
            _log.error("a click cannot be read", reason=str(error))
    clicking.keep(read, clock.now())
