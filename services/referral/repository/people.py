"""Members, friends and buyers, by the ids that `activity` gives them."""

from collections.abc import Iterable, Mapping, Sequence

from pymongo import ReplaceOne
from pymongo.collection import Collection

from services.referral.documents import DATABASE
from shared import identity, mongo
from shared.mongo import Document

#: What a transaction remembers: whom it has met, who was merged into whom, and who became one.
_MET, _INTO, _FROM = "people met", "people merged into", "people who became"


def load(members: Iterable[str]) -> dict[str, Document]:
    """What is known of people, by id."""
    met, wanted = mongo.remembered(_MET), list(members)
    found = {each: met[each] for each in wanted if met.get(each) is not None}
    missing = [each for each in wanted if each not in met]
    if missing:
        query = {"_id": {"$in": missing}}
        found |= {each["_id"]: each for each in _people().find(query, batch_size=mongo.AT_ONCE)}
    return found


def meet(members: Iterable[str]) -> None:
    """Read in one look all that `load`, `survivors` and `merged` need of people of whom each is asked.

    The running transaction remembers it. Ask it of a few: `load` alone reads less of many.
    """
    met, wanted = mongo.remembered(_MET), set(members)
    missing = [each for each in wanted if each not in met]
    if not missing:
        return
    which = [{"_id": {"$in": missing}}, {"merged_into": {"$in": missing}}]
    found = {each["_id"]: each for each in _people().find({"$or": which}, batch_size=mongo.AT_ONCE)}
    met.update({each: found.get(each) for each in missing})
    mongo.remembered(_INTO).update({each: found.get(each, {}).get("merged_into") for each in missing})
    became: dict[str, list[str]] = {each: [] for each in missing}
    for each in found.values():
        if (into := each.get("merged_into")) in became:
            became[into].append(each["_id"])
    mongo.remembered(_FROM).update(became)


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


def identities(member: str) -> list[str]:
    """All ids of whoever a member is now: his own, and those of whom he became."""
    return sorted(merged(survivors([member]).values()))


def ensure(community: str, named: Mapping[str, str]) -> None:
    """Keep people who are named for the first time (id → the community's own id), inside the running transaction.

    A profile that comes later replaces what is kept; whoever is known, merged or erased stays as he is.
    """
    meet(named)
    known = load(named)
    new = [
        {"_id": member, "community": community, "revision": 0, "external_id": external_id}
        for member, external_id in named.items()
        if member not in known
    ]
    mongo.insert(DATABASE, "people", new)
    # Nobody became another one by that.
    mongo.remembered(_MET).update({each["_id"]: each for each in new})


def shown(members: Iterable[str]) -> dict[str, str | None]:
    """What the community calls people; None for who was erased, and who was never named."""
    wanted = list(members)
    found = _people().find({"_id": {"$in": wanted}}, {"external_id": 1}, batch_size=mongo.AT_ONCE)
    known = {each["_id"]: each.get("external_id") for each in found}
    return {member: known.get(member) for member in wanted}


def keep(changed: Sequence[Document]) -> None:
    """Keep people, inside the running transaction."""
    if changed:
        for name in (_MET, _INTO, _FROM):
            mongo.forget(name)
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
