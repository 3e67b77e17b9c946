"""Joins, orders, refunds and coupons, as requests and answers hold them."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_load, validate, validates_schema

from services.referral.domain.refunds import Kind
from services.referral.schemas import written
from shared.http import Moment, ReadOnly

LONGEST_EMAIL = 320
#: At most so many items a call.
LARGEST_BATCH = 1_000
MOST_ITEMS = 200


class _Names(Schema):
    """How a friend names whoever recommended: by a code, a coupon, a click's id, or a token that was handed through."""

    code = written.identifier()
    coupon = written.identifier()
    token = written.identifier()
    click = written.identifier()
    email = fields.String(
        validate=validate.Length(1, LONGEST_EMAIL),
        metadata={"description": "Only a keyed hash of it is kept."},
    )


class NewJoin(_Names):
    """A friend joined; `member` is the community's own id of him."""

    member = written.identifier(required=True)
    at = Moment(required=True)


class OrderItem(Schema):
    """So many pieces of a product in an order, and what all of them cost."""

    product = written.identifier(required=True)
    amount_minor = written.amount(required=True)
    quantity = written.number(1, load_default=1)


class NewOrder(_Names):
    """A friend bought. `order` is the shop's own id, for ever; `checkout_began_at`: clicks after it do not count."""

    order = written.identifier(required=True)
    member = written.identifier(required=True)
    amount_minor = written.amount(required=True)
    currency = written.any_currency(required=True)
    quantity = written.number(1, load_default=1)
    items = fields.List(
        fields.Nested(OrderItem),
        validate=validate.Length(1, MOST_ITEMS),
        metadata={
            "description": "What of it is which product; the rest, as the delivery, is none in particular."
        },
    )
    at = Moment(required=True, data_key="placed_at")
    checkout_began = Moment(data_key="checkout_began_at")

    @validates_schema
    def _items(self, data: dict[str, Any], **_: object) -> None:
        if sum(each["amount_minor"] for each in data.get("items", ())) > data["amount_minor"]:
            reason = "The items cost more than the order."
            raise ValidationError(reason, "items")

    @validates_schema
    def _moments(self, data: dict[str, Any], **_: object) -> None:
        if data.get("checkout_began", data["at"]) > data["at"]:
            reason = "Checkout cannot begin after the order was placed."
            raise ValidationError(reason, "checkout_began_at")

    @validates_schema
    def _money(self, data: dict[str, Any], **_: object) -> None:
        try:
            written.is_money(data["currency"], data["at"].date())
        except ValidationError as error:
            raise ValidationError(error.messages, "currency") from error


class NewRefund(Schema):
    """A refund of an order. Without an amount, a whole refund or a charge-back takes whatever is left."""

    refund = written.identifier(required=True)
    kind = fields.String(
        load_default=Kind.PARTIAL.value, validate=validate.OneOf([each.value for each in Kind])
    )
    amount_minor = written.amount(1)
    currency = written.any_currency()
    at = Moment(required=True)

    @validates_schema
    def _amount(self, data: dict[str, Any], **_: object) -> None:
        if data.get("kind") == Kind.PARTIAL and "amount_minor" not in data:
            reason = "A partial refund says how much."
            raise ValidationError(reason, "amount_minor")


class RefundFailure(Schema):
    """When a refund turned out to have failed."""

    at = Moment(required=True)


class NewCoupon(Schema):
    """A coupon of a program: of one advocate, or public, which is a channel. `only_for` is the one who may use it."""

    program = written.slug(allow_none=True)
    advocate = written.identifier(allow_none=True)
    channel = fields.String(allow_none=True, validate=validate.Length(1, written.LONGEST_NAME))
    only_for = written.identifier(allow_none=True)
    since = Moment(allow_none=True)
    until = Moment(allow_none=True)
    coupon = ReadOnly()

    @pre_load
    def _without_nulls(self, data: Any, **_: object) -> Any:  # noqa: ANN401 (untrusted JSON)
        """What is shown as null is not there."""
        there = isinstance(data, Mapping)
        return {name: each for name, each in data.items() if each is not None} if there else data

    @validates_schema
    def _whose(self, data: dict[str, Any], **_: object) -> None:
        if ("advocate" in data) == ("channel" in data):
            reason = "A coupon is of an advocate, or of a channel."
            raise ValidationError(reason, "advocate")
        if "advocate" in data and "program" not in data:
            reason = "A coupon of an advocate belongs to a program."
            raise ValidationError(reason, "program")

    @validates_schema
    def _span(self, data: dict[str, Any], **_: object) -> None:
        if "since" in data and data.get("until", data["since"]) < data["since"]:
            reason = "Before it begins."
            raise ValidationError(reason, "until")


class Taken(Schema):
    """What became of a join, an order or a refund; `waits_for`: what must come before it counts."""

    id = fields.String(required=True)
    attribution = fields.String()
    waits_for = fields.String(required=True, allow_none=True, validate=validate.OneOf(["order", "join"]))


class ItemTaken(Schema):
    """What became of one item of a batch."""

    id = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, validate=validate.OneOf(["accepted", "duplicate", "refused"]))
    attribution = fields.String()
    waits_for = fields.String(allow_none=True)
    problem = fields.Dict(keys=fields.String())


class BatchTaken(Schema):
    """What became of a batch, item by item, in order; the good ones went through though others were refused."""

    accepted = fields.Integer(required=True)
    duplicate = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    results = fields.List(fields.Nested(ItemTaken), required=True)


class KeptRefund(Schema):
    """A refund as it is kept. `state`: counted, waiting for its order, failed, or in another currency than that."""

    id = fields.String(required=True)
    order = fields.String(required=True)
    kind = fields.String(allow_none=True)
    amount_minor = fields.Integer(allow_none=True)
    currency = fields.String(allow_none=True)
    at = Moment(allow_none=True)
    failed_at = Moment(allow_none=True)
    state = fields.String(
        required=True, validate=validate.OneOf(["counted", "waiting", "failed", "another-currency"])
    )


class KeptRefunds(Schema):
    """The refunds of an order."""

    items = fields.List(fields.Nested(KeptRefund), required=True)


class KeptOrder(Schema):
    """An order as it is kept, what was refunded of it, and who brought its buyer."""

    id = fields.String(required=True)
    member = fields.String(required=True, allow_none=True)
    amount_minor = fields.Integer(required=True)
    currency = fields.String(required=True)
    quantity = fields.Integer(required=True)
    placed_at = Moment(required=True)
    checkout_began_at = Moment(allow_none=True)
    refunded_minor = fields.Integer(required=True)
    refunds = fields.List(fields.Nested(KeptRefund), required=True)
    attribution = fields.String(required=True)
    advocate = fields.String(required=True, allow_none=True)
    program = fields.String(required=True, allow_none=True)
    rule = fields.String(required=True, allow_none=True)


class KeptJoin(Schema):
    """A join as it is kept, and who brought the friend."""

    member = fields.String(required=True, allow_none=True)
    at = Moment(required=True)
    attribution = fields.String(required=True)
    advocate = fields.String(required=True, allow_none=True)
    program = fields.String(required=True, allow_none=True)
    rule = fields.String(required=True, allow_none=True)


class KeptCoupon(Schema):
    """A coupon as it is kept."""

    coupon = fields.String(required=True)
    program = fields.String(allow_none=True)
    advocate = fields.String(allow_none=True)
    channel = fields.String(allow_none=True)
    only_for = fields.String(allow_none=True)
    since = Moment(allow_none=True)
    until = Moment(allow_none=True)


JOIN, CONVERSION, REFUND = NewJoin(), NewOrder(), NewRefund()
