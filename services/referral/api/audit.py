"""What people with power did, for an admin to read."""

from datetime import datetime

from flask import Response

from services.referral.queries import audit as queries
from services.referral.schemas import audit as schemas
from shared import http

blueprint = http.Blueprint("audit", description="What people with power did")

_LINE = schemas.AuditLine()


@blueprint.get("/audit")
@http.requires("admin")
@blueprint.arguments(schemas.AuditQuery, location="query", as_kwargs=True)
@blueprint.response(200, http.page_of(schemas.AuditLine))
def list_acts(limit: int, cursor: str | None = None, thing: str | None = None) -> Response:
    """List what admins, reps and operators did, the latest first."""
    kind = f"audit-{thing or ''}"
    before = http.decode_cursor(cursor, kind, datetime, str)
    rows = queries.latest(http.community(), thing=thing, before=before, limit=limit + 1)
    return http.page(
        rows, limit=limit, kind=kind, position=lambda row: (row["time"], row["id"]), schema=_LINE
    )
