"""Joins, orders and refunds: what a community's backend tells, server to server."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response

from services.referral.api import people
from services.referral.queries import conversions as queries
from services.referral.schemas import conversions as schemas
from services.referral.use_cases import converting, refunding
from services.referral.use_cases.keeping import Kept
from shared import clock, http
from shared.http import Took

blueprint = http.Blueprint(
    "conversions", description="What friends do: they join, they buy, and they give back"
)

_WRITERS = ("server", "admin")
_READERS = ("server", "rep", "admin")
_JOIN, _CONVERSION, _REFUND = schemas.KeptJoin(), schemas.KeptOrder(), schemas.KeptRefund()


@blueprint.post("/joins")
@http.requires(*_WRITERS)
@http.body_limit(http.BATCH)
@blueprint.body(http.one_or_many(schemas.NewJoin, schemas.LARGEST_BATCH))
@blueprint.response(200, {"anyOf": [schemas.BatchTaken, schemas.Taken]})
@blueprint.alt_response(201, schema=schemas.Taken)
def post_joins() -> Response:
    """Take that a friend joined, or a batch of up to 1,000.

    The same again changes nothing and is answered the same; anything else for the same member is refused (422).
    """

    def take(said: dict[str, Any]) -> Took:
        kept = converting.join(people.member_key(), http.community(), said, clock.now())
        return _took(said["member"], kept, queries.attribution_of_join(kept.document))

    return http.take_one_or_many(schemas.JOIN, "member", schemas.LARGEST_BATCH, take)


@blueprint.get("/joins")
@http.requires(*_READERS)
@blueprint.arguments(http.PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, http.page_of(schemas.KeptJoin))
def list_joins(limit: int, cursor: str | None = None) -> Response:
    """List joins, the latest first."""
    before = http.decode_cursor(cursor, "joins", datetime, str)
    rows = queries.joins_before(http.community(), before, limit + 1)
    return http.page(rows, limit=limit, kind="joins", position=_at("at"), schema=_JOIN)


@blueprint.post("/conversions")
@http.requires(*_WRITERS)
@http.body_limit(http.BATCH)
@blueprint.body(http.one_or_many(schemas.NewOrder, schemas.LARGEST_BATCH))
@blueprint.response(200, {"anyOf": [schemas.BatchTaken, schemas.Taken]})
@blueprint.alt_response(201, schema=schemas.Taken)
def post_conversions() -> Response:
    """Take an order, or a batch of up to 1,000.

    The same order again changes nothing and is answered the same, for ever; another body under the same id is refused
    (422). `waits_for` says that a join of the buyer may still tell who brought him.
    """

    def take(said: dict[str, Any]) -> Took:
        kept = converting.convert(people.member_key(), http.community(), said, clock.now())
        return _took(said["order"], kept, queries.attribution_of_order(kept.document))

    return http.take_one_or_many(schemas.CONVERSION, "order", schemas.LARGEST_BATCH, take)


@blueprint.get("/conversions")
@http.requires(*_READERS)
@blueprint.arguments(http.PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, http.page_of(schemas.KeptOrder))
def list_conversions(limit: int, cursor: str | None = None) -> Response:
    """List orders, the latest first."""
    before = http.decode_cursor(cursor, "conversions", datetime, str)
    rows = queries.orders_before(http.community(), before, limit + 1)
    return http.page(rows, limit=limit, kind="conversions", position=_at("placed_at"), schema=_CONVERSION)


@blueprint.get("/conversions/<id:order_id>")
@http.requires(*_READERS)
@blueprint.response(200, schemas.KeptOrder)
def show_conversion(order_id: str) -> Mapping[str, Any]:
    """Show an order, its refunds, and who brought its buyer."""
    return queries.order(http.community(), order_id)


@blueprint.post("/conversions/<id:order_id>/refunds")
@http.requires(*_WRITERS)
@http.body_limit(http.BATCH)
@blueprint.body(http.one_or_many(schemas.NewRefund, schemas.LARGEST_BATCH))
@blueprint.response(200, {"anyOf": [schemas.BatchTaken, schemas.Taken]})
@blueprint.alt_response(201, schema=schemas.Taken)
def post_refunds(order_id: str) -> Response:
    """Take a refund of an order, or several; one that comes before its order waits for it, and the answer says so.

    The same refund again changes nothing; all refunds together are never more than the order (422).
    """

    def take(said: dict[str, Any]) -> Took:
        kept = refunding.refund(http.community(), order_id, said, clock.now())
        return _took(said["refund"], kept, None)

    return http.take_one_or_many(schemas.REFUND, "refund", schemas.LARGEST_BATCH, take)


@blueprint.get("/conversions/<id:order_id>/refunds")
@http.requires(*_READERS)
@blueprint.response(200, schemas.KeptRefunds)
def list_refunds(order_id: str) -> Mapping[str, Any]:
    """List the refunds of an order, also of one that has not come yet."""
    return {"items": queries.refunds_of(http.community(), order_id)}


@blueprint.post("/conversions/<id:order_id>/refunds/<id:refund_id>/failure")
@http.requires(*_WRITERS)
@blueprint.arguments(schemas.RefundFailure)
@blueprint.response(200, schemas.KeptRefund)
def fail_refund(body: dict[str, Any], order_id: str, refund_id: str) -> Mapping[str, Any]:
    """A refund failed: it is undone, and no other one. Again it changes nothing."""
    kept = refunding.fail(http.community(), order_id, refund_id, body["at"], clock.now())
    return queries.refund(kept.document)


def _took(name: str, kept: Kept, attribution: str | None) -> Took:
    answer: dict[str, Any] = {"id": name, "waits_for": kept.waits_for}
    return Took({**answer, "attribution": attribution} if attribution else answer, kept.is_new)


def _at(field: str) -> Any:  # noqa: ANN401 (a function of a row)
    return lambda row: (row[field], row["key"])
