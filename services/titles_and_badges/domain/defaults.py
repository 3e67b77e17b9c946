"""What a definition need not say. One that says it all the same, as `GET` does, is the same definition."""

from collections.abc import Mapping
from typing import Any

from services.titles_and_badges.domain.boards import definitions as boards
from services.titles_and_badges.domain.titles import definitions as titles

Definition = Mapping[str, Any]

BADGE: Definition = {"description": "", "repeat": "member", "policy": "sticky"}
BOARD: Definition = {
    "description": "",
    "windows": list(boards.DEFAULT_WINDOWS),
    "seasons": [],
    "ties": boards.COMPETITION,
    "exclude": {},
}
TITLE: Definition = {
    "description": "",
    "category": None,
    "holders": 1,
    "ties": titles.BREAK_TIES,
    "tie_breakers": list(titles.BREAKERS),
    "cooldown": 0,
    "once": False,
    "minimum": None,
    "eligibility": {},
    "excluded": [],
}


def differing(before: Definition, after: Definition, defaults: Definition) -> set[str]:
    """In what two definitions differ."""
    one, other = {**defaults, **before}, {**defaults, **after}
    return {name for name in {*one, *other} if one.get(name) != other.get(name)}
