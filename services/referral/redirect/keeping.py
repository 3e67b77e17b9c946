"""What goes on behind the door of `/r/…`: clicks are forced to the disk and drained, links and keys are followed."""

import threading
import time
from pathlib import Path

from cryptography.fernet import MultiFernet

from services.referral.queries import redirects
from services.referral.redirect import Redirect
from services.referral.redirect.routes import Routes, Undecided
from services.referral.redirect.visitors import Hashing
from services.referral.use_cases import click_keys, draining
from shared import clock, mongo, telemetry
from shared.spool import Spool

#: The most that is lost without power.
FLUSH_SECONDS = 0.05
#: For so long clicks gather in a segment before they are drained.
ROLL_SECONDS = 0.5
FOLLOW_SECONDS = 0.5
#: Who serves leaves draining to `jobs`, which waits for nobody; it does it itself where nobody did for so long.
UNDRAINED_SECONDS = 3.0
#: For so long a request may wait for a link that was made just now.
LOOK_UP_SECONDS = 0.5

_log = telemetry.logger(__name__)


class Keeping:
    """The threads of one process behind its door."""

    def __init__(self, folder: Path, service: str, limit: int, opener: MultiFernet) -> None:
        self.routes = Routes(folder)
        self._folder, self._service, self._opener = folder, service, opener
        self._spool = Spool(folder, service, limit)
        self._came = threading.Event()
        self._stopping = threading.Event()
        self._wrapped: dict[str, bytes] | None = None
        self._door: Redirect | None = None
        self._away = False

    def keep(self, entry: bytes) -> bool:
        """Keep a click. Returns False where the spool is full."""
        kept = self._spool.add(entry)
        if not self._came.is_set():
            self._came.set()
        return kept

    def attach(self, door: Redirect) -> None:
        """Be behind a door: the links that were known last hold at once, and whoever comes first has a name already.

        Raises Fault where no secret opens the keys.
        """
        self._door = door
        self._open(self._keys())
        self.routes.look_up = self._look_up

    def start(self) -> None:
        """Begin, in threads that end with the process."""
        for name, run in (("clicks-to-disk", self._sync), ("clicks-to-database", self._follow)):
            threading.Thread(target=run, name=name, daemon=True).start()

    def stop(self) -> None:
        """End, with all that came on the disk, for others to drain."""
        self._stopping.set()
        self._came.set()

    def turn(self) -> None:
        """Let what came until now be drained, and drain it: what the threads do all the time, once."""
        self._spool.roll()
        self._spool.measure()
        self._look()

    def _sync(self) -> None:
        rolled = time.monotonic()
        while not self._stopping.is_set():
            self._came.wait(ROLL_SECONDS)
            self._came.clear()
            self._stopping.wait(FLUSH_SECONDS)
            try:
                rolled = self._synced(rolled)
            except OSError:
                # A disk that refuses now may take it later; clicks that it refused are counted as lost.
                _log.exception("clicks are not on the disk")
        self._spool.roll()

    def _synced(self, rolled: float) -> float:
        self._spool.flush()
        if self._door is not None:
            self._door.count()
        now = time.monotonic()
        if now - rolled < ROLL_SECONDS:
            return rolled
        self._spool.roll()
        self._spool.measure()
        return now

    def _follow(self) -> None:
        while not self._stopping.is_set():
            try:
                self._look(UNDRAINED_SECONDS)
            except mongo.UNAVAILABLE as error:
                if not self._away:
                    _log.warning("clicks wait: the database is away", reason=repr(error))
                self._away = True
            except Exception:  # noqa: BLE001 (the thread must live: all stays as it is, and is tried again)
                _log.exception("links could not be followed")
            self._stopping.wait(FOLLOW_SECONDS)

    def _look(self, older: float = 0.0) -> None:
        """One look at the database; `older`: how old a segment is that is drained."""
        self._open(click_keys.provide(self._opener, clock.now()))
        self.routes.follow(clock.now())
        self._away = False
        self.routes.save()
        draining.drain(self._folder, self._service, older)

    def _keys(self) -> dict[str, bytes]:
        """The keys as they are; as they were known last, should nobody tell now."""
        try:
            with mongo.within(LOOK_UP_SECONDS):
                return click_keys.provide(self._opener, clock.now())
        except mongo.UNAVAILABLE:
            return self.routes.keys

    def _open(self, wrapped: dict[str, bytes]) -> None:
        if wrapped != self._wrapped:
            if self._door is not None:
                self._door.hashing = Hashing(click_keys.opened(self._opener, wrapped))
            self.routes.keep(wrapped)
            self._wrapped = wrapped

    def _look_up(self, code: str) -> tuple[redirects.Route, str | None] | None:
        if self._away:
            raise Undecided
        try:
            with mongo.within(LOOK_UP_SECONDS):
                return redirects.found(code, clock.now())
        except mongo.UNAVAILABLE as error:
            self._away = True  # until the next look finds it again
            raise Undecided from error
