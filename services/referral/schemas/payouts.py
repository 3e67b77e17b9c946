"""Pay-outs, as requests and answers hold them."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.referral.domain.payouts import State, Status, Why
from services.referral.schemas import written
from shared import http
from shared.http import Moment


class _Minimum(fields.Dict):
    """An amount for each currency; what is wrong with either is told at its place in the body."""

    def __init__(self) -> None:
        super().__init__(
            keys=written.any_currency(),
            values=written.amount(),
            load_default=dict,
            validate=validate.Length(0, 50),
            metadata={"example": {"EUR": 1000}},
        )

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        try:
            return super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        except ValidationError as error:
            if not isinstance(error.messages, dict):
                raise
            # marshmallow tells keys from values, which is no place in what was sent.
            told = {
                name: [*each.get("key", ()), *each.get("value", ())] for name, each in error.messages.items()
            }
            raise ValidationError(told) from error


class PayoutWanted(Schema):
    """Of which month, and the least that is paid, in minor units of each currency; less is carried over."""

    period = fields.String(
        required=True,
        validate=written.whole(r"(19[7-9]\d|2\d{3})-(0[1-9]|1[0-2])", "A month such as 2026-10."),
        metadata={"example": "2026-10"},
    )
    minimum = _Minimum()


class Total(Schema):
    """So many lines of a currency in one state."""

    currency = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(tuple(map(str, Status))))
    lines = fields.Integer(required=True)
    amount_minor = fields.Integer(required=True)


class ShownPayout(Schema):
    """The pay-out of a month. It is done when it is approved and no line of it is open."""

    id = fields.String(required=True)
    period = fields.String(required=True)
    border = Moment(required=True, metadata={"description": "The first moment after the month."})
    minimum = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    state = fields.String(required=True, validate=validate.OneOf(tuple(map(str, State))))
    prepared_by = fields.String(required=True)
    begun_at = Moment(required=True)
    prepared_at = Moment()
    decided_by = fields.String()
    decided_at = Moment()
    totals = fields.List(fields.Nested(Total), required=True)


class ShownLine(Schema):
    """What a member gets in one currency; or what is carried over into the next month, and why."""

    id = fields.String(required=True)
    member = fields.String(required=True, allow_none=True)
    currency = fields.String(required=True)
    amount_minor = fields.Integer(required=True)
    status = fields.String(required=True, validate=validate.OneOf(tuple(map(str, Status))))
    why = fields.String(validate=validate.OneOf(tuple(map(str, Why))))
    marked_by = fields.String()
    marked_at = Moment()
    paid_at = Moment(metadata={"description": "When what bounced had been marked paid."})
    reason = fields.String(allow_none=True)
    reference = fields.String(allow_none=True)


class LineQuery(http.PageQuery):
    """Which lines, and which page of them."""

    status = fields.String(load_default=None, validate=validate.OneOf(tuple(map(str, Status))))


class Payment(Schema):
    """What the bank calls the payment, if it calls it anything."""

    reference = fields.String(
        load_default=None, allow_none=True, validate=validate.Length(1, written.LONGEST_NAME)
    )


class Failure(Schema):
    """Why a line could not be paid, or came back."""

    reason = written.reason(required=True)
