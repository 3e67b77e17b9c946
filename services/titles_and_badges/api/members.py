"""Members: what they hold, why, and what is next."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response

from services.titles_and_badges.api import access, pages
from services.titles_and_badges.queries import awards, reasons
from services.titles_and_badges.schemas import badges as schemas
from shared import http

blueprint = http.Blueprint("members", description="What members hold, why, and what is next")

_AWARD = schemas.Award()


@blueprint.get("/awards")
@http.requires(*access.READERS)
@blueprint.arguments(http.PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, pages.AWARDS)
def list_awards(limit: int, cursor: str | None = None) -> Response:
    """List the latest awards of the community."""
    return pages.awards(None, limit, cursor)


@blueprint.get("/members/<id:member_id>/badges")
@http.requires(*access.READERS)
@blueprint.arguments(http.PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, pages.AWARDS)
def list_badges_of_member(limit: int, member_id: str, cursor: str | None = None) -> Response:
    """List what a member holds, the latest first."""
    before = http.decode_cursor(cursor, "member-badges", datetime, str)
    rows = awards.badges_of(http.community(), member_id, public=access.is_public(member_id))
    if before is not None:
        rows = [row for row in rows if pages.position(row) < before]
    return http.page(
        rows[: limit + 1], limit=limit, kind="member-badges", position=pages.position, schema=_AWARD
    )


@blueprint.get("/members/<id:member_id>/badges/<id:slug>")
@http.requires(*access.READERS)
@blueprint.response(200, schemas.Explanation)
def explain_badge(member_id: str, slug: str) -> Mapping[str, Any]:
    """Say why a member holds a badge, with the evidence, or what is missing."""
    return reasons.explanation(http.community(), member_id, slug, public=access.is_public(member_id))


@blueprint.get("/members/<id:member_id>/progress")
@http.requires(*access.READERS)
@blueprint.response(200, schemas.ProgressList)
def show_progress(member_id: str) -> Mapping[str, Any]:
    """Say what is closest for a member."""
    return {"items": reasons.progress(http.community(), member_id, public=access.is_public(member_id))}
