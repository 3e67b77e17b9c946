"""Seals: revisions of months, and their bytes in chunks."""

import json
from collections.abc import Iterator, Sequence

from pymongo.collection import Collection

from services.titles_and_badges.documents import DATABASE
from services.titles_and_badges.domain import sealing
from shared import mongo
from shared.mongo import Document

CLOSING = "closing"
SEALED = "sealed"

#: The kinds of parts that a seal has; the manifest is one of its own.
MANIFEST, BOARD, MEASURE, TITLE = "manifest", "board", "measure", "title"


def key(community: str, period: str, revision: int) -> str:
    """The id of a revision. Slugs hold no bar."""
    return f"{community}|{period}|{revision}"


def part(seal: str, kind: str, slug: str = "") -> str:
    """The name of one part of a seal."""
    return f"{seal}|{kind}:{slug}"


def revision(community: str, period: str, number: int | None = None) -> Document | None:
    """A sealed revision of a month, the latest one without a number; None where there is none."""
    query: Document = {"community": community, "state": SEALED, "period": period}
    if number is not None:
        query["revision"] = number
    return _seals().find_one(query, sort=[("revision", -1)])


def revisions(community: str, period: str) -> list[Document]:
    """All sealed revisions of a month, the latest first."""
    query = {"community": community, "state": SEALED, "period": period}
    return list(_seals().find(query, sort=[("revision", -1)]))


def latest(community: str, *, before: str | None = None, limit: int) -> list[Document]:
    """The latest revision of each sealed month, the latest month first."""
    query: Document = {"community": community, "state": SEALED}
    if before is not None:
        query["period"] = {"$lt": before}
    pipeline: list[Document] = [
        {"$match": query},
        {"$sort": {"period": -1, "revision": -1}},
        {"$group": {"_id": "$period", "seal": {"$first": "$$ROOT"}}},
        {"$sort": {"_id": -1}},
        {"$limit": limit},
    ]
    return [row["seal"] for row in _seals().aggregate(pipeline)]


def sealed_months(community: str, first: str, last: str | None = None) -> list[str]:
    """The sealed months from one on, in order."""
    period: Document = {"$gte": first, **({"$lte": last} if last is not None else {})}
    found = _seals().distinct("period", {"community": community, "state": SEALED, "period": period})
    return sorted(found)


def working(community: str, period: str) -> Document | None:
    """The revision that is being made, None where none is."""
    return _seals().find_one({"community": community, "state": CLOSING, "period": period})


def begin(document: Document) -> None:
    """Begin a revision. Two that begin at once collide on its id."""
    _seals().insert_one(document)


def go_on(seal: str, fields: Document) -> None:
    """Keep how far a revision is. Always a real write: of two that make the same step one ends it."""
    _seals().update_one({"_id": seal}, {"$set": fields, "$inc": {"steps": 1}})


def finish(seal: str, fields: Document) -> None:
    """Seal a revision: from now on it never changes."""
    update = {"$set": {**fields, "state": SEALED}, "$unset": {"work": "", "steps": ""}}
    _seals().update_one({"_id": seal}, update)


def drop(seal: str) -> None:
    """Forget a revision that is being made, with its bytes."""
    _seals().delete_one({"_id": seal, "state": CLOSING})
    _chunks().delete_many({"seal": seal})


def put_chunk(seal: str, name: str, number: int, lines: bytes, members: Sequence[str] = ()) -> None:
    """Keep a chunk of a part."""
    document: Document = {
        "_id": f"{name}|{number}",
        "seal": seal,
        "part": name,
        "number": number,
        "lines": lines,
        "leaf": sealing.leaf(lines),
    }
    if members:
        document["members"] = list(members)
    _chunks().insert_one(document)


def clear_part(name: str) -> None:
    """Forget the chunks of a part, to make it anew."""
    _chunks().delete_many({"part": name})


def leaves(name: str) -> list[bytes]:
    """The hashes of a part's chunks, in order."""
    return [bytes(each["leaf"]) for each in _chunks().find({"part": name}, {"leaf": 1}, sort=[("number", 1)])]


def raw(name: str) -> Iterator[bytes]:
    """The bytes of a part, line by line, in order."""
    for each in _chunks().find({"part": name}, {"lines": 1}, sort=[("number", 1)], batch_size=4):
        yield from bytes(each["lines"]).splitlines(keepends=True)


def lines(name: str) -> Iterator[Document]:
    """The lines of a part, decoded as they are asked for."""
    for each in raw(name):
        yield json.loads(each)


def page(name: str, first: int, limit: int) -> list[Document]:
    """So many lines of a part from a line (counted from 0) on, decoded."""
    found: list[bytes] = []
    number, skip = divmod(first, sealing.CHUNK)
    while len(found) < limit:
        stored = _chunks().find_one({"_id": f"{name}|{number}"}, {"lines": 1})
        if stored is None:
            break
        found += bytes(stored["lines"]).splitlines()[skip : skip + limit - len(found)]
        number, skip = number + 1, 0
    return [json.loads(each) for each in found]


def credits_wait(community: str, period: str) -> bool:
    """Whether credits of a month changed that standings do not show yet."""
    of_month = {"community": community, "credits": {"$regex": f"\\|{period}$"}}
    return mongo.collection(DATABASE, "credit_marks").find_one(of_month, {"_id": 1}) is not None


def line_of(name: str, member: str) -> Document | None:
    """The line of a member in a part, None where he is not in it."""
    found = _chunks().find_one({"part": name, "members": member}, {"lines": 1})
    named = json.dumps(member, ensure_ascii=False).encode()
    likely = (each for each in bytes(found["lines"]).splitlines() if named in each) if found else ()
    return next((line for line in map(json.loads, likely) if line["member"] == member), None)


def put_manifest(seal: str, manifest: Document) -> None:
    """Keep the inputs as the first chunk."""
    put_chunk(seal, part(seal, MANIFEST), 0, sealing.line(manifest))


def manifest(seal: str) -> Document:
    """The inputs of a revision."""
    return page(part(seal, MANIFEST), 0, 1)[0]


def _seals() -> Collection[Document]:
    return mongo.collection(DATABASE, "seals")


def _chunks() -> Collection[Document]:
    return mongo.collection(DATABASE, "seal_chunks")
