"""What a seal is made of: canonical lines in chunks, and one hash over all of them.

A line is JSON in RFC 8785's manner (keys in order, no spaces, UTF-8), ended by a line feed. A chunk is at most a
thousand lines; the root is the Merkle tree hash of the chunks as RFC 6962 defines it, so that a single chunk can be
proved without the others. The first chunk is the manifest: the inputs. Nothing in it says when, or by whom, it was
made: the same month sealed again has the same bytes.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CHUNK = 1_000
#: Lines of a measure: each of them takes a look at all that its member did, so a chunk holds fewer.
MEASURED = 200
_LEAF, _NODE = b"\x00", b"\x01"


def line(value: Mapping[str, Any]) -> bytes:
    """A value as one canonical line. It holds text, whole numbers, truth, lists and objects; no fractions."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def leaf(chunk: bytes) -> bytes:
    """The hash of a chunk."""
    return hashlib.sha256(_LEAF + chunk).digest()


def root(leaves: Sequence[bytes]) -> str:
    """The Merkle tree hash over the hashes of chunks, in hexadecimal."""
    return _tree(leaves).hex()


def chunks(lines: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Lines in chunks of at most `size`."""
    held: list[bytes] = []
    for each in lines:
        held.append(each)
        if len(held) == size:
            yield b"".join(held)
            held = []
    if held:
        yield b"".join(held)


def root_of_export(parts: Iterable[tuple[Iterable[bytes], int]]) -> str:
    """The root of exported lines: what anybody can compute again.

    Part by part (manifest, each board, each measure, each title) its lines, and how many of them make a chunk.
    """
    return root([leaf(chunk) for lines, size in parts for chunk in chunks(lines, size)])


def named(listed: Iterable[dict[str, Any]], slug: str) -> dict[str, Any]:
    """Of a manifest's boards, or titles, the one with a slug."""
    return next(each for each in listed if each["slug"] == slug)


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How far a list has been counted: the rows so far, the last one's score, and the place that it had."""

    rows: int = 0
    score: int | None = None
    place: int = 0

    def next(self, score: int, ties: str) -> "Count":
        """One more row, by the board's policy of ties: `competition`, `dense` or `ordinal`."""
        rows = self.rows + 1
        if ties == "ordinal":
            place = rows
        elif score == self.score:
            place = self.place
        else:
            place = self.place + 1 if ties == "dense" else rows
        return Count(rows=rows, score=score, place=place)


def _tree(leaves: Sequence[bytes]) -> bytes:
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << (len(leaves) - 1).bit_length() - 1  # the largest power of two below
    return hashlib.sha256(_NODE + _tree(leaves[:split]) + _tree(leaves[split:])).digest()
