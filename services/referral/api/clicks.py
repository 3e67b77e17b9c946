"""Clicks: the list of them, and judging them anew."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response

from services.referral.domain import codes
from services.referral.queries import clicks as queries
from services.referral.schemas import clicks as schemas
from services.referral.use_cases import reclassifying
from services.referral.use_cases.reclassifying import Span
from shared import clock, http

blueprint = http.Blueprint("clicks", description="Clicks on links, and what they were")

_CLICK = schemas.ShownClick()


@blueprint.get("/clicks")
@http.requires("server", "admin")
@blueprint.arguments(schemas.ClickQuery, location="query", as_kwargs=True)
@blueprint.response(200, http.page_of(schemas.ShownClick))
def list_clicks(
    limit: int, cursor: str | None = None, klass: str | None = None, link: str | None = None
) -> Response:
    """List clicks, the latest first: people, previews, robots and whatever else came."""
    kind = f"clicks-{klass or ''}-{link or ''}"
    before = http.decode_cursor(cursor, kind, datetime, str)
    wanted = {"klass": klass, "link": codes.fold(link) if link else None}
    asked = {name: value for name, value in wanted.items() if value is not None}
    rows = queries.latest(http.community(), asked=asked, before=before, limit=limit + 1)
    return http.page(
        rows, limit=limit, kind=kind, position=lambda row: (row["time"], row["id"]), schema=_CLICK
    )


@blueprint.post("/clicks/reclassification")
@http.requires("admin")
@blueprint.arguments(schemas.Reclassification)
@blueprint.response(200, schemas.Difference)
def reclassify_clicks(body: dict[str, Any]) -> Mapping[str, Any]:
    """Judge clicks anew by today's classifier: shows the difference, and orders it with `apply`."""
    span = Span(http.community(), body["since"], body["until"])
    difference = reclassifying.preview(span)
    if body["apply"]:
        reclassifying.order(span, clock.now())
    return {**difference, "ordered": body["apply"]}
