"""Advocates: members who recommend, each in a program."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from pymongo import ReplaceOne
from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.domain import advocates as rules
from services.referral.domain.advocates import History
from services.referral.repository import people
from shared import mongo
from shared.mongo import Document

#: Nobody who became somebody else: that one is the advocate.
_STANDING: Document = {"became": None}
#: What a transaction remembers: the advocates that members are.
_READ = "advocates"


def key(community: str, program: str, member: str) -> str:
    """The key of a member as an advocate of a program."""
    return f"{community}:{program}:{member}"


def one(community: str, program: str, member: str) -> Document | None:
    """A member as an advocate of a program, None if he is none. He may have been merged since."""
    (survivor,) = people.survivors([member]).values()
    return _advocates().find_one({"_id": key(community, program, survivor)})


def of(community: str, members: Iterable[str]) -> list[Document]:
    """Members as advocates, in all programs, by program; not those who became somebody else."""
    standing = [each for each in under(members) if each.get("became") is None]
    return sorted((each for each in standing if each["community"] == community), key=lambda each: each["_id"])


def under(members: Iterable[str]) -> list[Document]:
    """All that is kept of advocates under these ids, in order of the ids; also of those who became somebody else."""
    known, wanted = mongo.remembered(_READ), set(members)
    missing = [each for each in wanted if each not in known]
    if missing:
        known.update({each: [] for each in missing})
        for each in _advocates().find({"member": {"$in": missing}}, batch_size=mongo.AT_ONCE):
            known[each["member"]].append(each)
    return [each for member in sorted(wanted) for each in known[member]]


def histories(community: str, members: Iterable[str]) -> dict[tuple[str, str], History]:
    """(program, member) → what this member was when, of each of these who was ever an advocate.

    A member is asked for as he is now: what those were who became him is part of it.
    """
    became = people.merged(members)
    parts: dict[tuple[str, str], list[History]] = {}
    for each in of(community, became):
        place = (each["program"], became[each["member"]])
        parts.setdefault(place, []).append([(since, state) for since, state in each["history"]])
    return {place: rules.joined(some) for place, some in parts.items()}


def page(
    community: str, program: str | None, state: str | None, after: tuple[datetime, str] | None, limit: int
) -> list[Document]:
    """Advocates of a community, of one program or all, in order of when they began."""
    query: Document = {"community": community, **_STANDING}
    query |= {name: value for name, value in (("program", program), ("state", state)) if value is not None}
    if after is not None:
        since, identifier = after
        query["$or"] = [{"since": {"$gt": since}}, {"since": since, "_id": {"$gt": identifier}}]
    return list(_advocates().find(query, sort=[("since", 1), ("_id", 1)], limit=limit))


def keep(changed: Sequence[Document]) -> None:
    """Keep advocates, inside the running transaction."""
    if changed:
        forget()
        _advocates().bulk_write([ReplaceOne({"_id": each["_id"]}, each, upsert=True) for each in changed])


def forget() -> None:
    """Whoever writes advocates says so: the running transaction reads them again."""
    mongo.forget(_READ)


def _advocates() -> Collection[Document]:
    return mongo.collection(DATABASE, "advocates")
