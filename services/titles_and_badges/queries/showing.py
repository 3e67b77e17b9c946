"""What everybody may look at, where the community permits it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from services.titles_and_badges.domain.standing import Context
from services.titles_and_badges.repository import communities, showing
from shared import clock
from shared.errors import NotFound
from shared.mongo import Document

#: Nobody's pages are public unless somebody decided it.
_CLOSED: Document = {"public": False, "origins": []}


def setting(community: str) -> Document:
    """Whether the pages are public, and who may frame them."""
    stored = communities.load([community]).get(community, {})
    return {**_CLOSED, **stored.get("pages", {})}


def opened(community: str) -> Document:
    """The community whose pages are public: slug, name, locale, zone, origins. Raises NotFound for any other."""
    stored = communities.load([community]).get(community, {})
    pages = {**_CLOSED, **stored.get("pages", {})}
    if not pages["public"]:
        # Said in the same words as of one that does not exist.
        raise NotFound("community", community)
    return {
        "slug": community,
        "name": stored.get("name", community),
        "locale": stored.get("locale", "en"),
        "zone": _zone(stored),
        "origins": pages["origins"],
    }


def most_given(community: str, since: datetime, until: datetime, limit: int) -> list[Document]:
    """The badges that were earned most often between two moments: slug, name, description, count."""
    known = {each["slug"]: each["definition"] for each in communities.definitions(community)}
    return [
        {
            "slug": row["badge"],
            "name": known[row["badge"]]["name"],
            "description": known[row["badge"]].get("description", ""),
            "count": row["count"],
        }
        for row in showing.most_given(community, since, until, limit)
        if row["badge"] in known and not known[row["badge"]].get("secret")
    ]


def _zone(stored: Document) -> ZoneInfo:
    return Context(profiles={}, zones=communities.zones(stored)).zone(clock.now())
