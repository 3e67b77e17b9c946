"""What is owed: rewards, a member's own, and what is held for review."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response

from services.referral.api import people
from services.referral.queries import rewards as queries
from services.referral.schemas import rewards as schemas
from services.referral.use_cases import judging
from services.referral.use_cases.judging import Decision
from shared import clock, http

blueprint = http.Blueprint("rewards", description="What is owed, to whom, why, and when")

_REWARD = schemas.OwedReward()
_REVIEW = schemas.Review()
_REWARDS = http.page_of(schemas.OwedReward)
#: Who sees how the ledger calls people.
_OF_THE_BOOKS = frozenset({"server", "admin"})


@blueprint.get("/rewards")
@http.requires("server", "rep", "admin")
@blueprint.arguments(schemas.RewardQuery, location="query", as_kwargs=True)
@blueprint.response(200, _REWARDS)
def list_rewards(
    limit: int, cursor: str | None = None, state: str | None = None, member: str | None = None
) -> Response:
    """List rewards, the latest first."""
    kind = f"rewards-{state or ''}-{member or ''}"
    before = http.decode_cursor(cursor, kind, datetime, str)
    who = None if member is None else people.member(member)
    rows = queries.latest(http.community(), state=state, member=who, before=before, limit=limit + 1)
    return _page(rows, limit, kind)


@blueprint.get("/rewards/<id:reward>")
@http.requires("server", "rep", "admin")
@blueprint.response(200, schemas.OwedReward)
def show_reward(reward: str) -> Mapping[str, Any]:
    """Show a reward: its state, why, and until when. The ledger names it as `reference`."""
    return queries.one(http.community(), reward)


@blueprint.get("/members/<id:member_id>/rewards")
@http.requires("publishable", "server", "rep", "admin")
@blueprint.arguments(http.PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, _REWARDS)
def list_member_rewards(member_id: str, limit: int, cursor: str | None = None) -> Response:
    """Say where a member's rewards are: their state, why, and until when.

    His own page may ask for himself; there `friend`, `advocate` and `order` are null where they are another's.
    """
    member, kind = _member(member_id), f"rewards-of-{member_id}"
    before = http.decode_cursor(cursor, kind, datetime, str)
    rows = queries.latest(http.community(), state=None, member=member, before=before, limit=limit + 1)
    return _page(queries.of_nobody_else(rows) if people.asks_himself() else rows, limit, kind)


@blueprint.get("/members/<id:member_id>/balances")
@http.requires("publishable", "server", "rep", "admin")
@blueprint.response(200, schemas.MemberBalances)
def show_member_balances(member_id: str) -> Mapping[str, Any]:
    """Show what lies on a member's accounts; what is payable below zero is carried over.

    A server and an admin see his `owners` too: by these his accounts are called in the ledger, as `payable:OWNER`.
    """
    member = _member(member_id)
    shown: dict[str, Any] = {"items": queries.balances(http.community(), member)}
    return shown if http.grant().kind not in _OF_THE_BOOKS else {**shown, "owners": queries.owners(member)}


@blueprint.get("/reviews")
@http.requires("rep", "admin")
@blueprint.arguments(schemas.ReviewQuery, location="query", as_kwargs=True)
@blueprint.response(200, http.page_of(schemas.Review))
def list_reviews(
    limit: int, cursor: str | None = None, state: str | None = None, *, escalated: bool | None = None
) -> Response:
    """List what is, or was, held for review, the latest first."""
    kind = f"reviews-{state or ''}-{escalated}"
    before = http.decode_cursor(cursor, kind, datetime, str)
    rows = queries.reviews(http.community(), state=state, escalated=escalated, before=before, limit=limit + 1)
    return http.page(
        rows, limit=limit, kind=kind, position=lambda row: (row["opened"], row["id"]), schema=_REVIEW
    )


@blueprint.post("/reviews/<id:review>/decision")
@http.requires("rep", "admin")
@blueprint.arguments(schemas.ReviewDecision)
@blueprint.response(200, schemas.Review)
def decide_review(body: dict[str, Any], review: str) -> Mapping[str, Any]:
    """Let what is held wait for its time alone, take it back, or undo that."""
    decided = judging.decide(
        http.community(),
        review,
        Decision(body["decision"]),
        body["reason"],
        http.grant().subject,
        clock.now(),
    )
    return queries.shown_reviews([decided])[0]


def _member(external_id: str) -> str:
    """The id of a member whom the caller may ask for, and whom we know."""
    people.check_himself(external_id)
    member = people.member(external_id)
    queries.need(http.community(), member, external_id)
    return member


def _page(rows: list[dict[str, Any]], limit: int, kind: str) -> Response:
    return http.page(
        rows, limit=limit, kind=kind, position=lambda row: (row["at"], row["id"]), schema=_REWARD
    )
