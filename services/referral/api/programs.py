"""Programs: what a community promises to those who recommend it."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from services.referral.api import slugs
from services.referral.domain.amending import Wanted
from services.referral.queries import programs as queries
from services.referral.schemas import programs as schemas
from services.referral.use_cases import defining
from shared import clock, http

blueprint = http.Blueprint("programs", description="What a community promises to those who recommend it")


@blueprint.get("/programs")
@http.requires("server", "rep", "admin")
@blueprint.response(200, schemas.ProgramList)
def list_programs() -> Mapping[str, Any]:
    """List the community's programs, each as it holds now."""
    return {"items": queries.every(http.community(), clock.now())}


@blueprint.get("/programs/<id:slug>")
@http.requires("server", "rep", "admin")
@blueprint.response(200, schemas.ShownProgram)
def show_program(slug: str) -> Mapping[str, Any]:
    """Show a program as it holds now."""
    return queries.one(http.community(), slug, clock.now())


@blueprint.put("/programs/<id:slug>")
@http.requires("admin")
@blueprint.arguments(schemas.ProgramWanted)
@blueprint.response(200, schemas.ShownProgram)
def put_program(wanted: Wanted, slug: str) -> Mapping[str, Any]:
    """Define a program, or change it by another version; the same terms again change nothing."""
    slugs.check(slug)
    now = clock.now()
    return queries.shown(defining.define(http.community(), slug, wanted, now, by=http.grant().subject), now)


@blueprint.delete("/programs/<id:slug>")
@http.requires("admin")
@blueprint.response(204)
def end_program(slug: str) -> Response:
    """End a program: nothing begins in it any more, and what has begun goes on."""
    defining.end(http.community(), slug, clock.now(), by=http.grant().subject)
    return http.nothing()


@blueprint.get("/programs/<id:slug>/versions")
@http.requires("server", "rep", "admin")
@blueprint.response(200, schemas.VersionList)
def list_versions(slug: str) -> Mapping[str, Any]:
    """List all versions of a program, in order of their dates."""
    return {"items": queries.versions(http.community(), slug)}
