"""Sealed months: what they hold, and what of them can be checked."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from services.titles_and_badges.domain import sealing
from services.titles_and_badges.domain.titles import months
from services.titles_and_badges.queries import awards as people
from services.titles_and_badges.repository import candidates, closings, communities, seals
from shared import clock
from shared.clock import from_text
from shared.errors import Invalid, NotFound, Place
from shared.events.activity import GRACE_HOURS
from shared.mongo import Document

OPEN, GRACE, OVER = "open", "grace", "over"


class Phase(NamedTuple):
    """Where a month is: `open` until its border, then in its `grace`, then `over` and ready to be sealed."""

    name: str
    until: datetime
    grace_until: datetime


def month(period: str) -> str:
    """A month as a caller wrote it. Raises Invalid."""
    if not months.is_month(period):
        message = "A month is written like 2026-10."
        raise Invalid(message, errors=[Place(pointer="period", detail=message)])
    return period


def phase(community: str, period: str, now: datetime) -> Phase:
    """Where a month is, by our copy of the community. Raises NotFound or Invalid."""
    stored = communities.load([community]).get(community)
    if stored is None:
        raise NotFound("community", community)
    until = candidates.month(community, month(period), stored).until
    grace_until = until + timedelta(hours=stored.get("grace_hours", GRACE_HOURS))
    name = OVER if now >= grace_until else GRACE if now >= until else OPEN
    return Phase(name, until, grace_until)


def has_said_so(community: str, period: str) -> bool:
    """Whether `activity` has said that nothing older is pending; of months before its first word it says nothing."""
    stored = closings.load(community)
    return bool(stored.get("closed", "") >= period or period < stored.get("first", ""))


def revision(community: str, period: str, number: int | None = None) -> Document:
    """A sealed revision, the latest one without a number. Raises NotFound or Invalid."""
    found = seals.revision(community, month(period), number)
    if found is None:
        raise NotFound("sealed month", period if number is None else f"{period}, revision {number}")
    return found


def newest(community: str, period: str) -> Document | None:
    """The latest sealed revision of a month, None where it is not sealed. Raises Invalid."""
    return seals.revision(community, month(period))


def all_revisions(community: str, period: str) -> list[Document]:
    """All sealed revisions of a month, the first one first. Raises NotFound or Invalid."""
    revision(community, period)
    return seals.revisions(community, period)[::-1]


def shown(seal: Document) -> Document:
    """A seal as it is shown."""
    manifest = seals.manifest(seal["_id"])
    return {
        "period": seal["period"],
        "state": seal["state"],
        "revision": seal["revision"],
        "root": seal["root"],
        "sealed_at": seal["sealed_at"],
        "held": seal.get("held", 0),
        "from": from_text(manifest["from"]),
        "until": from_text(manifest["until"]),
        "time_zone": manifest["time_zone"],
        "boards": [
            {
                "name": each["definition"]["name"],
                **{name: each[name] for name in ("slug", "version", "ties")},
            }
            for each in manifest["boards"]
        ],
        "revisions": [
            {"revision": each["revision"], "root": each["root"], "sealed_at": each["sealed_at"]}
            for each in seals.revisions(seal["community"], seal["period"])
        ],
    }


def standing(
    community: str, period: str, board: str, *, number: int | None, first: int, limit: int
) -> list[Document]:
    """Rows of a board as they were sealed, from a row (counted from 0) on. Raises NotFound or Invalid."""
    seal = revision(community, period, number)
    if [seals.BOARD, board] not in seal["parts"]:
        raise NotFound("board", board)
    part = seals.part(seal["_id"], seals.BOARD, board)
    rows = seals.page(part, first, limit)
    known = communities.profiles({row["member"] for row in rows})
    now = clock.now()
    return [
        {
            "position": first + index,
            "rank": row["rank"],
            "member": people.person(known.get(row["member"]), now),
            "score": row["score"],
        }
        for index, row in enumerate(rows)
    ]


def export(seal: Document) -> Iterator[bytes]:
    """The bytes of a seal, line by line, in the order in which they are hashed."""
    for kind, slug in seal["parts"]:
        yield from seals.raw(seals.part(seal["_id"], kind, slug))


def computed_root(seal: Document) -> str:
    """The root, computed anew from the bytes."""
    manifest = seals.manifest(seal["_id"])
    return sealing.root_of_export(
        (
            seals.raw(seals.part(seal["_id"], kind, slug)),
            manifest["measure_chunk" if kind == seals.MEASURE else "chunk"],
        )
        for kind, slug in seal["parts"]
    )


def latest(community: str, *, before: str | None, limit: int) -> list[Document]:
    """The latest revision of each sealed month, the latest month first."""
    return [shown(each) for each in seals.latest(community, before=before, limit=limit)]
