"""Our copies of profiles, the rules of communities, and the barrier between rules and batches."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from pymongo import InsertOne, ReplaceOne, UpdateOne
from pymongo.collection import Collection

from services.titles_and_badges.documents import DATABASE
from services.titles_and_badges.domain import badges
from services.titles_and_badges.domain.badges import Rules
from services.titles_and_badges.domain.standing import Profile
from services.titles_and_badges.domain.versions import Earlier
from shared import identity, mongo, timeline
from shared.errors import Fault
from shared.kafka import PARTITIONS
from shared.mongo import Document
from shared.recent import Recent

#: Where people's decisions pass the barrier, beside the partitions.
DECISIONS = PARTITIONS
_BARRIERS = (*range(PARTITIONS), DECISIONS)

_compiled: dict[str, Rules] = {}


def load(slugs: Iterable[str]) -> dict[str, Document]:
    """Communities by slug."""
    return {document["_id"]: document for document in _communities().find({"_id": {"$in": list(slugs)}})}


def recent(slug: str) -> Document | None:
    """A community as it was within the last second: for what is asked with every request.

    What this process itself keeps is seen at once.
    """
    return _recent.one(slug)


def rules(slug: str, stored: Mapping[str, Document]) -> Rules:
    """The rules of a community at the revision in `stored`, compiled once a revision and process."""
    revision = stored.get(slug, {}).get("rules", 0)
    compiled = _compiled.get(slug)
    if compiled is None or compiled.revision != revision:
        compiled = Rules(
            revision, [_badge(each) for each in definitions(slug) if each["status"] != badges.DRAFT]
        )
        _compiled[slug] = compiled
    return compiled


def definitions(slug: str) -> list[Document]:
    """All badges of a community, in order of slugs."""
    return list(_badges().find({"community": slug}, sort=[("slug", 1)]))


def definition(community: str, slug: str) -> Document | None:
    """One badge, or None."""
    return _badges().find_one({"_id": f"{community}:{slug}"})


def keep_definitions(community: str, changed: Sequence[tuple[Document, bool]]) -> None:
    """Keep badges; the flag says whether it exists already. Raises the revision of the rules."""
    _badges().bulk_write(
        [ReplaceOne({"_id": each["_id"]}, each) if exists else InsertOne(each) for each, exists in changed]
    )
    raise_rules(community)


def raise_rules(slug: str) -> int:
    """Raise the revision of a community's rules: from now on everybody was counted under older ones."""
    if _communities().count_documents({"_id": slug}, limit=1) == 0:
        _communities().insert_one({"_id": slug, "rules": 1})
        return 1
    _communities().update_one({"_id": slug}, {"$inc": {"rules": 1}})
    stored = _communities().find_one({"_id": slug})
    return int(stored["rules"]) if stored else 1


def pass_barrier(partition: int) -> None:
    """Write to a partition's document inside a batch, which then collides with a barrier raised meanwhile."""
    if not _partitions().update_one({"_id": partition}, {"$inc": {"batches": 1}}).matched_count:
        message = f"there is no barrier for partition {partition}: `laurel init` makes it"
        raise Fault(message)


def raise_barrier() -> None:
    """Make every batch that began before this collide, unless it has ended.

    Call it outside a transaction, after rules or profiles changed: no batch that has not seen the change can then
    end after this, and what ended before is seen by whoever recounts next.
    """
    for partition in _BARRIERS:
        _partitions().update_one({"_id": partition}, {"$inc": {"batches": 1}})


def ensure_partitions() -> None:
    """Create the partitions' documents; a batch must find them."""
    for partition in _BARRIERS:
        _partitions().update_one({"_id": partition}, {"$setOnInsert": {"batches": 0}}, upsert=True)


def profiles(members: Iterable[str]) -> dict[str, Document]:
    """Members' profiles by id."""
    return {document["_id"]: document for document in _profiles().find({"_id": {"$in": list(members)}})}


def erased(members: Iterable[str]) -> list[str]:
    """Those of these members who are erased."""
    found = _profiles().find({"_id": {"$in": list(members)}, "erased": True}, {"_id": 1})
    return [document["_id"] for document in found]


def standings(members: Iterable[str]) -> dict[str, Profile]:
    """What the rules must know of members who are not ordinary."""
    query = {"_id": {"$in": list(members)}, "special": True}
    return {document["_id"]: standing(document) for document in _profiles().find(query)}


def zones(stored: Document) -> list[tuple[datetime, str]]:
    """The time zones of a community and since when each holds, from our copy of it."""
    return timeline.stored(stored, "zones")


def standing(document: Document) -> Profile:
    """What the rules must know of a profile."""
    return Profile(
        roles=tuple(timeline.stored(document, "roles")),
        opt_outs=tuple(timeline.stored(document, "opt_outs")),
        zones=tuple(timeline.stored(document, "time_zones")),
        pauses=tuple(timeline.stored(document, "pauses")),
        joined=document.get("joined"),
    )


def member_of(community: str, external_id: str) -> Document | None:
    """The profile of a member by the community's own id, or of whom he became; None if he is not known."""
    found = _profiles().find_one({"community": community, "external_id": external_id})
    while found is not None and found.get("merged_into"):
        found = _profiles().find_one({"_id": found["merged_into"]})
    return None if found is None or found.get("erased") else found


def survivors(members: Iterable[str]) -> dict[str, str]:
    """Who each of these members is now, after merges."""

    def became(some: Iterable[str]) -> dict[str, str]:
        query = {"_id": {"$in": list(some)}, "merged_into": {"$gt": ""}}
        return {each["_id"]: each["merged_into"] for each in _profiles().find(query, {"merged_into": 1})}

    return identity.survivors(members, became)


def aliases(members: Iterable[str]) -> dict[str, str]:
    """These members and all who became one of them: each one's id → who that is now.

    Whoever became another, or was erased, is nobody.
    """
    asked = list(members)
    lost = {"_id": {"$in": asked}, "$or": [{"merged_into": {"$gt": ""}}, {"erased": True}]}
    gone = {each["_id"] for each in _profiles().find(lost, {"_id": 1})}
    found = {member: member for member in asked if member not in gone}
    wanted = list(found)
    while wanted:
        merged = list(_profiles().find({"merged_into": {"$in": wanted}}, {"merged_into": 1}))
        found.update({each["_id"]: found[each["merged_into"]] for each in merged})
        wanted = [each["_id"] for each in merged]
    return found


def keep(changed: Sequence[tuple[Document, bool]], *, of_communities: bool) -> None:
    """Keep profiles of members or communities; the flag says whether it exists already."""
    if not changed:
        return
    if of_communities:
        _recent.forget()
    collection = _communities() if of_communities else _profiles()
    collection.bulk_write(
        [
            UpdateOne({"_id": each["_id"]}, _replacing(each))
            if exists
            else InsertOne({name: value for name, value in each.items() if value is not None})
            for each, exists in changed
        ]
    )


def _replacing(fields: Document) -> Document:
    update: Document = {"$set": {name: value for name, value in fields.items() if value is not None}}
    gone = [name for name, value in fields.items() if value is None]
    if gone:
        update["$unset"] = dict.fromkeys(gone, "")
    return update


def _badge(stored: Document) -> badges.Badge:
    return badges.badge(
        stored["slug"],
        stored["definition"],
        version=stored["version"],
        until=stored.get("until"),
        silent_before=stored.get("activated"),
        effective=stored.get("effective"),
        earlier=earlier(stored),
    )


def earlier(stored: Document) -> list[Earlier]:
    """The definitions that hold for what was done before the current one, and until when."""
    return [Earlier(each["until"], each["definition"]) for each in stored.get("earlier", ())]


def _communities() -> Collection[Document]:
    return mongo.collection(DATABASE, "communities")


def _badges() -> Collection[Document]:
    return mongo.collection(DATABASE, "badges")


def _profiles() -> Collection[Document]:
    return mongo.collection(DATABASE, "profiles")


def _partitions() -> Collection[Document]:
    return mongo.collection(DATABASE, "partitions")


_recent = Recent(lambda slug: load([slug]).get(slug))
