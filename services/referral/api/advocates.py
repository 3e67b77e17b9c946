"""Advocates: who recommends, in which program."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Response

from services.referral.api import people
from services.referral.domain.advocates import State
from services.referral.domain.links import Wanted
from services.referral.queries import advocates as queries
from services.referral.schemas import advocates as schemas
from services.referral.use_cases import enrolling, linking, rating
from services.referral.use_cases.enrolling import Enrolment
from shared import clock, http
from shared.errors import Invalid

blueprint = http.Blueprint("advocates", description="Who recommends, in which program, by which links")

_ADVOCATE = schemas.Advocate()
_LINK = schemas.Link()


@blueprint.post("/advocates")
@http.requires("server", "rep", "admin")
@blueprint.arguments(schemas.AdvocateWanted)
@blueprint.response(201, schemas.Advocate)
@blueprint.alt_response(200, schema=schemas.Advocate)
def enrol_advocate(body: dict[str, Any]) -> Response:
    """Make a member an advocate of a program, with a link to share; whoever is one already stays what he is."""
    now = clock.now()
    since = body.get("since") or now
    if since > now:
        raise Invalid(
            "Nobody is an advocate before his time.",
            errors=[{"pointer": "/since", "detail": "this lies in the future"}],
        )
    wanted = Enrolment(
        program=body["program"], member=people.member(body["member"]), since=since, state=State(body["state"])
    )
    found, new = enrolling.enrol(
        http.community(), wanted, body["member"], by=http.grant().subject, choose=secrets.choice, now=now
    )
    return _answer(_ADVOCATE.dump(queries.shown([found])[0]), new=new)


@blueprint.get("/advocates")
@http.requires("server", "rep", "admin")
@blueprint.arguments(schemas.AdvocateQuery, location="query", as_kwargs=True)
@blueprint.response(200, http.page_of(schemas.Advocate))
def list_advocates(
    limit: int, cursor: str | None = None, program: str | None = None, state: str | None = None
) -> Response:
    """List advocates, in order of when they began."""
    kind = f"advocates-{program or ''}-{state or ''}"
    after = http.decode_cursor(cursor, kind, datetime, str)
    rows = queries.page(http.community(), program, state, after, limit + 1)
    return http.page(
        rows, limit=limit, kind=kind, position=lambda row: (row["since"], row["key"]), schema=_ADVOCATE
    )


@blueprint.get("/advocates/<id:member_id>")
@http.requires("server", "rep", "admin")
@blueprint.response(200, schemas.AdvocateEverywhere)
def show_advocate(member_id: str) -> Mapping[str, Any]:
    """Show a member in every program whose advocate he is."""
    return queries.one(http.community(), people.member(member_id), member_id)


@blueprint.patch("/advocates/<id:member_id>")
@http.requires("server", "rep", "admin")
@blueprint.arguments(schemas.AdvocateChange)
@blueprint.response(200, schemas.Advocate)
def change_advocate(body: dict[str, Any], member_id: str) -> Mapping[str, Any]:
    """Pause an advocate, end or enrol him again. What happens from now on goes by it; what happened stays."""
    changed = enrolling.change(
        http.community(),
        body["program"],
        people.member(member_id),
        body["state"],
        reason=body["reason"],
        by=http.grant().subject,
        choose=secrets.choice,
        now=clock.now(),
    )
    return queries.shown([changed])[0]


@blueprint.put("/advocates/<id:member_id>/rates")
@http.requires("admin")
@blueprint.arguments(schemas.RateWanted)
@blueprint.response(200, schemas.Advocate)
def agree_rate(body: dict[str, Any], member_id: str) -> Mapping[str, Any]:
    """Agree a rate with one advocate alone: from now on it beats that of products and of everybody."""
    agreed = rating.agree(
        http.community(),
        body["program"],
        people.member(member_id),
        body["rule"],
        body["rate"],
        reason=body["reason"],
        by=http.grant().subject,
        now=clock.now(),
    )
    return queries.shown([agreed])[0]


@blueprint.get("/advocates/<id:member_id>/links")
@http.requires("server", "rep", "admin")
@blueprint.response(200, schemas.LinkList)
def list_links(member_id: str) -> Mapping[str, Any]:
    """List an advocate's links, those that were rotated too."""
    rows = queries.links_of(http.community(), people.member(member_id), member_id, people.public_address())
    return {"items": rows}


@blueprint.post("/advocates/<id:member_id>/links")
@http.requires("server", "rep", "admin")
@blueprint.arguments(schemas.LinkWanted)
@blueprint.response(201, schemas.Link)
@blueprint.alt_response(200, schema=schemas.Link)
def make_link(wanted: tuple[str, Wanted], member_id: str) -> Response:
    """Make the link of a channel; each channel has one."""
    program, link = wanted
    made = linking.make(
        http.community(),
        program,
        people.member(member_id),
        link,
        by=http.grant().subject,
        choose=secrets.choice,
        now=clock.now(),
    )
    return _answer(_LINK.dump(queries.shown_links([made.link], people.public_address())[0]), new=made.new)


def _answer(payload: object, *, new: bool) -> Response:
    return http.respond(payload, HTTPStatus.CREATED if new else HTTPStatus.OK)
