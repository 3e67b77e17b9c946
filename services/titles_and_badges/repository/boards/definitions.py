"""Boards as data, and the rules that are compiled from them."""

from collections.abc import Iterable, Mapping, Sequence

from pymongo import InsertOne, ReplaceOne
from pymongo.collection import Collection

from services.titles_and_badges.documents import DATABASE
from services.titles_and_badges.domain import badges
from services.titles_and_badges.domain.boards import definitions
from services.titles_and_badges.domain.boards.definitions import Board, BoardRules
from services.titles_and_badges.repository import communities
from services.titles_and_badges.repository.boards import changes
from shared import mongo
from shared.mongo import Document

_compiled: dict[str, BoardRules] = {}


def of(community: str) -> list[Document]:
    """All boards of a community, in order of slugs."""
    return list(_boards().find({"community": community}, sort=[("slug", 1)]))


def one(community: str, slug: str) -> Document | None:
    """One board, or None."""
    return _boards().find_one({"_id": key(community, slug)})


def key(community: str, slug: str) -> str:
    """The id of a board."""
    return f"{community}:{slug}"


def keep(changed: Sequence[tuple[Document, bool]]) -> None:
    """Keep boards; the flag says whether it exists already."""
    changes.tell()
    _boards().bulk_write(
        [ReplaceOne({"_id": each["_id"]}, each) if exists else InsertOne(each) for each, exists in changed]
    )


def naming(members: Iterable[str]) -> list[Document]:
    """The boards whose exclusions name one of these members, in any version."""
    names = list(members)
    return list(_boards().find({"named": {"$in": names}})) if names else []


def rules(community: str, stored: Mapping[str, Document]) -> BoardRules:
    """The boards of a community at the revision of its rules in `stored`, compiled once a revision and process."""
    revision = stored.get(community, {}).get("rules", 0)
    compiled = _compiled.get(community)
    if compiled is None or compiled.revision != revision:
        found = of(community)
        active = [board(each) for each in found if each["status"] != badges.DRAFT]
        compiled = BoardRules(revision, active, defined=bool(found))
        _compiled[community] = compiled
    return compiled


def board(stored: Document) -> Board:
    """A stored board as the rules see it."""
    earlier = [(each["since"], each["definition"]) for each in stored["policies"]]
    return definitions.board(
        stored["slug"],
        _of_today(stored),
        version=stored["version"],
        earlier=earlier,
        ended=stored.get("ended"),
    )


def _of_today(stored: Document) -> Document:
    """The definition, whose exclusions also hold for whoever those that they name have become since."""
    definition: Document = stored["definition"]
    if not stored.get("named"):
        return definition
    now = communities.survivors(stored["named"])
    exclude = {
        purpose: [
            {**each, **who}
            for each in listed
            for who in ([{"member": name} for name in _names(each, now)] if "member" in each else [{}])
        ]
        for purpose, listed in definition.get("exclude", {}).items()
    }
    return {**definition, "exclude": exclude}


def _names(exclusion: Document, now: Mapping[str, str]) -> list[str]:
    return sorted({exclusion["member"], now[exclusion["member"]]})


def _boards() -> Collection[Document]:
    return mongo.collection(DATABASE, "boards")
