"""All that `referral` keeps of a community, as bytes that can be compared."""

import json
from typing import Any

from services.referral import documents
from shared import mongo, outbox, work
from shared.mongo import Document
from tests.fixtures import REFERRAL

Export = dict[str, str]

#: Numbers that rise with every writing, so that two writers collide.
_TURNS = {"friends": ("settled",), "lineages": ("writes",), "tallies": ("turns",)}


def export(community: str) -> Export:
    """Every document of a community, by collection and id; and how much was announced."""
    found: Export = {}
    for name in names():
        for each in mongo.collection(REFERRAL, name).find({"community": community}):
            kept = {key: value for key, value in each.items() if key not in _TURNS.get(name, ())}
            if name == "attributions":
                kept["candidates"] = [_told(one) for one in each["candidates"]]
            if kept.keys() - {"_id", "community"}:  # whoever was only held is nothing yet
                found[f"{name} {each['_id']}"] = written(kept)
    found["outbox"] = str(announced(community))
    return found


def announced(community: str) -> int:
    """How many parcels wait in the outbox."""
    return mongo.collection(REFERRAL, outbox.COLLECTION).count_documents({"community": community})


def differences(one: Export, other: Export) -> list[str]:
    """Every place in which two differ, readable."""
    return [
        f"{key}\n  one:   {one.get(key)}\n  other: {other.get(key)}"
        for key in sorted(one.keys() | other.keys())
        if one.get(key) != other.get(key)
    ]


def forget(community: str) -> None:
    """Leave nothing behind: the clock looks at all communities."""
    for name in (*names(), outbox.COLLECTION, work.COLLECTION):
        mongo.collection(REFERRAL, name).delete_many({"community": community})


def names() -> list[str]:
    """All collections of the service."""
    return sorted({each._meta["collection"] for each in documents.EVERY})  # noqa: SLF001 (mongoengine's own)


def _told(candidate: Document) -> Document:
    """Until when a rotated code counts is told of what is decided from then on: it changes nothing before it."""
    return {key: value for key, value in candidate.items() if key != "until"}


def written(document: Document) -> str:
    """A document in one form."""
    return json.dumps(document, sort_keys=True, default=_text)


def _text(value: Any) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)
