"""Members, friends and buyers, by the ids that `activity` gives them."""

from collections.abc import Iterable, Mapping, Sequence

from pymongo import ReplaceOne
from pymongo.collection import Collection

from services.referral.documents import DATABASE
from shared import identity, mongo
from shared.mongo import Document

#: What a transaction remembers: who was merged into whom, and who became one.
_INTO, _FROM = "people merged into", "people who became"


def load(members: Iterable[str]) -> dict[str, Document]:
    """What is known of people, by id."""
    found = _people().find({"_id": {"$in": list(members)}}, batch_size=mongo.AT_ONCE)
    return {document["_id"]: document for document in found}


def ids(key: bytes, community: str, external_ids: Iterable[str]) -> dict[str, str]:
    """Who the community means by its own ids, after merges. Nobody is created: an id is known before its person is."""
    named = {each: identity.member_id(key, community, each) for each in external_ids}
    now = survivors(named.values())
    return {each: now[member] for each, member in named.items()}


def survivors(members: Iterable[str]) -> dict[str, str]:
    """Who each of these is now, after merges."""
    return identity.survivors(members, _became)


def merged(members: Iterable[str]) -> dict[str, str]:
    """These people and all who became one of them: each one's id → who that is now."""
    found = {member: member for member in members}
    wanted = list(found)
    while wanted:
        became = _who_became(wanted)
        found.update({each: found[into] for each, into in became.items()})
        wanted = list(became)
    return found


def ensure(community: str, named: Mapping[str, str]) -> None:
    """Keep people who are named for the first time (id → the community's own id), inside the running transaction.

    A profile that comes later replaces what is kept; whoever is known, merged or erased stays as he is.
    """
    known = load(named)
    mongo.insert(
        DATABASE,
        "people",
        [
            {"_id": member, "community": community, "revision": 0, "external_id": external_id}
            for member, external_id in named.items()
            if member not in known
        ],
    )


def shown(members: Iterable[str]) -> dict[str, str | None]:
    """What the community calls people; None for who was erased, and who was never named."""
    wanted = list(members)
    found = _people().find({"_id": {"$in": wanted}}, {"external_id": 1}, batch_size=mongo.AT_ONCE)
    known = {each["_id"]: each.get("external_id") for each in found}
    return {member: known.get(member) for member in wanted}


def keep(changed: Sequence[Document]) -> None:
    """Keep people, inside the running transaction."""
    if changed:
        mongo.forget(_INTO)
        mongo.forget(_FROM)
        _people().bulk_write([ReplaceOne({"_id": each["_id"]}, each, upsert=True) for each in changed])


def _became(members: Iterable[str]) -> dict[str, str]:
    """Into whom each of these was merged, of those who were."""
    known = mongo.remembered(_INTO)
    wanted = list(members)
    missing = [each for each in wanted if each not in known]
    if missing:
        query = {"_id": {"$in": missing}, "merged_into": {"$gt": ""}}
        found = {each["_id"]: each["merged_into"] for each in _people().find(query, {"merged_into": 1})}
        known.update({each: found.get(each) for each in missing})
    return {each: known[each] for each in wanted if known[each]}


def _who_became(members: Iterable[str]) -> dict[str, str]:
    """Who was merged into one of these, and into whom."""
    known = mongo.remembered(_FROM)
    wanted = list(members)
    missing = [each for each in wanted if each not in known]
    if missing:
        known.update({each: [] for each in missing})
        for each in _people().find({"merged_into": {"$in": missing}}, {"merged_into": 1}):
            known[each["merged_into"]].append(each["_id"])
    return {each: into for into in wanted for each in known[into]}


def _people() -> Collection[Document]:
    return mongo.collection(DATABASE, "people")
