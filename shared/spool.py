"""A spool: what a process must keep while the database is away, in files that outlive it.

A file (a segment) belongs to the process that writes it, by a lock that ends with the process. Whatever is not locked
may be drained by anybody: so what a killed process left is drained by the next one. Each entry is written at once, with
its length and checksum, and forced to the disk with its group: a killed process loses nothing that was added, a machine
without power loses what was added since `flush`.
"""

import contextlib
import fcntl
import os
import secrets
import threading
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from struct import Struct
from typing import NamedTuple

from shared import telemetry

#: A segment is drained as a whole, and so is held in memory.
SEGMENT_BYTES = 4_000_000
_SUFFIX = ".spool"
_FRAME = Struct(">II")
_BATCH = 500


class Segment(NamedTuple):
    """What was read of a segment: its entries, and how many bytes at its end cannot be read."""

    entries: list[bytes]
    damaged: int


class Spool:
    """One process's writing side. `add` may be called by any thread; all else by one thread alone."""

    def __init__(self, folder: Path, service: str, limit: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._limit = folder, limit
        self._dropped = telemetry.SPOOL_DROPPED.labels(service)
        self._lock = threading.Lock()
        self._file: int | None = None
        self._full: list[int] = []
        self._written = self._others = 0
        self._unsynced = False
        self._new_names = False
        self.measure()

    def add(self, entry: bytes) -> bool:
        """Write one entry. Returns False where it was dropped: the bound is reached, or the disk refuses."""
        framed = _FRAME.pack(len(entry), zlib.crc32(entry)) + entry
        with self._lock:
            if self._others + self._written + len(framed) > self._limit or not self._write(framed):
                self._dropped.inc()
                return False
            return True

    def flush(self) -> None:
        """Force to the disk what was added until now."""
        if not self._unsynced:
            return
        with self._lock:
            self._unsynced = False
            files, named, self._new_names = [*self._full, self._file], self._new_names, False
        for file in files:
            if file is not None:
                os.fsync(file)
        if named:
            _sync_folder(self._folder)

    def roll(self) -> None:
        """Let what was added until now be drained; what comes next begins a new segment."""
        with self._lock:
            if self._file is not None:
                self._full.append(self._file)
                self._others += self._written
                self._file, self._written = None, 0
        self.flush()
        with self._lock:
            closing, self._full = self._full, []
        for file in closing:
            os.close(file)

    def measure(self) -> None:
        """Look how much lies in the folder: other processes write there too, and drain what is ours."""
        lying = sum(map(_size, segments(self._folder)))
        with self._lock:
            self._others = lying - self._written

    def _write(self, framed: bytes) -> bool:
        try:
            if self._file is None or self._written >= SEGMENT_BYTES:
                self._begin()
            file, begun = self._file, self._written
            assert file is not None  # noqa: S101 (just begun)
            if os.write(file, framed) != len(framed):
                os.ftruncate(file, begun)  # or what follows could not be read
                return False
        except OSError:
            return False
        self._written += len(framed)
        self._unsynced = True
        return True

    def _begin(self) -> None:
        """A new segment: locked first and named then, or somebody could drain and remove it before its first entry."""
        name = f"{time.time_ns():020}-{os.getpid()}-{secrets.token_hex(4)}"
        hidden = self._folder / f".{name}"
        file = os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        hidden.rename(self._folder / f"{name}{_SUFFIX}")
        if self._file is not None:
            self._full.append(self._file)
            self._others += self._written
        self._file, self._written, self._new_names = file, 0, True


def segments(folder: Path) -> list[Path]:
    """What lies in a folder, the oldest first; some of it may be somebody's who writes to it, or gone in a moment."""
    return sorted(folder.glob(f"*{_SUFFIX}"))


def began(segment: Path) -> float:
    """When a segment was begun, in seconds since 1970."""
    return int(segment.name.partition("-")[0]) / 1_000_000_000


def drain(segment: Path, service: str, take: Callable[[Sequence[bytes]], None]) -> int:
    """Hand what lies in a segment that nobody writes to `take`, in batches, and remove it. Returns how many entries.

    It is removed when `take` has had all of it; where `take` raises, all of it comes again.
    """
    with _free(segment) as file:
        if file is None:
            return 0
        found = read(file)
        for start in range(0, len(found.entries), _BATCH):
            take(found.entries[start : start + _BATCH])
        telemetry.SPOOL_DAMAGED.labels(service).inc(found.damaged)
        segment.unlink()
        return len(found.entries)


def read(file: int) -> Segment:
    """All entries of an open segment. One that is torn, as by a power cut, ends it."""
    with os.fdopen(os.dup(file), "rb") as opened:
        opened.seek(0)
        written = opened.read()
    entries, place = [], 0
    while place + _FRAME.size <= len(written):
        length, checksum = _FRAME.unpack_from(written, place)
        entry = written[place + _FRAME.size : place + _FRAME.size + length]
        if len(entry) != length or zlib.crc32(entry) != checksum:
            break
        entries.append(entry)
        place += _FRAME.size + length
    return Segment(entries, len(written) - place)


@contextlib.contextmanager
def _free(path: Path) -> Iterator[int | None]:
    """The segment, locked; None where its writer lives, or somebody else drains it, or has."""
    try:
        file = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        yield None
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Whoever drained it removed its name, and let go of the lock only then.
        yield file if os.fstat(file).st_nlink else None
    except BlockingIOError:
        yield None
    finally:
        os.close(file)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # drained meanwhile
        return 0


def _sync_folder(folder: Path) -> None:
    file = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
