"""A spool: what a process must keep while the database is away, in files that outlive it.

A file (a segment) belongs to the process that writes it, by a lock that ends with the process. Whatever is not locked
may be drained by anybody: so what a killed process left is drained by the next one. A segment is reserved on the disk
and mapped into memory: adding is copying, with length and checksum, and no call of the system. What was added is the
system's at once, and forced to the disk with its group: a killed process loses nothing that was added, a machine
without power what was added since `flush`.
"""

import contextlib
import fcntl
import mmap
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

#: So much is reserved at once; a segment is drained as a whole, and so is held in memory.
SEGMENT_BYTES = 1_000_000
_SUFFIX = ".spool"
_FRAME = Struct(">II")
_BATCH = 500


class Segment(NamedTuple):
    """What was read of a segment: its entries, and how many bytes at its end cannot be read."""

    entries: list[bytes]
    damaged: int


class _Open:
    """A segment that is being written: nobody else's, while this process lives."""

    def __init__(self, folder: Path) -> None:
        name = f"{time.time_ns():020}-{os.getpid()}-{secrets.token_hex(4)}"
        hidden = folder / f".{name}"
        self.file = os.open(hidden, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        self.size = SEGMENT_BYTES
        try:
            # A full disk refuses here, and not in the middle of a copy, where it would end the process.
            os.posix_fallocate(self.file, 0, self.size)
            self.memory = mmap.mmap(self.file, self.size)
            fcntl.flock(self.file, fcntl.LOCK_EX)
            # Named when it is locked: or somebody could drain and remove it before its first entry.
            hidden.rename(folder / f"{name}{_SUFFIX}")
        except OSError:
            os.close(self.file)
            hidden.unlink()
            raise
        self.written = 0

    def close(self) -> None:
        """Give back what was not needed, force the rest to the disk, and let whoever wants drain it."""
        self.memory.close()
        os.ftruncate(self.file, self.written)
        os.fsync(self.file)
        os.close(self.file)


class Spool:
    """One process's writing side. `add` may be called by any thread; all else by one thread alone."""

    def __init__(self, folder: Path, service: str, limit: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._limit = folder, limit
        self._dropped = telemetry.SPOOL_DROPPED.labels(service)
        self._lock = threading.Lock()
        self._open: _Open | None = None
        self._full: list[_Open] = []
        self._lying = 0
        self._unsynced = self._new_names = False
        self.measure()

    def add(self, entry: bytes) -> bool:
        """Write one entry, which is not empty. Returns False where it was dropped: there is no room for it."""
        framed = _FRAME.pack(len(entry), zlib.crc32(entry)) + entry
        with self._lock:
            segment = self._open
            if segment is None or segment.written + len(framed) > segment.size:
                segment = self._begin(len(framed))
                if segment is None:
                    self._dropped.inc()
                    return False
            begun = segment.written
            segment.written = begun + len(framed)
            segment.memory[begun : segment.written] = framed
            self._unsynced = True
        return True

    def flush(self) -> None:
        """Force to the disk what was added until now."""
        if not self._unsynced:
            return
        with self._lock:
            self._unsynced = False
            writing = [*self._full, *([self._open] if self._open else [])]
            named, self._new_names = self._new_names, False
        for segment in writing:
            os.fdatasync(segment.file)
        if named:
            _sync_folder(self._folder)

    def roll(self) -> None:
        """Let what was added until now be drained; what comes next begins a new segment."""
        with self._lock:
            closing, self._full = [*self._full, *([self._open] if self._open else [])], []
            self._open = None
        for segment in closing:
            segment.close()
        self.flush()

    def measure(self) -> None:
        """Look how much lies in the folder: other processes write there too, and drain what is ours."""
        self._lying = sum(map(_size, segments(self._folder)))

    def _begin(self, needed: int) -> _Open | None:
        if self._lying + SEGMENT_BYTES > self._limit or needed > SEGMENT_BYTES:
            return None
        try:
            begun = _Open(self._folder)
        except OSError:
            return None
        if self._open is not None:
            self._full.append(self._open)
        self._open, self._new_names = begun, True
        self._lying += SEGMENT_BYTES
        return begun


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
        if not length or len(entry) != length or zlib.crc32(entry) != checksum:
            break
        entries.append(entry)
        place += _FRAME.size + length
    # What was reserved and never needed is no damage.
    return Segment(entries, len(written[place:].rstrip(b"\0")))


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
