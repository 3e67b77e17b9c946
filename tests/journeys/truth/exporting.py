"""What is derived of a community, in one canonical form: without times of processing, counters and leftovers."""

from collections.abc import Callable, Mapping
from typing import Any

from shared import mongo
from shared.mongo import Document
from tests.fixtures import BADGES

Export = dict[tuple[str, str], Any]


def _without(*names: str) -> Callable[[Document], Document]:
    return lambda document: {name: each for name, each in document.items() if name not in names}


def _fact(document: Document) -> Document | None:
    if "retracted" in document:
        return None
    kept = _without("version")(document)
    return {**kept, "buckets": sorted(kept.get("buckets", ()))}


def _tally(document: Document) -> Document | None:
    held = {slug: each for slug, each in document["buckets"].items() if each["last"] is not None}
    if not held:
        return None
    kept = _without("batches", "revision", "community")(document)
    dues = {slug: each for slug, each in kept.pop("dues", {}).items() if slug in held}
    return {name: each for name, each in {**kept, "buckets": held, "dues": dues}.items() if each is not None}


def _award(document: Document) -> Document | None:
    return None if document["state"] == "withdrawn" else _without("version")(document)


def _node(document: Document) -> Document | None:
    return _without("revision")(document) if document["counts"] else None


def _whole(document: Document) -> Document:
    return document


#: Collection → its canonical form, None for what nobody sees.
FORMS: Mapping[str, Callable[[Document], Document | None]] = {
    "facts": _fact,
    "tallies": _tally,
    "object_tallies": _tally,
    "awards": _award,
    "credits": _whole,
    "shown_credits": _whole,
    "standings": _whole,
    "score_counts": _node,
}
#: Their documents know their community by their id alone.
_OF_PERIODS = frozenset({"standings", "score_counts"})


def export(community: str) -> Export:
    """Everything that is derived, by collection and id."""
    found: Export = {}
    for name, form in FORMS.items():
        for document in mongo.collection(BADGES, name).find(which(name, community)):
            seen = form(document)
            if seen is not None:
                found[name, document["_id"]] = seen
    return found


def wipe(community: str, *names: str) -> None:
    """Destroy what is stored."""
    for name in names:
        mongo.collection(BADGES, name).delete_many(which(name, community))


def which(name: str, community: str) -> Document:
    """What of a collection is a community's."""
    if name in _OF_PERIODS:
        return {"_id": {"$gt": f"{community}:", "$lt": f"{community};"}}
    return {"community": community}


def differences(live: Export, rebuilt: Export) -> list[str]:
    """Every place in which the two differ, readable."""
    return [
        f"{key}\n  live:    {live.get(key)}\n  rebuilt: {rebuilt.get(key)}"
        for key in sorted(live.keys() | rebuilt.keys())
        if live.get(key) != rebuilt.get(key)
    ]
