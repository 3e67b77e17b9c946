"""How far an import has come: a small file, replaced after every batch that was acknowledged.

It counts items and keeps a hash over them, so that a run after a change of the source starts anew instead of
skipping what it never sent. To lose the file does no harm: all is sent again and answered with "duplicate".
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from pathlib import Path

from services.activity.importers.items import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmark:
    """Everything before item `upto` is acknowledged, but for the items at the `refused` positions."""

    upto: int = 0
    fingerprint: str = ""  # over the items before `upto`
    last: tuple[str, str] | None = None  # kind and id of an item that the server has taken
    refused: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Items of one kind that fit into one request, with their positions in the source."""

    items: tuple[tuple[int, Item], ...]
    upto: int
    fingerprint: str


def holds(items: Iterable[Item], mark: Bookmark) -> bool:
    """Whether the source still begins with the items that the bookmark counts."""
    seen = _hash()
    count = 0
    for item in islice(items, mark.upto):
        seen.update(item.body)
        count += 1
    return count == mark.upto and (count == 0 or seen.hexdigest() == mark.fingerprint)


def batches(items: Iterable[Item], mark: Bookmark, most: int, most_bytes: int) -> Iterator[Batch]:
    """What is still to be sent: what was refused before, then all that lies behind the bookmark."""
    seen = _hash()
    waiting: list[tuple[int, Item]] = []
    size = count = 0
    for position, item in enumerate(items):
        if position >= mark.upto or position in mark.refused:
            size += len(item.body) + 1
            if waiting and (waiting[0][1].kind != item.kind or len(waiting) == most or size >= most_bytes):
                yield Batch(items=tuple(waiting), upto=position, fingerprint=seen.hexdigest())
                waiting, size = [], len(item.body) + 1
            waiting.append((position, item))
        seen.update(item.body)
        count = position + 1
    if waiting:
        yield Batch(items=tuple(waiting), upto=count, fingerprint=seen.hexdigest())


def moved(mark: Bookmark, batch: Batch, refused: Iterable[int]) -> Bookmark:
    """The bookmark after the batch was acknowledged, with the positions that the server refused."""
    positions = {position for position, _ in batch.items}
    refused_now = frozenset(refused)
    taken = [item for position, item in batch.items if position not in refused_now]
    ahead = batch.upto > mark.upto
    return replace(
        mark,
        upto=batch.upto if ahead else mark.upto,
        fingerprint=batch.fingerprint if ahead else mark.fingerprint,
        last=(taken[-1].kind, taken[-1].id) if taken else mark.last,
        refused=(mark.refused - positions) | refused_now,
    )


def path_for(home: Path, source: str, community: str, url: str) -> Path:
    """Where the bookmark of this source for this community of this server lies."""
    key = hashlib.blake2b(f"{source}\0{community}\0{url}".encode(), digest_size=12).hexdigest()
    return home / "imports" / f"{key}.json"


def read(path: Path) -> Bookmark:
    """What was kept; a new bookmark if there is no such file or it cannot be read."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        last = kept["last"] and (kept["last"][0], kept["last"][1])
        return Bookmark(
            upto=kept["upto"], fingerprint=kept["fingerprint"], last=last, refused=frozenset(kept["refused"])
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError, IndexError):
        return Bookmark()


def keep(path: Path, mark: Bookmark) -> None:
    """Replace the file in one step: who dies while writing leaves the old one whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        json.dump({**asdict(mark), "refused": sorted(mark.refused)}, file)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(path)


def _hash() -> "hashlib.blake2b":
    return hashlib.blake2b(digest_size=16)
