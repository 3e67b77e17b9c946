"""Badges: what can be earned, who holds it, and what people decided."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from services.titles_and_badges.api import access, pages
from services.titles_and_badges.domain.awards import GRANT, REVOKE
from services.titles_and_badges.queries import awards
from services.titles_and_badges.schemas import badges as schemas
from services.titles_and_badges.schemas import previews
from services.titles_and_badges.use_cases import defining, previewing
from shared import clock, http

#: What takes longer is broken off here; the command line has the time.
PREVIEW_SECONDS = 15.0

blueprint = http.Blueprint("badges", description="What can be earned, and who holds it")


@blueprint.get("/badges")
@http.requires(*access.READERS)
@blueprint.response(200, schemas.BadgeList)
def list_badges() -> Mapping[str, Any]:
    """List the community's badges; drafts only to admins."""
    return {"items": awards.badges(http.community(), drafts=access.sees_drafts())}


@blueprint.get("/badges/<id:slug>")
@http.requires(*access.READERS)
@blueprint.response(200, schemas.Badge)
def show_badge(slug: str) -> Mapping[str, Any]:
    """Show a badge."""
    return awards.badge(http.community(), slug, drafts=access.sees_drafts())


@blueprint.put("/badges/<id:slug>")
@http.requires("admin")
@blueprint.arguments(schemas.Definition)
@blueprint.response(200, schemas.Badge)
def put_badge(definition: dict[str, Any], slug: str) -> Mapping[str, Any]:
    """Define a badge, or define it anew; who qualifies already gets it, with the date of the deed."""
    defining.define(http.community(), {slug: definition}, clock.now())
    return awards.badge(http.community(), slug, drafts=True)


@blueprint.post("/badges/<id:slug>/preview")
@http.requires("admin")
@blueprint.arguments(schemas.Definition)
@blueprint.response(200, previews.Preview)
def preview_badge(definition: dict[str, Any], slug: str) -> Mapping[str, Any]:
    """Say who would gain and lose what if this were the definition, and change nothing."""
    return previewing.preview(http.community(), slug, definition, PREVIEW_SECONDS)


@blueprint.delete("/badges/<id:slug>")
@http.requires("admin")
@blueprint.response(204)
def retire_badge(slug: str) -> Response:
    """Retire a badge: what is done from now on counts for it no more; what is held stays."""
    defining.retire(http.community(), slug, clock.now())
    return http.nothing()


@blueprint.get("/badges/<id:slug>/holders")
@http.requires(*access.READERS)
@blueprint.arguments(http.PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, pages.AWARDS)
def list_holders(limit: int, slug: str, cursor: str | None = None) -> Response:
    """List who holds a badge, the latest first."""
    awards.badge(http.community(), slug, drafts=access.sees_drafts())
    return pages.awards(slug, limit, cursor)


@blueprint.post("/badges/<id:slug>/grants")
@http.requires("rep", "admin")
@blueprint.arguments(schemas.Decide)
@blueprint.response(200, schemas.Award)
def grant_badge(decision: dict[str, Any], slug: str) -> Mapping[str, Any]:
    """Grant a badge to a member, with a reason."""
    return _decide(decision, slug, GRANT)


@blueprint.post("/badges/<id:slug>/revocations")
@http.requires("rep", "admin")
@blueprint.arguments(schemas.Decide)
@blueprint.response(200, schemas.Award)
def revoke_badge(decision: dict[str, Any], slug: str) -> Mapping[str, Any]:
    """Take a badge from a member, with a reason; granting it again undoes that."""
    return _decide(decision, slug, REVOKE)


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
