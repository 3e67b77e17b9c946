"""Credentials by their ids, and the status lists that follow them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from pymongo import UpdateOne
from pymongo.collection import Collection

from services.titles_and_badges.documents import DATABASE
from shared import mongo
from shared.mongo import Document


class Row(NamedTuple):
    """One credential; `award` and `member` are empty once it is gone."""

    identifier: str
    community: str
    source: str
    award: str
    member: str
    position: int
    made: datetime
    revoked: bool
    gone: bool
    text: str | None


def load(identifiers: Iterable[str]) -> dict[str, Row]:
    """Credentials by id."""
    return {
        stored["_id"]: _row(stored) for stored in _credentials().find({"_id": {"$in": list(identifiers)}})
    }


def of_members(members: Iterable[str]) -> list[Row]:
    """The credentials of members."""
    return [_row(stored) for stored in _credentials().find({"member": {"$in": list(members)}})]


def insert(rows: Sequence[Row]) -> None:
    """Keep new credentials."""
    if rows:
        _credentials().insert_many([_document(row) for row in rows], ordered=False)


def write_revoked(rows: Sequence[Row]) -> None:
    """Bring the mark of revocation of credentials into line with these rows."""
    writes = [
        UpdateOne({"_id": row.identifier}, {"$set" if row.revoked else "$unset": {"revoked": True}})
        for row in rows
    ]
    if writes:
        _credentials().bulk_write(writes, ordered=False)


def forget(identifiers: Sequence[str]) -> None:
    """Revoke credentials for good, and keep nothing but their ids and places: their member was erased."""
    _credentials().update_many(
        {"_id": {"$in": list(identifiers)}},
        {"$set": {"revoked": True, "gone": True}, "$unset": {"text": "", "award": "", "member": ""}},
    )


def keep_text(identifier: str, text: str) -> None:
    """Remember the signed form of a credential, unless it is gone meanwhile."""
    _credentials().update_one({"_id": identifier, "gone": {"$ne": True}}, {"$set": {"text": text}})


def revoked_places(community: str, first: int, end: int) -> list[int]:
    """The places in [first, end) whose credentials are revoked."""
    query = {"community": community, "revoked": True, "position": {"$gte": first, "$lt": end}}
    return [stored["position"] for stored in _credentials().find(query, {"position": 1, "_id": 0})]


def raise_lists(community: str, numbers: Iterable[int]) -> None:
    """Note that status lists changed: what was signed of them is old."""
    for number in sorted(set(numbers)):
        _lists().update_one({"_id": f"{community}:{number}"}, {"$inc": {"revision": 1}}, upsert=True)


def status_list(community: str, number: int) -> tuple[int, str | None]:
    """The revision of a status list, and its text if that was signed at this revision."""
    stored = _lists().find_one({"_id": f"{community}:{number}"}) or {"revision": 0}
    return stored["revision"], stored.get("text") if stored.get("signed") == stored["revision"] else None


def keep_list(community: str, number: int, revision: int, text: str) -> None:
    """Remember a signed status list, unless a newer one is there."""
    _lists().update_one(
        {"_id": f"{community}:{number}"},
        [
            {"$set": {"revision": {"$ifNull": ["$revision", 0]}}},
            {
                "$set": {
                    "signed": {"$max": ["$signed", revision]},
                    "text": {
                        "$cond": [{"$gt": ["$signed", revision]}, "$text", {"$literal": text}],
                    },
                }
            },
        ],
        upsert=True,
    )


def _row(stored: Document) -> Row:
    return Row(
        stored["_id"],
        stored["community"],
        stored["source"],
        stored.get("award", ""),
        stored.get("member", ""),
        stored["position"],
        stored["made"],
        stored.get("revoked", False),
        stored.get("gone", False),
        stored.get("text"),
    )


def _document(row: Row) -> Document:
    written = {"_id": row.identifier, **row._asdict()}
    del written["identifier"]
    return {name: value for name, value in written.items() if value is not None and value is not False}


def _credentials() -> Collection[Document]:
    return mongo.collection(DATABASE, "credentials")


def _lists() -> Collection[Document]:
    return mongo.collection(DATABASE, "status_lists")
