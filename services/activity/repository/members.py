"""Members, their accounts on networks, and their aliases."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from pymongo import InsertOne, UpdateOne
from pymongo.collection import Collection

from services.activity.documents import DATABASE
from shared import mongo
from shared.mongo import Document


def known(members: Iterable[str]) -> tuple[set[str], dict[str, str]]:
    """Which of these members exist, and the aliases of all of them, followed to their ends."""
    exist: set[str] = set()
    aliases: dict[str, str] = {}
    wanted = set(members)
    first = True
    while wanted:
        found = list(
            _members().find({"_id": {"$in": list(wanted)}}, {"merged_into": 1}, batch_size=mongo.AT_ONCE)
        )
        if first:
            exist = {document["_id"] for document in found}
            first = False
        merged = {
            document["_id"]: document["merged_into"] for document in found if document.get("merged_into")
        }
        aliases.update(merged)
        wanted = set(merged.values()) - aliases.keys()
    return exist, aliases


def create(community: str, members: Mapping[str, tuple[str, str]], now: datetime) -> None:
    """Create members: id → (network, external id). Their profiles wait for the relay."""
    documents = [
        new_document(community, member, network=network, external_id=external_id, now=now)
        for member, (network, external_id) in members.items()
    ]
    mongo.insert(DATABASE, "members", documents)


def new_document(community: str, member: str, *, network: str, external_id: str, now: datetime) -> Document:
    """A member of whom nothing but his id is known."""
    return {
        "_id": member,
        "community": community,
        "network": network,
        "external_id": external_id,
        "roles": [],
        "opt_outs": [],
        "created": now,
        "revision": 1,
        "merges": 0,
        "unsent": True,
    }


def load(members: Iterable[str]) -> dict[str, Document]:
    """Whole members, by id."""
    return {document["_id"]: document for document in _members().find({"_id": {"$in": list(members)}})}


def write(changes: Sequence[UpdateOne | InsertOne[Document]]) -> None:
    """Apply changes made with `change` or `new_document`."""
    if changes:
        _members().bulk_write(list(changes), ordered=False)


def change(member: str, fields: Document, clear: Sequence[str] = ()) -> UpdateOne:
    """A change of a member's profile, which then waits for the relay."""
    update: Document = {"$set": {**fields, "unsent": True}, "$inc": {"revision": 1}}
    if clear:
        update["$unset"] = dict.fromkeys(clear, "")
    return UpdateOne({"_id": member}, update)


def inserted(document: Document) -> InsertOne[Document]:
    """A new member among other changes."""
    return InsertOne(document)


def count_merge(member: str) -> UpdateOne:
    """Write to a survivor, so that two merges that would make a circle collide."""
    return UpdateOne({"_id": member}, {"$inc": {"merges": 1}})


def absorbed(member: str) -> list[str]:
    """All who became this member, directly or through others."""
    found: list[str] = []
    wanted = [member]
    while wanted:
        wanted = [
            document["_id"] for document in _members().find({"merged_into": {"$in": wanted}}, {"_id": 1})
        ]
        found.extend(wanted)
    return found


def page(community: str, *, after: str, limit: int) -> list[Document]:
    """Members with an id of the community's own, neither merged nor erased, in order of that id."""
    query = {
        "community": community,
        "network": "",
        "external_id": {"$gt": after},
        "merged_into": {"$exists": False},
    }
    return list(_members().find(query, sort=[("external_id", 1)], limit=limit))


def unsent(limit: int) -> list[Document]:
    """Members whose profile waits for the relay."""
    return list(_members().find({"unsent": True}, limit=limit))


def settle_sent(revisions: Mapping[str, int]) -> None:
    """Clear the marks of profiles that Kafka has, where the state is still the one that was sent.

    Where it is not, the mark is set (again): a relay that was overtaken has just put an old state last.
    """
    settle(_members(), revisions)


def count_unsent() -> int:
    """How many profiles wait."""
    return _members().count_documents({"unsent": True})


def waits_unsent(community: str) -> bool:
    """Whether the profile of a member of this community waits."""
    return _members().find_one({"unsent": True, "community": community}, {"_id": 1}) is not None


def mark_all_unsent(community: str) -> None:
    """Let every profile of a community be sent again."""
    _members().update_many({"community": community}, {"$set": {"unsent": True}, "$inc": {"revision": 1}})


def settle(collection: Collection[Document], revisions: Mapping[str, int]) -> None:
    """Clear or set again the marks of profiles that were sent at these revisions; see `settle_sent`."""
    if revisions:
        collection.bulk_write(
            [
                UpdateOne(
                    {"_id": name},
                    [{"$set": {"unsent": {"$cond": [{"$eq": ["$revision", revision]}, "$$REMOVE", True]}}}],
                )
                for name, revision in revisions.items()
            ],
            ordered=False,
        )


def _members() -> Collection[Document]:
    return mongo.collection(DATABASE, "members")
