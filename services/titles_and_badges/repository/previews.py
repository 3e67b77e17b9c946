"""Previews of definitions: what a recompute may be ordered of."""

from pymongo.collection import Collection

from services.titles_and_badges.documents import DATABASE
from shared import mongo
from shared.mongo import Document


def keep(preview: Document) -> None:
    """Remember that a definition was previewed."""
    _previews().insert_one(preview)


def load(community: str, identifier: str) -> Document | None:
    """A preview of a community, or None."""
    return _previews().find_one({"_id": identifier, "community": community})


def _previews() -> Collection[Document]:
    return mongo.collection(DATABASE, "previews")
