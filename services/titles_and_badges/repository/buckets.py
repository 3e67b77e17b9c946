"""How tallies lie in a document, and beside them when time alone changes one of them next."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from services.titles_and_badges.domain.reached import Reached, Tally
from shared.mongo import Document

_EXPIRES = 4


def read(written: Document) -> Tally:
    """A stored tally."""
    return Tally(
        state=written["state"],
        last=tuple(written["last"]) if written["last"] else None,
        reached=_reached(written["reached"]),
        ahead=tuple((moment, _reached(then)) for moment, then in written.get("ahead", ())),
    )


def write(tally: Tally) -> Document:
    """A tally as it is stored."""
    document: Document = {
        "state": tally.state,
        "last": list(tally.last) if tally.last else None,
        "reached": _hits(tally.reached),
    }
    if tally.ahead:
        document["ahead"] = [[moment, _hits(then)] for moment, then in tally.ahead]
    return document


def reached(buckets: Document) -> list[str]:
    """The slugs with a threshold that was reached, or that time will reach."""
    return sorted(slug for slug, each in buckets.items() if any(each["reached"]) or "ahead" in each)


def look_again(document: Document, slug: str, now: datetime) -> None:
    """Note beside a bucket when time changes it next, as seen from now."""
    ahead = document["buckets"][slug].get("ahead", ())
    due = next((moment for moment, _ in ahead if moment > now), None)
    if due is None and slug not in document.get("dues", ()):
        return
    dues = document.setdefault("dues", {})
    if due is None:
        del dues[slug]
    else:
        dues[slug] = due
    document["due"] = min(dues.values(), default=None)


def clear(document: Document) -> None:
    """Empty all buckets of a document."""
    document["buckets"] = {}
    document.pop("dues", None)
    document.pop("due", None)


def due(document: Document, now: datetime) -> list[str]:
    """The slugs of what time has changed."""
    return [slug for slug, moment in document.get("dues", {}).items() if moment <= now]


def update(document: Document, changed: Iterable[str], fields: Document) -> Document:
    """The update of a document in which buckets changed; a `due` that is over must not lie in its index."""
    paths = {f"buckets.{slug}": document["buckets"][slug] for slug in changed}
    if "dues" not in document:
        return {"$set": fields | paths}
    times = {"dues": document["dues"]} | ({"due": document["due"]} if document["due"] else {})
    return {"$set": fields | paths | times} | ({} if document["due"] else {"$unset": {"due": ""}})


def _reached(written: Sequence[Any]) -> tuple[Reached | None, ...]:
    return tuple(
        None
        if hit is None
        else Reached(
            since=(hit[0], hit[1], hit[2]),
            until=hit[3],
            expires=hit[_EXPIRES] if len(hit) > _EXPIRES else None,
        )
        for hit in written
    )


def _hits(held: Sequence[Reached | None]) -> list[list[Any] | None]:
    return [
        None if hit is None else [*hit.since, hit.until, *([hit.expires] if hit.expires else ())]
        for hit in held
    ]
