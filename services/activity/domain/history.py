"""What becomes of an activity that comes again: nothing, an edit, or a refusal. Retraction is final."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Arrival(StrEnum):
    """What an arriving activity is to what is stored under its id."""

    NEW = "new"
    FILLS_TOMBSTONE = "fills-tombstone"
    EDIT = "edit"
    RESTAMPED = "restamped"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


class Stored(NamedTuple):
    """What is remembered of the contents under one id."""

    digest: bytes | None  # None: only its retraction has come so far
    past: Collection[bytes]
    updated: datetime | None
    retracted: bool


def arrival(stored: Stored | None, *, digest: bytes, updated: datetime | None) -> Arrival:
    """Compare an arriving content with the stored one.

    What has the latest `updated` stands, in whatever order it came (none is earlier than any). So other content is
    an edit if its stamp is later, also where it takes an edit back, else a conflict; one that an edit has replaced
    says nothing new. The same content says nothing new either, but its later stamp holds from now on, or an older
    edit could replace it.
    """
    if stored is None:
        return Arrival.NEW
    if stored.digest is None:
        return Arrival.FILLS_TOMBSTONE
    if updated is not None and (stored.updated is None or updated > stored.updated):
        return Arrival.RESTAMPED if digest == stored.digest else Arrival.EDIT
    if digest == stored.digest or digest in stored.past:
        return Arrival.DUPLICATE
    return Arrival.CONFLICT
