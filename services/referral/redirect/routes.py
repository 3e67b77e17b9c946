"""Where links lead, in memory: followed from the database, and kept on disk for a start without it.

Whoever reads sees whole states: dictionaries are replaced or grow, and are never taken apart.
"""

import contextlib
import os
import threading
import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import msgspec

from services.referral.domain import codes
from services.referral.queries import redirects
from services.referral.queries.redirects import Route

if TYPE_CHECKING:
    from collections.abc import Callable

#: The one parameter that a landing page gets from us.
PARAMETER = "laurel_click"
#: How often programs are read anew: their landing pages change with their versions' dates.
PROGRAMS_SECONDS = 5.0
#: How often what changed is written to disk.
SAVE_SECONDS = 10.0
#: So many unknown codes a second are looked up in the database: enough for links that were just made.
LOOK_UPS = 20
#: What was typed in so many ways is remembered.
_MOST_SPELLINGS = 100_000
_FILE = "links.snapshot"


class Undecided(Exception):  # noqa: N818 (no fault of anybody)
    """Whether there is such a link cannot be told now: the database is away, or was asked too often."""


class Target(NamedTuple):
    """An address around the click's id."""

    before: str
    after: str

    def at(self, click: str) -> str:
        """The landing page, told of the click."""
        return f"{self.before}{click}{self.after}"


class _State(msgspec.Struct):
    mark: int = 0
    routes: dict[str, Route] = {}
    landings: dict[str, str] = {}
    #: Keys of clicks as they are wrapped: hashing must go on, too.
    keys: dict[str, bytes] = {}


class Routes:
    """The links of all communities by code. `find` may be called by any thread, all else by one thread alone."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE
        self._state = _load(self._path)
        self._targets: dict[str, Target] = {}
        self._spelled: dict[str, Route] = {}
        self._saved = 0.0
        self._changed = False
        self._programs_read = 0.0
        self._leads_nowhere = True
        self._allowed = _Allowed(LOOK_UPS)
        self.look_up: Callable[[str], tuple[Route, str | None] | None] | None = None

    @property
    def keys(self) -> dict[str, bytes]:
        """The wrapped keys that were kept last."""
        return self._state.keys

    def __len__(self) -> int:
        return len(self._state.routes)

    def find(self, code: str) -> Route | None:
        """The link of a code, however it is spelled; one that was made just now is asked for, within a bound.

        Raises Undecided.
        """
        route = self._state.routes.get(code) or self._spelled.get(code)
        if route is not None or len(code) > codes.LONGEST_TRIED:
            return route
        folded = codes.fold(code)
        if not folded:
            return None
        route = self._state.routes.get(folded) or self._ask(folded)
        if route is not None and len(self._spelled) < _MOST_SPELLINGS:
            self._spelled[code] = route
        return route

    def target(self, route: Route) -> Target | None:
        """Where a link leads now; None where its program is gone."""
        address = route.landing_url or self._state.landings.get(_program(route))
        if address is None:
            return None
        found = self._targets.get(address)
        if found is None:
            found = self._targets[address] = target(address)
        return found

    def follow(self, now: datetime) -> None:
        """Learn what changed in the database. Raises what the driver raises while it is away."""
        while not self._follow_links():
            pass
        if time.monotonic() - self._programs_read > PROGRAMS_SECONDS or self._leads_nowhere:
            landings = {
                f"{community}:{program}": address for community, program, address in redirects.landings(now)
            }
            self._changed |= landings != self._state.landings
            self._state.landings = landings
            self._programs_read, self._leads_nowhere = time.monotonic(), False

    def keep(self, wrapped: dict[str, bytes]) -> None:
        """Remember the wrapped keys, too."""
        self._changed |= wrapped != self._state.keys
        self._state.keys = wrapped

    def save(self) -> None:
        """Write to disk what is known, from time to time, where it changed."""
        if self._changed and time.monotonic() - self._saved > SAVE_SECONDS:
            self._changed = False
            _store(self._path, msgspec.msgpack.encode(self._state))
            self._saved = time.monotonic()

    def _follow_links(self) -> bool:
        changed = redirects.changed(self._state.mark)
        if changed.anew:
            changed = redirects.changed(0)
            self._state.routes = {}
            self._spelled = {}
        if changed.routes or changed.mark != self._state.mark:
            self._state.routes.update((each.code, each) for each in changed.routes)
            self._leads_nowhere |= any(_program(each) not in self._state.landings for each in changed.routes)
            # A spelling may stand for a link as it was.
            self._spelled = {}
            self._state.mark = changed.mark
            self._changed = True
        return changed.all

    def _ask(self, folded: str) -> Route | None:
        if self.look_up is None or not self._allowed():
            raise Undecided
        found = self.look_up(folded)
        if found is None:
            return None
        route, landing = found
        if landing is not None:
            self._state.landings.setdefault(_program(route), landing)
        self._state.routes[folded] = route
        return route


def _program(route: Route) -> str:
    return f"{route.community}:{route.program}"


def target(address: str) -> Target:
    """An address with room for the click's id in its query, which keeps all that it says already."""
    parts = urlsplit(address)
    kept = [each for each in parts.query.split("&") if each and each.partition("=")[0] != PARAMETER]
    query = "&".join([*kept, f"{PARAMETER}="])
    before = urlunsplit(parts._replace(query=query, fragment="", path=parts.path or "/"))
    return Target(before, f"#{parts.fragment}" if parts.fragment else "")


class _Allowed:
    """Whether one more may be done in this second."""

    def __init__(self, most: int) -> None:
        self._most, self._second, self._done = most, 0, 0
        self._lock = threading.Lock()

    def __call__(self) -> bool:
        with self._lock:
            second = int(time.monotonic())
            if second != self._second:
                self._second, self._done = second, 0
            self._done += 1
            return self._done <= self._most


def _load(path: Path) -> _State:
    with contextlib.suppress(FileNotFoundError, msgspec.DecodeError):  # a start from nothing
        return msgspec.msgpack.decode(path.read_bytes(), type=_State)
    return _State()


def _store(path: Path, written: bytes) -> None:
    """Replace a file as a whole, or not at all."""
    beside = path.with_suffix(f".{os.getpid()}")
    with beside.open("wb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.write(written)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
