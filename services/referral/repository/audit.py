"""The audit: every act of people with power, in the transaction of the act itself."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bson import ObjectId
from pymongo.collection import Collection

from services.referral.documents import DATABASE
from shared import listing, mongo
from shared.auth import acting
from shared.mongo import Document


def note(  # noqa: PLR0913 (a line of an audit has these columns)
    community: str,
    *,
    by: str,
    act: str,
    thing: str,
    now: datetime,
    reason: str | None = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Keep a line, inside the running transaction.

    `by` is the subject of a token, `act` such as `grant.approved`, `thing` such as `grant:g1`; `before` and `after`
    hold plain JSON, and of people nothing but their ids.
    """
    line: Document = {
        "_id": str(ObjectId()),
        "community": community,
        "time": now,
        "by": by,
        "act": act,
        "thing": thing,
        "reason": reason,
        "before": None if before is None else dict(before),
        "after": None if after is None else dict(after),
    }
    mongo.insert(DATABASE, "audit", [{name: value for name, value in line.items() if value is not None}])


def note_person(
    community: str, *, act: str, thing: str, now: datetime, after: Mapping[str, Any] | None = None
) -> None:
    """Keep a line, inside the running transaction, if a rep or an admin does by hand what servers do every day."""
    by = acting.person()
    if by is not None:
        note(community, by=by, act=act, thing=thing, now=now, after=after)


def latest(
    community: str, *, thing: str | None, before: tuple[datetime, str] | None, limit: int
) -> list[Document]:
    """Lines of a community, or of one thing, the latest first."""
    query: Document = {"community": community}
    if thing is not None:
        query["thing"] = thing
    return listing.latest(_lines(), query, before, limit, by="time")


def _lines() -> Collection[Document]:
    return mongo.collection(DATABASE, "audit")
