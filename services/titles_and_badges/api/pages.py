"""Pages of awards, for badges and for the community."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response

from services.titles_and_badges.queries import awards as queries
from services.titles_and_badges.schemas import badges as schemas
from shared import http

AWARDS = http.page_of(schemas.Award)
_AWARD = schemas.Award()


def awards(slug: str | None, limit: int, cursor: str | None) -> Response:
    """Awards that are held, the latest first: of a badge, or of all. Raises Malformed for a wrong cursor."""
    kind = "awards" if slug is None else f"holders-{slug}"
    rows = queries.latest(
        http.community(), badge=slug, before=http.decode_cursor(cursor, kind, datetime, str),
        limit=limit + 1,
    )  # fmt: skip
    return http.page(rows, limit=limit, kind=kind, position=position, schema=_AWARD)


def position(row: Mapping[str, Any]) -> tuple[datetime, str]:
    """Where an award stands in such a list."""
    return (row["awarded_at"], row["key"])
