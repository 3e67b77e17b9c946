"""What can be achieved, as an issuer's own address tells it to whoever reads a credential."""

from services.titles_and_badges.credentials import open_badges
from services.titles_and_badges.credentials.open_badges import Achievement
from services.titles_and_badges.domain.badges import DRAFT
from services.titles_and_badges.repository import communities, seals
from shared.errors import NotFound


def title(community: str, slug: str, period: str) -> Achievement:
    """What a title of a sealed month stands for. Raises NotFound."""
    seal = seals.revision(community, period)
    sealed = seals.manifest(seal["_id"])["titles"] if seal else []
    for each in sealed:
        if each["slug"] == slug:
            return open_badges.title(slug, each["definition"], period)
    raise NotFound("title", slug)


def badge(community: str, slug: str, level: str | None) -> Achievement:
    """What a badge stands for, if it is no draft and no secret, and has this level. Raises NotFound."""
    stored = communities.definition(community, slug)
    if stored is None or stored["status"] == DRAFT or stored["definition"].get("secret"):
        raise NotFound("badge", slug)
    levels = [each["name"] for each in stored["definition"].get("levels") or ()]
    if level not in (levels or [None]):
        raise NotFound("level", str(level))
    return open_badges.badge(slug, stored["definition"], level)
