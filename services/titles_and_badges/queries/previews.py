"""Previews as they are shown: with people in the place of Laurel's ids, and points."""

from services.titles_and_badges.queries import awards, titles
from shared.mongo import Document


def board(found: Document) -> Document:
    """A preview of a board."""
    rows = {name: awards.named(found[name]) for name in ("rows", "enter", "leave")}
    return {**title(found), **rows}


def title(found: Document) -> Document:
    """A preview of a title."""
    return {**found, "changes": titles.foreseen(found["changes"])}
