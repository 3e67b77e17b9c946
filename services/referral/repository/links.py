"""Links, by their codes. A code is one link's for ever, in all communities: an address names no community."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bson import ObjectId
from pymongo import DeleteOne, InsertOne, ReplaceOne, ReturnDocument
from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.repository import keys, traces
from shared import mongo
from shared.mongo import Document

_MARK = "links"


def resolve(codes: Iterable[str]) -> dict[str, Document]:
    """The links of folded codes, of those that are in use or were."""
    found = _links().find({"_id": {"$in": list(codes)}}, batch_size=mongo.AT_ONCE)
    return {each["_id"]: each for each in found}


def changed_since(mark: int, limit: int = mongo.AT_ONCE) -> list[Document]:
    """What changed of any links after a mark (0: all that there are), in order of their marks, at most `limit`.

    Ask again with the last one's `mark`. No change is passed over: who writes links raises one number, so that marks
    rise in the order of commits. An `erased` link stands in the place of one whose code is forgotten: whoever
    remembers links forgets them all and begins again with 0.
    """
    found = _links().find({"mark": {"$gt": mark}}, sort=[("mark", 1), ("_id", 1)], limit=limit)
    rows = list(found)
    if len(rows) == limit:
        # All that one transaction wrote has one mark: it comes whole, or its rest would be passed over.
        rest = {"mark": rows[-1]["mark"], "_id": {"$gt": rows[-1]["_id"]}}
        rows += _links().find(rest, sort=[("_id", 1)])
    return rows


def holder(program: str, member: str, channel: str, community: str) -> str:
    """The key under which a channel of an advocate has its one current link."""
    return keys.key(community, program, member, channel)


def current(holders: Iterable[str]) -> dict[str, Document]:
    """The current links of channels, by the keys of these."""
    found = _links().find({"holder": {"$in": list(holders)}}, batch_size=mongo.AT_ONCE)
    return {each["holder"]: each for each in found}


def of(community: str, members: Iterable[str]) -> list[Document]:
    """All links of members, those that were rotated too, in the order in which they were made."""
    query = {"member": {"$in": list(members)}, "community": community}
    return list(_links().find(query, sort=[("made", 1), ("_id", 1)], batch_size=mongo.AT_ONCE))


def page(community: str, after: str | None, limit: int) -> list[Document]:
    """Links of a community by code, after a code. The stand-ins of erased ones are left out."""
    query: Document = {"community": community, "erased": None}
    query |= {} if after is None else {"_id": {"$gt": after}}
    return list(_links().find(query, sort=[("_id", 1)], limit=limit))


def keep(new: Sequence[Document], changed: Sequence[Document] = (), removed: Sequence[str] = ()) -> None:
    """Keep links, inside the running transaction, all under a new mark. Raises where a code is taken: do it again."""
    writes: list[InsertOne[Document] | ReplaceOne[Document] | DeleteOne] = []
    writes += [DeleteOne({"_id": code}) for code in removed]
    if new or changed:
        mark = _next_mark()
        writes += [ReplaceOne({"_id": each["_id"]}, {**each, "mark": mark}) for each in changed]
        writes += [InsertOne({**each, "mark": mark}) for each in new]
    if writes:
        _links().bulk_write(writes)


def stand_ins(community: str, member: str) -> dict[str, str]:
    """For each code that was chosen for a member, what stands in its place once he is forgotten: no code at all."""
    query = {"member": member, "community": community, "chosen": True}
    return {each["_id"]: f"{traces.STAND_IN}{ObjectId()}" for each in _links().find(query, {"_id": 1})}


def forget(community: str, member: str, codes: Mapping[str, str], now: datetime) -> None:
    """Close the links of a member and forget the codes that were chosen for him, inside the running transaction.

    These lead nowhere from now on, and may be given to somebody else.
    """
    ours = of(community, [member])
    closed = [_forgotten(each, codes, now) for each in ours if not each.get("forgotten")]
    renamed = [code for code in codes if any(each["_id"] == code for each in ours)]
    keep(
        [each for each in closed if each.get("erased")],
        [each for each in closed if not each.get("erased")],
        renamed,
    )


def _forgotten(link: Document, codes: Mapping[str, str], now: datetime) -> Document:
    until = min(now, link.get("until") or now)
    dropped = {"holder", "landing_url", "mark"}
    kept = {name: value for name, value in link.items() if name not in dropped}
    kept |= {"channel": "erased", "until": until, "forgotten": True}
    if "next" in kept:
        kept["next"] = codes.get(kept["next"], kept["next"])
    if link["_id"] in codes:
        stand_in = codes[link["_id"]]
        kept |= {"_id": stand_in, "shown": stand_in, "erased": True}
    return kept


def _next_mark() -> int:
    raised = mongo.collection(DATABASE, "link_marks").find_one_and_update(
        {"_id": _MARK}, {"$inc": {"mark": 1}}, upsert=True, return_document=ReturnDocument.AFTER
    )
    return int((raised or {})["mark"])


def _links() -> Collection[Document]:
    return mongo.collection(DATABASE, "links")
