"""How satisfied members are, and who is invited to recommend."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Response

from services.referral.api import people
from services.referral.queries import satisfaction as queries
from services.referral.schemas import satisfaction as schemas
from services.referral.use_cases import answering, inviting
from services.referral.use_cases.answering import Given
from shared import clock, http

blueprint = http.Blueprint(
    "satisfaction", description="How satisfied members are, and who is invited to recommend"
)

_ANSWER, _CANDIDATE = schemas.ShownAnswer(), schemas.Candidate()


@blueprint.post("/satisfaction")
@http.requires("server", "rep", "admin")
@blueprint.arguments(schemas.AnswerWanted)
@blueprint.response(201, schemas.ShownAnswer)
@blueprint.alt_response(200, schema=schemas.ShownAnswer, description="It was kept already.")
def post_satisfaction(given: Given) -> Response:
    """Keep what a member answered; who is satisfied may be invited, who is not is for service. Nothing is sent."""
    kept, is_new = answering.take(http.community(), people.member_key(), given, clock.now())
    return http.respond(
        _ANSWER.dump(queries.shown([kept])[0]), HTTPStatus.CREATED if is_new else HTTPStatus.OK
    )


@blueprint.get("/satisfaction")
@http.requires("rep", "admin")
@blueprint.arguments(http.PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, http.page_of(schemas.ShownAnswer))
def list_satisfaction(limit: int, cursor: str | None = None) -> Response:
    """List what members answered and wrote, the latest first."""
    before = http.decode_cursor(cursor, "satisfaction", datetime, str)
    rows = queries.latest(http.community(), before=before, limit=limit + 1)
    return http.page(
        rows, limit=limit, kind="satisfaction", position=lambda row: (row["at"], row["key"]), schema=_ANSWER
    )


@blueprint.get("/candidates")
@http.requires("rep", "admin")
@blueprint.arguments(schemas.CandidateQuery, location="query", as_kwargs=True)
@blueprint.response(200, http.page_of(schemas.Candidate))
def list_candidates(limit: int, cursor: str | None = None, **which: str | None) -> Response:
    """List who may be invited to recommend, and who not, each with the reasons."""
    kind = f"candidates-{which['program'] or ''}-{which['state'] or ''}"
    before = http.decode_cursor(cursor, kind, datetime, str)
    rows = queries.latest_candidates(http.community(), which, before=before, limit=limit + 1)
    return http.page(
        rows, limit=limit, kind=kind, position=lambda row: (row["at"], row["key"]), schema=_CANDIDATE
    )


@blueprint.get("/members/<id:member_id>/offers")
@http.requires("publishable", "server", "rep", "admin")
@blueprint.response(200, schemas.OfferList)
def list_offers(member_id: str) -> Mapping[str, Any]:
    """List what the community's own page may offer to a member: programs that he may recommend. To himself alone."""
    people.check_himself(member_id)
    return {"items": queries.offers(http.community(), people.member(member_id))}


@blueprint.post("/invitations")
@http.requires("server", "rep", "admin")
@blueprint.arguments(schemas.InvitationWanted)
@blueprint.response(201, schemas.Candidate)
@blueprint.alt_response(200, schema=schemas.Candidate, description="He is invited already.")
def post_invitation(body: dict[str, str]) -> Response:
    """Invite a member to recommend: a person does, or the community's page in his name. Nothing is sent to him."""
    grant = http.grant()
    stored, is_new = inviting.invite(
        http.community(),
        body["program"],
        people.member(body["member"]),
        by=grant.subject,
        how=inviting.PAGE if grant.kind == "server" else inviting.PERSON,
        now=clock.now(),
    )
    return http.respond(_shown(stored), HTTPStatus.CREATED if is_new else HTTPStatus.OK)


@blueprint.post("/invitations/<id:invitation>/acceptance")
@http.requires("server", "admin")
@blueprint.response(200, schemas.Candidate)
def accept_invitation(invitation: str) -> Response:
    """Let who was invited become an advocate, as he wants to."""
    return http.respond(_shown(inviting.accept(http.community(), invitation, secrets.choice, clock.now())))


@blueprint.post("/invitations/<id:invitation>/refusal")
@http.requires("server", "admin")
@blueprint.response(200, schemas.Candidate)
def refuse_invitation(invitation: str) -> Response:
    """Keep that who was invited does not want to."""
    return http.respond(_shown(inviting.decline(http.community(), invitation, clock.now())))


def _shown(stored: Mapping[str, Any]) -> Any:  # noqa: ANN401 (JSON)
    return _CANDIDATE.dump(queries.considered(http.community(), [dict(stored)])[0])
