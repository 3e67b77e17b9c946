"""Attributions: who brought a friend, explained to whoever asks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response

from services.referral.api import people
from services.referral.domain.explaining import Audience
from services.referral.queries import attributions as queries
from services.referral.schemas import attributions as schemas
from shared import clock, http

blueprint = http.Blueprint("attributions", description="Who brought a friend, and why nobody else did")

_ATTRIBUTION = schemas.Attribution()
_BY_KIND = {"server": Audience.ADVOCATE, "rep": Audience.REP, "admin": Audience.AUDITOR}


@blueprint.get("/attributions")
@http.requires("server", "rep", "admin")
@blueprint.arguments(schemas.AttributionsQuery, location="query", as_kwargs=True)
@blueprint.response(200, http.page_of(schemas.Attribution))
def list_attributions(limit: int, audience: Audience | None, cursor: str | None = None) -> Response:
    """List attributions, the latest first."""
    before = http.decode_cursor(cursor, "attributions", datetime, str)
    rows = queries.latest(http.community(), before, limit + 1, audience or _audience(), clock.now())
    return http.page(
        rows,
        limit=limit,
        kind="attributions",
        position=lambda row: (row["at"], row["key"]),
        schema=_ATTRIBUTION,
    )


@blueprint.get("/attributions/<id:attribution>")
@http.requires("server", "rep", "admin")
@blueprint.arguments(schemas.AttributionQuery, location="query", as_kwargs=True)
@blueprint.response(200, schemas.Attribution)
def show_attribution(attribution: str, audience: Audience | None, member: str | None) -> Mapping[str, Any]:
    """Explain one: every candidate, the rule that won, why each other lost, and the arithmetic of the window."""
    asking = people.member(member) if member else None
    return queries.one(http.community(), attribution, audience or _audience(), asking, clock.now())


def _audience() -> Audience:
    return _BY_KIND[http.grant().kind]
