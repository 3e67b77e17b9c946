"""The spool: nothing that was added is lost or taken twice, whatever dies where."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from shared import spool
from shared.spool import Spool

LIMIT = 10_000_000
#: Adds entries until it is killed, and says each that it has added.
WRITER = """
import sys
from pathlib import Path
from shared.spool import Spool
spool = Spool(Path(sys.argv[1]), "test", 10_000_000)
for number in range(int(sys.argv[2])):
    spool.add(f"entry {number}".encode())
print("added", flush=True)
sys.stdin.read()
"""


def drained(folder: Path) -> list[bytes]:
    """All that can be drained now."""
    found: list[bytes] = []
    for segment in spool.segments(folder):
        spool.drain(segment, "test", found.extend)
    return found


def test_what_was_added_is_drained_once_in_order(tmp_path: Path) -> None:
    """Also what a second segment holds."""
    ours = Spool(tmp_path, "test", LIMIT)
    assert all(ours.add(f"{n}".encode()) for n in range(3))
    ours.roll()
    ours.add(b"3")
    ours.roll()
    assert drained(tmp_path) == [b"0", b"1", b"2", b"3"]
    assert drained(tmp_path) == []
    assert not list(tmp_path.iterdir())


def test_nobody_drains_what_is_being_written(tmp_path: Path) -> None:
    """Not even its own process."""
    ours = Spool(tmp_path, "test", LIMIT)
    ours.add(b"first")
    assert drained(tmp_path) == []
    ours.add(b"second")
    ours.roll()
    assert drained(tmp_path) == [b"first", b"second"]


def test_what_cannot_be_taken_comes_again(tmp_path: Path) -> None:
    """A batch that raised, and all of its segment."""
    ours = Spool(tmp_path, "test", LIMIT)
    ours.add(b"one")
    ours.roll()

    def away(entries: Sequence[bytes]) -> None:
        raise ConnectionError(entries)

    with pytest.raises(ConnectionError):
        spool.drain(spool.segments(tmp_path)[0], "test", away)
    assert drained(tmp_path) == [b"one"]


def test_a_killed_writer_loses_nothing_and_the_next_process_drains_it(tmp_path: Path) -> None:
    """`kill -9`, without a flush: the entries are the system's by then."""
    writer = subprocess.Popen(  # noqa: S603 (our own interpreter)
        [sys.executable, "-c", WRITER, str(tmp_path), "1000"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"added\n"
    assert drained(tmp_path) == []
    os.kill(writer.pid, signal.SIGKILL)
    writer.communicate()
    assert drained(tmp_path) == [f"entry {n}".encode() for n in range(1_000)]


@pytest.mark.parametrize("left", range(1, 12))
def test_a_torn_end_costs_only_itself(tmp_path: Path, left: int) -> None:
    """As a machine without power may leave it."""
    ours = Spool(tmp_path, "test", LIMIT)
    ours.add(b"whole")
    ours.add(b"torn")
    ours.roll()
    segment = next(tmp_path.iterdir())
    os.truncate(segment, segment.stat().st_size - left)
    assert drained(tmp_path) == [b"whole"]


def test_what_was_changed_on_the_disk_is_not_taken(tmp_path: Path) -> None:
    """The checksum."""
    ours = Spool(tmp_path, "test", LIMIT)
    ours.add(b"right")
    ours.add(b"wrong")
    ours.roll()
    segment = next(tmp_path.iterdir())
    segment.write_bytes(segment.read_bytes().replace(b"wrong", b"wring"))
    assert drained(tmp_path) == [b"right"]


def test_a_full_spool_drops_and_goes_on_when_it_was_drained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bound is the folder's, whoever wrote into it; what is reserved counts."""
    monkeypatch.setattr(spool, "SEGMENT_BYTES", 100)
    other, ours = Spool(tmp_path, "test", 150), Spool(tmp_path, "test", 150)
    assert other.add(b"x" * 60)
    ours.measure()
    assert not ours.add(b"y" * 60)
    assert other.add(b"z")
    other.roll()
    assert drained(tmp_path) == [b"x" * 60, b"z"]
    ours.measure()
    assert ours.add(b"y" * 60)
    assert not ours.add(b"y" * 100)


def test_a_disk_that_refuses_drops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And leaves nothing half begun."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    ours = Spool(tmp_path, "test", LIMIT)
    with monkeypatch.context() as disk:
        disk.setattr(os, "posix_fallocate", full)
        assert not ours.add(b"lost")
    assert not list(tmp_path.iterdir())
    assert ours.add(b"kept")


def test_a_segment_has_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies in full ones is drained with the rest, in order."""
    monkeypatch.setattr(spool, "SEGMENT_BYTES", 40)
    ours = Spool(tmp_path, "test", LIMIT)
    written = [f"entry {n}".encode() for n in range(10)]
    assert all(ours.add(each) for each in written)
    assert len(list(tmp_path.iterdir())) > 2
    ours.roll()
    assert drained(tmp_path) == written
