"""The life of a definition: what a change of it means for what was done before.

A first definition counts all that was ever done. A change of an active one holds from a date on, now unless it says
otherwise, and what was done before keeps the value it had; or it is a recompute, of everything, which nobody may order
who has not seen in a preview what it does.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.titles_and_badges.domain import badges, defaults, reading
from services.titles_and_badges.domain.reading import Definition
from services.titles_and_badges.domain.versions import Earlier
from shared.errors import Conflict, Invalid

#: What a definition says about itself: how it is to come into force.
ORDERS = frozenset({"status", "slug", "effective", "recompute"})
#: What changes no value: words, who sees it, and how many hold it at once.
_WORDS = frozenset({"name", "description", "secret", "announce", "most_holders"})
#: What may hold from a date on.
_DATED = frozenset({"criterion", "at", "levels"})


def content(definition: Definition) -> dict[str, Any]:
    """What a definition says of the badge."""
    return {name: value for name, value in definition.items() if name not in ORDERS}


def digest(slug: str, definition: Definition) -> str:
    """Tells definitions apart."""
    written = json.dumps([slug, content(definition)], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(written.encode()).hexdigest()


def revalues(before: Definition, after: Definition) -> bool:
    """Whether a change gives deeds another value, or other awards for it."""
    return bool(differing(before, after) - _WORDS)


def differing(before: Definition, after: Definition) -> set[str]:
    """In what two definitions of a badge differ."""
    return defaults.differing(before, after, defaults.BADGE)


def dated(
    slug: str, before: Definition, after: Definition, effective: datetime, earlier: Sequence[Earlier]
) -> list[Earlier]:
    """The definitions that hold before a moment, for one that holds from then on. Raises Conflict, where none can."""
    others = differing(before, after) - _WORDS - _DATED
    if others:
        message = (
            f"Other {', '.join(sorted(others))} cannot hold from a date on: preview it and order a recompute."
        )
        raise Conflict(message)
    kept = [*(each for each in earlier if each.until < effective), Earlier(effective, before)]
    try:
        badges.badge(slug, after, effective=effective, earlier=kept)
    except Invalid as refusal:
        raise Conflict(refusal.errors[0]["detail"] if refusal.errors else refusal.detail) from refusal
    return kept


def effective(definition: Definition, now: datetime) -> datetime:
    """From when a change holds. Raises Invalid."""
    return reading.moment(definition.get("effective"), "/effective") or now


def check_preview(
    preview: Mapping[str, Any] | None, slug: str, definition: Definition, *, version: int, rules: int
) -> None:
    """Refuse a recompute that nobody has seen a preview of. Raises Conflict."""
    if preview is None or preview["digest"] != digest(slug, definition):
        message = "There is no such preview of this definition: preview it first."
        raise Conflict(message)
    if not preview["complete"]:
        message = "That preview was broken off before its end; the command line has the time for a whole one."
        raise Conflict(message)
    if (preview["badge_version"], preview["rules"]) != (version, rules):
        message = "The rules have changed since that preview: preview it again."
        raise Conflict(message)
