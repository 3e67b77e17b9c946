"""Awards, each under an id of its own making, and what people decided about them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from pymongo import InsertOne, ReplaceOne
from pymongo.collection import Collection

from services.titles_and_badges.documents import DATABASE
from services.titles_and_badges.domain.awards import Award, Decision, Key
from shared import listing, mongo
from shared.mongo import Document

HELD = "held"
REVOKED = "revoked"
WITHDRAWN = "withdrawn"
#: Earned, where the badge has a maximum of holders and others were earlier.
WAITING = "waiting"

#: (awarded_at, key) of the last row that was shown.
Position = tuple[datetime, str]


def key(community: str, member: str, name: Key) -> str:
    """The id of an award: one for community, badge, member, level and object."""
    badge, level, object_id = name
    # The name of a level is free text: what parts the key must not be in it.
    part = (level or "").replace("%", "%25").replace(":", "%3A")
    return f"{community}:{badge}:{member}:{part}:{object_id or ''}"


def of_members(members: Iterable[str], slugs: Iterable[str] | None = None) -> dict[str, Document]:
    """All awards of members, withdrawn ones too, by key; of some badges, if named."""
    query: Document = {"member": {"$in": list(members)}}
    if slugs is not None:
        query["badge"] = {"$in": list(slugs)}
    return {document["_id"]: document for document in _awards().find(query, batch_size=mongo.AT_ONCE)}


def keys_after(community: str, after: str, limit: int) -> list[str]:
    """The keys of a community's awards behind one of them, in order; from the first with an empty one."""
    query = {"_id": {"$gt": after or f"{community}:", "$lt": f"{community};"}}  # ; follows :
    return [found["_id"] for found in _awards().find(query, {"_id": 1}, sort=[("_id", 1)], limit=limit)]


def by_keys(keys: Iterable[str]) -> dict[str, Document]:
    """Awards by key, withdrawn ones too."""
    return {document["_id"]: document for document in _awards().find({"_id": {"$in": list(keys)}})}


def award(document: Document) -> Award:
    """A stored award."""
    return Award(
        badge=document["badge"],
        level=document.get("level"),
        object=document.get("object"),
        awarded_at=document["awarded_at"],
        by=document.get("by"),
        evidence=document.get("evidence"),
        revoked_at=document.get("revoked_at"),
        period=document.get("period"),
        expired=document.get("expired", False),
        sequence=document.get("sequence"),
    )


def document(community: str, member: str, now: Award, *, badge_version: int, version: int) -> Document:
    """An award as it is stored."""
    name = key(community, member, (now.badge, now.level, now.about))
    written = {
        "_id": name,
        "community": community,
        "member": member,
        "badge": now.badge,
        "badge_version": badge_version,
        "level": now.level,
        "object": now.object,
        "period": now.period,
        "evidence": now.evidence,
        "by": now.by,
        "awarded_at": now.awarded_at,
        "revoked_at": now.revoked_at,
        "expired": True if now.expired else None,
        "expires_at": now.expires_at,
        "sequence": now.sequence,
        "limited": now.limited,
        "state": HELD if now.revoked_at is None else REVOKED,
        "version": version,
    }
    return {field: value for field, value in written.items() if value is not None}


def name(document: Document) -> Key:
    """Which award of a member's a stored one is."""
    return (document["badge"], document.get("level"), about(document))


def held(community: str, badge: str) -> Iterable[Document]:
    """All awards of a badge that are held."""
    return _awards().find({"community": community, "badge": badge, "state": HELD})


def about(document: Document) -> str | None:
    """The object or the period that a stored award is given for."""
    return document.get("object", document.get("period"))


def pass_allocation(community: str, badge: str) -> None:
    """Write inside the running transaction, so that of two that find holders at once one is repeated."""
    written = mongo.collection(DATABASE, "allocations").update_one(
        {"_id": f"{community}:{badge}"}, {"$inc": {"rounds": 1}}
    )
    if not written.matched_count:
        mongo.collection(DATABASE, "allocations").insert_one({"_id": f"{community}:{badge}", "rounds": 1})


def candidates(
    community: str, badge: str, level: str | None, most: int
) -> tuple[list[Document], list[Document]]:
    """Those who come first in event order, and those who hold it although others come first."""
    query: Document = {"community": community, "badge": badge, "level": level}
    order = [("awarded_at", 1), ("sequence", 1), ("by", 1), ("member", 1), ("_id", 1)]
    first = list(_awards().find({**query, "state": {"$in": [HELD, WAITING]}}, sort=order, limit=most))
    names = {each["_id"] for each in first}
    held = _awards().find({**query, "state": HELD}, sort=order)
    return first, [each for each in held if each["_id"] not in names]


def earned(community: str, badge: str, level: str | None) -> Iterable[Document]:
    """All who earned a level of a badge with a maximum of holders, in no order: who holds it, and who waits."""
    query = {"community": community, "badge": badge, "level": level, "state": {"$in": [HELD, WAITING]}}
    return _awards().find(query, batch_size=mongo.AT_ONCE)


def in_state(before: Document, state: str) -> Document:
    """An award in another state."""
    return {**before, "state": state, "version": before["version"] + 1}


def withdrawn(before: Document) -> Document:
    """An award that never was, since what earned it never happened. Its version stays, for later announcements."""
    return {**before, "state": WITHDRAWN, "version": before["version"] + 1}


def write(documents: Sequence[Document], known: Iterable[str]) -> None:
    """Keep awards; `known` are the keys that exist."""
    existing = set(known)
    writes = [
        ReplaceOne({"_id": each["_id"]}, each) if each["_id"] in existing else InsertOne(each)
        for each in documents
    ]
    if writes:
        _awards().bulk_write(writes, ordered=False)


def latest(community: str, *, badge: str | None, before: Position | None, limit: int) -> list[Document]:
    """Awards that are held, the latest first: of a badge, or of all."""
    query: Document = {"community": community, "state": HELD}
    if badge is not None:
        query["badge"] = badge
    return listing.latest(_awards(), query, before, limit, by="awarded_at")


def all_of(community: str) -> Iterable[Document]:
    """Every award of a community that was earned or granted, also those revoked since, in order of keys."""
    query = {"community": community, "state": {"$in": [HELD, REVOKED]}}
    return _awards().find(query, sort=[("_id", 1)])


def members_between(community: str, after: str, through: str | None) -> list[str]:
    """Members with awards, or about whom somebody decided, in no order: after one id, up to another."""
    query = {"member": {"$gt": after, **({"$lte": through} if through else {})}, "community": community}
    rooms = (_awards(), _decisions())
    return list({document["member"] for room in rooms for document in room.find(query, {"member": 1})})


def count(community: str) -> Mapping[str, int]:
    """How many hold each badge of a community (an award an object is one)."""
    rows = _awards().aggregate(
        [
            {"$match": {"community": community, "state": HELD}},
            {"$group": {"_id": "$badge", "count": {"$sum": 1}}},
        ]
    )
    return {row["_id"]: row["count"] for row in rows}


def decisions(aliases: Mapping[str, str], slugs: Iterable[str]) -> dict[tuple[str, str], list[Decision]]:
    """What was decided, by member and badge. `aliases` are the raw ids that were decided about → who they are now."""
    query = {"member": {"$in": list(aliases)}, "badge": {"$in": list(slugs)}}
    found: dict[tuple[str, str], list[Decision]] = {}
    for stored in _decisions().find(query, sort=[("at", 1), ("_id", 1)]):
        found.setdefault((aliases[stored["member"]], stored["badge"]), []).append(
            Decision(
                kind=stored["kind"], object=stored.get("object"), at=stored["at"], reason=stored["reason"]
            )
        )
    return found


def keep_decision(community: str, member: str, slug: str, decision: Decision, decided_by: str | None) -> None:
    """Remember what was decided, by whom and why."""
    _decisions().insert_one(
        {
            "community": community,
            "member": member,
            "badge": slug,
            "kind": decision.kind,
            "reason": decision.reason,
            "at": decision.at,
            **({"object": decision.object} if decision.object is not None else {}),
            **({"decided_by": decided_by} if decided_by is not None else {}),
        }
    )


def forget_decisions(members: Iterable[str]) -> None:
    """Forget what was decided about members, by their raw ids: the reasons are words about a person."""
    _decisions().delete_many({"member": {"$in": list(members)}})


def _awards() -> Collection[Document]:
    return mongo.collection(DATABASE, "awards")


def _decisions() -> Collection[Document]:
    return mongo.collection(DATABASE, "decisions")
