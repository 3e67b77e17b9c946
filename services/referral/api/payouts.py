"""Pay-outs: prepared by one, approved by another, exported, and marked line by line."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response

from services.referral.domain.payouts import Status
from services.referral.queries import payouts as queries
from services.referral.schemas import payouts as schemas
from services.referral.schemas.budgets import Approval, Decision
from services.referral.use_cases import paying
from shared import clock, http

blueprint = http.Blueprint("payouts", description="What is owed, paid month by month")

_PAYOUT = schemas.ShownPayout()
_LINE = schemas.ShownLine()
_CSV = {"type": "string"}


@blueprint.get("/payouts")
@http.requires("server", "rep", "admin")
@blueprint.arguments(http.PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, http.page_of(schemas.ShownPayout))
def list_payouts(limit: int, cursor: str | None = None) -> Response:
    """List pay-outs, the latest month first."""
    before = http.decode_cursor(cursor, "payouts", str, int)
    rows = queries.latest(http.community(), before=before, limit=limit + 1)
    return http.page(
        rows,
        limit=limit,
        kind="payouts",
        position=lambda row: (row["period"], row["attempt"]),
        schema=_PAYOUT,
    )


@blueprint.post("/payouts")
@http.requires("admin")
@blueprint.arguments(schemas.PayoutWanted)
@blueprint.response(202, schemas.ShownPayout)
@blueprint.alt_response(200, schema=schemas.ShownPayout, description="It was asked for already.")
def post_payout(body: dict[str, Any]) -> Response:
    """Prepare the pay-out of a month that is over; `GET` says when it is prepared."""
    begun = paying.begin(http.community(), body["period"], body["minimum"], http.grant().subject, clock.now())
    return http.respond(
        _PAYOUT.dump(queries.shown(begun.payout)), HTTPStatus.ACCEPTED if begun.is_new else HTTPStatus.OK
    )


@blueprint.get("/payouts/<id:payout>")
@http.requires("server", "rep", "admin")
@blueprint.response(200, schemas.ShownPayout)
def show_payout(payout: str) -> Mapping[str, Any]:
    """Show a pay-out, with what of it is open, paid, failed or carried over."""
    return queries.one(http.community(), payout)


@blueprint.get("/payouts/<id:payout>.csv")
@http.requires("server", "admin")
@blueprint.response(200, _CSV, content_type="text/csv")
def export_payout(payout: str) -> Response:
    """Export an approved pay-out for the bank: the same bytes each time, whatever was marked since.

    A cell that a spreadsheet would take for a formula begins with an apostrophe.
    """
    response = Response(queries.export(http.community(), payout), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="payout-{payout}.csv"'
    return response


@blueprint.get("/payouts/<id:payout>/lines")
@http.requires("server", "rep", "admin")
@blueprint.arguments(schemas.LineQuery, location="query", as_kwargs=True)
@blueprint.response(200, http.page_of(schemas.ShownLine))
def list_lines(limit: int, payout: str, cursor: str | None = None, status: str | None = None) -> Response:
    """List the lines of a pay-out, and what is carried over."""
    kind = f"lines-{payout}-{status or ''}"
    position = http.decode_cursor(cursor, kind, str)
    after = None if position is None else position[0]
    rows = queries.lines(http.community(), payout, status=status, after=after, limit=limit + 1)
    return http.page(rows, limit=limit, kind=kind, position=lambda row: (row["name"],), schema=_LINE)


@blueprint.post("/payouts/<id:payout>/approval")
@http.requires("admin")
@blueprint.arguments(Approval)
@blueprint.response(200, schemas.ShownPayout)
def approve_payout(body: dict[str, Any], payout: str) -> Mapping[str, Any]:
    """Let a pay-out be paid that somebody else has prepared."""
    by = http.grant().subject
    return queries.shown(paying.approve(http.community(), payout, by, clock.now(), body["reason"]))


@blueprint.post("/payouts/<id:payout>/refusal")
@http.requires("admin")
@blueprint.arguments(Decision)
@blueprint.response(200, schemas.ShownPayout)
def refuse_payout(body: dict[str, Any], payout: str) -> Mapping[str, Any]:
    """Take a prepared pay-out back: all that it holds becomes payable again."""
    by = http.grant().subject
    return queries.shown(paying.refuse(http.community(), payout, by, clock.now(), body["reason"]))


@blueprint.post("/payouts/<id:payout>/lines/<id:line>/paid")
@http.requires("server", "admin")
@blueprint.arguments(schemas.Payment)
@blueprint.response(200, schemas.ShownLine)
def mark_paid(body: dict[str, Any], payout: str, line: str) -> Mapping[str, Any]:
    """Keep that a line was paid; again, it stays so. Another reference would be another payment: it is refused."""
    marked = paying.Marked(Status.PAID, http.grant().subject, reference=body["reference"])
    return _marked(payout, line, marked)


@blueprint.post("/payouts/<id:payout>/lines/<id:line>/failed")
@http.requires("server", "admin")
@blueprint.arguments(schemas.Failure)
@blueprint.response(200, schemas.ShownLine)
def mark_failed(body: dict[str, Any], payout: str, line: str) -> Mapping[str, Any]:
    """Keep that a line could not be paid; its money is payable again, in the next month's pay-out."""
    return _marked(payout, line, paying.Marked(Status.FAILED, http.grant().subject, body["reason"]))


@blueprint.post("/payouts/<id:payout>/lines/<id:line>/bounced")
@http.requires("server", "admin")
@blueprint.arguments(schemas.Failure)
@blueprint.response(200, schemas.ShownLine)
def mark_bounced(body: dict[str, Any], payout: str, line: str) -> Mapping[str, Any]:
    """Keep that the bank sent back what was marked paid; its money is payable again, in the next month's pay-out."""
    return _marked(payout, line, paying.Marked(Status.BOUNCED, http.grant().subject, body["reason"]))


def _marked(payout: str, line: str, marked: paying.Marked) -> Mapping[str, Any]:
    return queries.shown_lines([paying.mark(http.community(), payout, line, marked, clock.now())])[0]
