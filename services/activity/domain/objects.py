"""What is known of an object: the best surviving claim about it, whatever the order in which claims came."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from shared import identity

#: Who creates or updates an object knows it; who likes it only mentions it.
_AUTHORITATIVE = {"Create", "Update"}
_OF_THE_ACT = 4
_OF_A_KNOWN_AUTHOR = 2
_OF_A_KNOWN_TYPE = 1

Rank = tuple[int, datetime, str]


class Claim(NamedTuple):
    """What one activity says about its object. `author` is a member's raw id, before any merge."""

    object: str
    rank: Rank
    type: str | None = None
    author: str | None = None
    parent: str | None = None
    published: datetime | None = None
    tags: tuple[str, ...] = ()


class Known(NamedTuple):
    """What is known of one object, or of its parent, with members as they are now."""

    id: str
    type: str | None = None
    author: str | None = None
    published: datetime | None = None
    tags: tuple[str, ...] = ()


class Snapshot(NamedTuple):
    """An object and what it answers, as a delivery carries them. `digest` tells two snapshots apart."""

    object: Known
    parent: Known | None
    digest: bytes


def authority(activity_type: str, *, author: str | None, object_type: str | None) -> int:
    """How much a claim weighs: the act first, then how much it says."""
    return (
        (_OF_THE_ACT if activity_type in _AUTHORITATIVE else 0)
        + (_OF_A_KNOWN_AUTHOR if author else 0)
        + (_OF_A_KNOWN_TYPE if object_type else 0)
    )


def best(claims: Iterable[Claim]) -> dict[str, Claim]:
    """The best claim about each object, by (authority, time, activity id)."""
    chosen: dict[str, Claim] = {}
    for claim in claims:
        current = chosen.get(claim.object)
        if current is None or claim.rank > current.rank:
            chosen[claim.object] = claim
    return chosen


def snapshot(object_id: str, claims: Mapping[str, Claim], aliases: Mapping[str, str]) -> Snapshot:
    """What a delivery about an object says of it; an object that nobody has described has an id alone."""
    claim = claims.get(object_id)
    described = _known(object_id, claim, aliases)
    parent = None
    if claim is not None and claim.parent is not None:
        parent = _known(claim.parent, claims.get(claim.parent), aliases)
    return Snapshot(object=described, parent=parent, digest=_digest(described, parent))


def _known(object_id: str, claim: Claim | None, aliases: Mapping[str, str]) -> Known:
    if claim is None:
        return Known(id=object_id)
    author = identity.resolve(claim.author, aliases) if claim.author else None
    return Known(id=object_id, type=claim.type, author=author, published=claim.published, tags=claim.tags)


def _digest(described: Known, parent: Known | None) -> bytes:
    written = "\0".join(_written(known) for known in (described, parent) if known is not None)
    return hashlib.blake2b(written.encode(), digest_size=8).digest()


def _written(known: Known) -> str:
    moment = known.published.timestamp() if known.published else None
    return repr((known.id, known.type, known.author, moment, known.tags))
