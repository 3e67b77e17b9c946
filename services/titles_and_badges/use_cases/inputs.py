"""What a seal rests on, as its manifest says it: definitions at their versions, zone, borders."""

from typing import Any

from services.titles_and_badges.domain import badges as life
from services.titles_and_badges.domain import sealing
from services.titles_and_badges.domain.boards import windows
from services.titles_and_badges.domain.standing import Context
from services.titles_and_badges.repository import candidates, communities, holds, seals, titles
from services.titles_and_badges.repository.boards import definitions as boards
from shared import clock
from shared.mongo import Document


def manifest(community: str, period: str, before: Document | None) -> Document:
    """The inputs of a month; definitions are those of the revision `before`, today's where there is none."""
    stored = communities.load([community]).get(community, {})
    month = candidates.month(community, period, stored)
    defined = _today(community) if before is None else _as_before(before)
    zone = Context(profiles={}, zones=month.zones).zone(month.first)
    return {
        "format": "laurel-seal/1",
        "community": community,
        "period": period,
        "time_zone": zone.key,
        "from": clock.text(month.first),
        "until": clock.text(month.until),
        "chunk": sealing.CHUNK,
        "measure_chunk": sealing.MEASURED,
        "held": [
            {"member": each["member"], "rule": each["rule"], "count": len(each["activities"])}
            for _, each in sorted(holds.of_period(community, period).items())
            if each["state"] == holds.OPEN
        ],
        **defined,
    }


def _today(community: str) -> dict[str, list[Any]]:
    listed = [
        {
            "slug": each["slug"],
            "version": each["version"],
            "ties": boards.board(each).ties,
            "definition": each["definition"],
        }
        for each in boards.of(community)
        if each["status"] != life.DRAFT and windows.MONTH in boards.board(each).windows
    ]
    known = {each["slug"] for each in listed}
    return {
        "boards": listed,
        "titles": [
            {"slug": each["slug"], "version": each["version"], "definition": each["definition"]}
            for each in titles.definitions(community)
            if each["status"] == life.ACTIVE and each["definition"]["board"] in known
        ],
    }


def _as_before(before: Document) -> dict[str, list[Any]]:
    earlier = seals.manifest(before["_id"])
    return {"boards": earlier["boards"], "titles": earlier["titles"]}
