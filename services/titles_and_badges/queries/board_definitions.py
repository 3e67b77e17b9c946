"""Boards as they are defined."""

from typing import Any

from services.titles_and_badges.domain import badges as life
from services.titles_and_badges.domain import defaults
from services.titles_and_badges.domain.boards.definitions import ALWAYS
from services.titles_and_badges.domain.standing import Context
from services.titles_and_badges.repository import communities
from services.titles_and_badges.repository.boards import definitions
from shared import clock
from shared.errors import NotFound
from shared.mongo import Document


def every(community: str, *, drafts: bool) -> list[Document]:
    """All boards of a community."""
    found = [each for each in definitions.of(community) if drafts or each["status"] != life.DRAFT]
    return [_shown(each) for each in found]


def one(community: str, slug: str, *, drafts: bool) -> Document:
    """One board. Raises NotFound."""
    stored = definitions.one(community, slug)
    if stored is None or (stored["status"] == life.DRAFT and not drafts):
        raise NotFound("board", slug)
    return _shown(stored)


def zone(community: str) -> str:
    """The time zone of a community now."""
    stored = communities.load([community]).get(community, {})
    return Context(profiles={}, zones=communities.zones(stored)).zone(clock.now()).key


def _shown(stored: Document) -> Document:
    content = {**stored["definition"], "exclude": _with_names(stored)}
    return {
        **defaults.BOARD,
        **content,
        "slug": stored["slug"],
        "status": stored["status"],
        "version": stored["version"],
        "time_zone": zone(stored["community"]),
        "policies": [
            {
                **each["definition"],
                "effective": "always" if each["since"] == ALWAYS else clock.text(each["since"]),
            }
            for each in stored["policies"]
        ],
    }


def _with_names(stored: Document) -> dict[str, Any]:
    """The exclusions with the community's own ids of the members that they name."""
    profiles = communities.profiles(stored["named"]) if stored["named"] else {}
    return {
        purpose: [
            {**each, "member": profiles.get(each["member"], {}).get("external_id")}
            if "member" in each
            else each
            for each in listed
        ]
        for purpose, listed in stored["definition"].get("exclude", {}).items()
    }
