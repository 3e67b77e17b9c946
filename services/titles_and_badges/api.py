"""The HTTP door of `titles-and-badges`: parse, call one use case or query, render."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response

from services.titles_and_badges import schemas
from services.titles_and_badges.domain.awards import GRANT, REVOKE
from services.titles_and_badges.queries import awards, reasons
from services.titles_and_badges.use_cases import defining
from shared import clock, http

badges = http.Blueprint("badges", description="What can be earned, and who holds it")
members = http.Blueprint("members", description="What members hold, why, and what is next")

_AWARD = schemas.Award()
_AWARDS = http.page_of(schemas.Award)
_READERS = ("publishable", "server", "rep", "admin")


@badges.get("/badges")
@http.requires(*_READERS)
@badges.response(200, schemas.BadgeList)
def list_badges() -> Mapping[str, Any]:
    """List the community's badges; drafts only to admins."""
    return {"items": awards.badges(http.community(), drafts=_sees_drafts())}


@badges.get("/badges/<id:slug>")
@http.requires(*_READERS)
@badges.response(200, schemas.Badge)
def show_badge(slug: str) -> Mapping[str, Any]:
    """Show a badge."""
    return awards.badge(http.community(), slug, drafts=_sees_drafts())


@badges.put("/badges/<id:slug>")
@http.requires("admin")
@badges.arguments(schemas.Definition)
@badges.response(200, schemas.Badge)
def put_badge(definition: dict[str, Any], slug: str) -> Mapping[str, Any]:
    """Define a badge, or define it anew; who qualifies already gets it, with the date of the deed."""
    defining.define(http.community(), {slug: definition}, clock.now())
    return awards.badge(http.community(), slug, drafts=True)


@badges.delete("/badges/<id:slug>")
@http.requires("admin")
@badges.response(204)
def retire_badge(slug: str) -> Response:
    """Retire a badge: what is done from now on counts for it no more; what is held stays."""
    defining.retire(http.community(), slug, clock.now())
    return http.nothing()


@badges.get("/badges/<id:slug>/holders")
@http.requires(*_READERS)
@badges.arguments(http.PageQuery, location="query", as_kwargs=True)
@badges.response(200, _AWARDS)
def list_holders(limit: int, slug: str, cursor: str | None = None) -> Response:
    """List who holds a badge, the latest first."""
    awards.badge(http.community(), slug, drafts=_sees_drafts())
    return _awards(slug, limit, cursor)


@badges.post("/badges/<id:slug>/grants")
@http.requires("rep", "admin")
@badges.arguments(schemas.Decide)
@badges.response(200, schemas.Award)
def grant_badge(decision: dict[str, Any], slug: str) -> Mapping[str, Any]:
    """Grant a badge to a member, with a reason."""
    return _decide(decision, slug, GRANT)


@badges.post("/badges/<id:slug>/revocations")
@http.requires("rep", "admin")
@badges.arguments(schemas.Decide)
@badges.response(200, schemas.Award)
def revoke_badge(decision: dict[str, Any], slug: str) -> Mapping[str, Any]:
    """Take a badge from a member, with a reason; granting it again undoes that."""
    return _decide(decision, slug, REVOKE)


@members.get("/awards")
@http.requires(*_READERS)
@members.arguments(http.PageQuery, location="query", as_kwargs=True)
@members.response(200, _AWARDS)
def list_awards(limit: int, cursor: str | None = None) -> Response:
    """List the latest awards of the community."""
    return _awards(None, limit, cursor)


@members.get("/members/<id:member_id>/badges")
@http.requires(*_READERS)
@members.arguments(http.PageQuery, location="query", as_kwargs=True)
@members.response(200, _AWARDS)
def list_badges_of_member(limit: int, member_id: str, cursor: str | None = None) -> Response:
    """List what a member holds, the latest first."""
    before = http.decode_cursor(cursor, "member-badges", datetime, str)
    rows = awards.badges_of(http.community(), member_id, public=_is_public())
    if before is not None:
        rows = [row for row in rows if _position(row) < before]
    return http.page(rows[: limit + 1], limit=limit, kind="member-badges", position=_position, schema=_AWARD)


@members.get("/members/<id:member_id>/badges/<id:slug>")
@http.requires(*_READERS)
@members.response(200, schemas.Explanation)
def explain_badge(member_id: str, slug: str) -> Mapping[str, Any]:
    """Say why a member holds a badge, with the evidence, or what is missing."""
    return reasons.explanation(http.community(), member_id, slug, public=_is_public())


@members.get("/members/<id:member_id>/progress")
@http.requires(*_READERS)
@members.response(200, schemas.ProgressList)
def show_progress(member_id: str) -> Mapping[str, Any]:
    """Say what is closest for a member."""
    return {"items": reasons.progress(http.community(), member_id, public=_is_public())}


BLUEPRINTS = (badges, members)


def _awards(slug: str | None, limit: int, cursor: str | None) -> Response:
    kind = "awards" if slug is None else f"holders-{slug}"
    rows = awards.latest(
        http.community(), badge=slug, before=http.decode_cursor(cursor, kind, datetime, str),
        limit=limit + 1,
    )  # fmt: skip
    return http.page(rows, limit=limit, kind=kind, position=_position, schema=_AWARD)


def _decide(decision: dict[str, Any], slug: str, kind: str) -> Mapping[str, Any]:
    community = http.community()
    taken = defining.decide(
        community,
        decision["member"],
        slug,
        kind=kind,
        object_id=decision.get("object"),
        reason=decision["reason"],
        decided_by=http.grant().subject or http.grant().token_id,
        now=clock.now(),
    )
    return awards.shown(community, [taken])[0]


def _sees_drafts() -> bool:
    return http.grant().kind in {"admin", "rep"}


def _is_public() -> bool:
    """Whether a widget asks, for whoever looks at the page."""
    return http.grant().kind == "publishable"


def _position(row: Mapping[str, Any]) -> tuple[datetime, str]:
    return (row["awarded_at"], row["key"])
