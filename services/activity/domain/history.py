"""What becomes of an activity that comes again: nothing, an edit, or a refusal. Retraction is final."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Arrival(StrEnum):
    """What an arriving activity is to what is stored under its id."""

    NEW = "new"
    FILLS_TOMBSTONE = "fills-tombstone"
    EDIT = "edit"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What is remembered of the contents under one id."""

    digest: bytes | None  # None: only its retraction has come so far
    past: Collection[bytes]
    updated: datetime | None
    retracted: bool


def arrival(stored: Stored | None, *, digest: bytes, updated: datetime | None) -> Arrival:
    """Compare an arriving content with the stored one.

    The same content changes nothing, also when it is one that an edit has replaced. Other content is an edit if its
    `updated` is later than the stored one's (none is earlier than any), else a conflict.
    """
    if stored is None:
        return Arrival.NEW
    if stored.digest is None:
        return Arrival.FILLS_TOMBSTONE
    if digest == stored.digest or digest in stored.past:
        return Arrival.DUPLICATE
    if updated is not None and (stored.updated is None or updated > stored.updated):
        return Arrival.EDIT
    return Arrival.CONFLICT
