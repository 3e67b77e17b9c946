"""What is held for review: the list of it, and what people decide."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response

from services.titles_and_badges.queries import holds as queries
from services.titles_and_badges.schemas import holds as schemas
from services.titles_and_badges.use_cases import reviewing
from shared import clock, http

blueprint = http.Blueprint("holds", description="Contributions that are held for review")

_HOLD = schemas.Hold()


@blueprint.get("/holds")
@http.requires("rep", "admin")
@blueprint.arguments(schemas.HoldQuery, location="query", as_kwargs=True)
@blueprint.response(200, http.page_of(schemas.Hold))
def list_holds(limit: int, cursor: str | None = None, state: str | None = None) -> Response:
    """List what is, or was, held for review, the latest first."""
    kind = f"holds-{state or ''}"
    before = http.decode_cursor(cursor, kind, datetime, str)
    rows = queries.latest(http.community(), state=state, before=before, limit=limit + 1)
    return http.page(
        rows, limit=limit, kind=kind, position=lambda row: (row["opened"], row["id"]), schema=_HOLD
    )


@blueprint.post("/holds/<id:hold>/decision")
@http.requires("rep", "admin")
@blueprint.arguments(schemas.HoldDecision)
@blueprint.response(200, schemas.Hold)
def decide_hold(body: dict[str, Any], hold: str) -> Mapping[str, Any]:
    """Let what is held count, leave it out, or undo that; a sealed month gets another revision."""
    taken = reviewing.decide(
        http.community(),
        hold,
        decision=body["decision"],
        reason=body["reason"],
        decided_by=http.grant().subject or http.grant().token_id,
        now=clock.now(),
    )
    return queries.shown([taken])[0]
