"""How satisfied members said they are; what they wrote is kept apart."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.domain.satisfaction import Answer, Scale
from services.referral.repository.keys import key as key_of
from shared import listing, mongo
from shared.mongo import Document


def key(community: str, answer: str) -> str:
    """The key of an answer."""
    return key_of(community, "answer", answer)


def one(identifier: str) -> Document | None:
    """An answer by its key."""
    return _answers().find_one({"_id": identifier})


def of(members: Iterable[str]) -> list[Answer]:
    """The answers of these members, who are one person."""
    found = _answers().find({"member": {"$in": list(members)}}, batch_size=mongo.AT_ONCE)
    return [read(each) for each in found]


def by_member(became: Mapping[str, str]) -> dict[str, list[Answer]]:
    """The answers of members, each under who he became: id → who that is now."""
    found: dict[str, list[Answer]] = {}
    for each in _answers().find({"member": {"$in": list(became)}}, batch_size=mongo.AT_ONCE):
        found.setdefault(became[each["member"]], []).append(read(each))
    return found


def read(stored: Document) -> Answer:
    """An answer as the rules see it."""
    return Answer(
        id=stored["answer"],
        scale=Scale(stored["scale"]),
        score=stored["score"],
        at=stored["at"],
        order=stored.get("order"),
    )


def insert(document: Document, comment: str | None) -> None:
    """Keep an answer, and what was written beside it, inside the running transaction."""
    mongo.insert(DATABASE, "satisfactions", [document])
    if comment is not None:
        kept = {name: document[name] for name in ("_id", "community", "member")}
        mongo.insert(DATABASE, "comments", [{**kept, "text": comment}])


def comments(identifiers: Iterable[str]) -> dict[str, str]:
    """What was written beside answers, by their keys."""
    found = _comments().find({"_id": {"$in": list(identifiers)}}, batch_size=mongo.AT_ONCE)
    return {each["_id"]: each["text"] for each in found}


def forget_comments(members: Iterable[str]) -> None:
    """Take away what members wrote, inside the running transaction: they are erased."""
    _comments().delete_many({"member": {"$in": list(members)}})


def latest(community: str, before: tuple[datetime, str] | None, limit: int) -> list[Document]:
    """Answers, the latest first."""
    return listing.latest(_answers(), {"community": community}, before, limit)


def members_after(community: str, after: str, limit: int) -> list[str]:
    """Who gave the next so many answers, in order of the members' ids, from a place on: one who gave several, often."""
    query = {"community": community, "member": {"$gt": after}}
    found = _answers().find(query, {"member": 1, "_id": 0}, sort=[("member", 1)], limit=limit)
    return [each["member"] for each in found]


def _answers() -> Collection[Document]:
    return mongo.collection(DATABASE, "satisfactions")


def _comments() -> Collection[Document]:
    return mongo.collection(DATABASE, "comments")
