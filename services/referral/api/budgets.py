"""Budgets, and what is granted out of them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Response

from services.referral.api import people, slugs
from services.referral.domain.budgets import Budget, Person
from services.referral.queries import budgets as queries
from services.referral.schemas import budgets as schemas
from services.referral.use_cases import budgeting, granting
from shared import clock, http

blueprint = http.Blueprint("budgets", description="Budgets, and what is granted out of them")

_GRANT = schemas.ShownGrant()
_OWN = schemas.OwnGrant()


@blueprint.get("/budgets")
@http.requires("rep", "admin")
@blueprint.response(200, schemas.BudgetList)
def list_budgets() -> Mapping[str, Any]:
    """List the community's budgets, with what is left of each."""
    return {"items": queries.every(http.community())}


@blueprint.get("/budgets/<id:slug>")
@http.requires("rep", "admin")
@blueprint.response(200, schemas.ShownBudget)
def show_budget(slug: str) -> Budget:
    """Show a budget, with what is left of it."""
    return queries.one(http.community(), slug)


@blueprint.put("/budgets/<id:slug>")
@http.requires("admin")
@blueprint.arguments(schemas.BudgetWanted)
@blueprint.response(200, schemas.ShownBudget)
def put_budget(wanted: Budget, slug: str) -> Budget:
    """Make a budget, or change it. A limit below what is spent and reserved is refused."""
    slugs.check(slug)
    return budgeting.define(http.community(), replace(wanted, slug=slug), person().subject, clock.now())


@blueprint.get("/grants")
@http.requires("rep", "admin")
@blueprint.arguments(schemas.GrantQuery, location="query", as_kwargs=True)
@blueprint.response(200, http.page_of(schemas.ShownGrant))
def list_grants(limit: int, cursor: str | None = None, state: str | None = None) -> Response:
    """List grants, the latest first: those that wait, too."""
    kind = f"grants-{state or ''}"
    before = http.decode_cursor(cursor, kind, datetime, str)
    rows = queries.latest_grants(http.community(), state=state, before=before, limit=limit + 1)
    return http.page(
        rows, limit=limit, kind=kind, position=lambda row: (row["asked_at"], row["id"]), schema=_GRANT
    )


@blueprint.get("/members/<id:member_id>/grants")
@http.requires("publishable", "server", "rep", "admin")
@blueprint.arguments(http.PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, http.page_of(schemas.OwnGrant))
def list_member_grants(member_id: str, limit: int, cursor: str | None = None) -> Response:
    """Say what a member was given out of budgets, and where it is. His own page may ask for himself."""
    people.check_himself(member_id)
    kind = f"grants-of-{member_id}"
    before = http.decode_cursor(cursor, kind, datetime, str)
    rows = queries.given_to(
        http.community(), people.member(member_id), called=member_id, before=before, limit=limit + 1
    )
    return http.page(
        rows, limit=limit, kind=kind, position=lambda row: (row["granted_at"], row["id"]), schema=_OWN
    )


@blueprint.get("/grants/<id:grant>")
@http.requires("rep", "admin")
@blueprint.response(200, schemas.ShownGrant)
def show_grant(grant: str) -> Mapping[str, Any]:
    """Show a grant, and what became of it."""
    return queries.one_grant(http.community(), grant)


@blueprint.post("/grants")
@http.requires("rep", "admin")
@blueprint.arguments(schemas.GrantWanted)
@blueprint.response(201, schemas.ShownGrant)
@blueprint.alt_response(200, schema=schemas.ShownGrant, description="It was asked for already.")
def post_grant(body: dict[str, Any]) -> Response:
    """Give a member a reward out of a budget; a large one waits for a second person."""
    called = body.pop("member")
    wanted = granting.Wanted(member=people.member(called), called=called, **body)
    given = granting.give(http.community(), wanted, person(), clock.now())
    return http.respond(
        _GRANT.dump(queries.shown([given.grant])[0]), HTTPStatus.CREATED if given.is_new else HTTPStatus.OK
    )


@blueprint.post("/grants/<id:grant>/approval")
@http.requires("rep", "admin")
@blueprint.arguments(schemas.Approval)
@blueprint.response(200, schemas.ShownGrant)
def approve_grant(body: dict[str, Any], grant: str) -> Mapping[str, Any]:
    """Let a grant be given that somebody else has asked for."""
    return _shown(granting.approve(http.community(), grant, person(), clock.now(), body["reason"]))


@blueprint.post("/grants/<id:grant>/refusal")
@http.requires("rep", "admin")
@blueprint.arguments(schemas.Decision)
@blueprint.response(200, schemas.ShownGrant)
def refuse_grant(body: dict[str, Any], grant: str) -> Mapping[str, Any]:
    """Decide against a grant that waits; what it reserved is free again."""
    return _shown(granting.refuse(http.community(), grant, person(), clock.now(), body["reason"]))


@blueprint.post("/grants/<id:grant>/revocation")
@http.requires("rep", "admin")
@blueprint.arguments(schemas.Decision)
@blueprint.response(200, schemas.ShownGrant)
def revoke_grant(body: dict[str, Any], grant: str) -> Mapping[str, Any]:
    """Take back what was granted, as long as it is in no pay-out; it goes back into its budget."""
    return _shown(granting.revoke(http.community(), grant, person(), clock.now(), body["reason"]))


def person() -> Person:
    """Who asks, by his token."""
    found = http.grant()
    return Person(found.subject, found.kind == "admin")


def _shown(grant: Mapping[str, Any]) -> Mapping[str, Any]:
    return queries.shown([dict(grant)])[0]
