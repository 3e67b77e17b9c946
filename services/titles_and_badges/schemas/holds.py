"""What is held for review, as requests and answers hold it."""

from marshmallow import Schema, fields, validate

from services.titles_and_badges.schemas.parts import LONGEST_TEXT, Person
from shared import http
from shared.http import Moment

STATES = ("open", "counted", "left-out")


class HoldDecision(Schema):
    """`count` lets it count, `leave-out` does not, for good; `undo` opens it again. Always with a reason."""

    decision = fields.String(required=True, validate=validate.OneOf(["count", "leave-out", "undo"]))
    reason = fields.String(
        required=True,
        validate=[
            validate.Length(3, LONGEST_TEXT),
            validate.Regexp(r"\s*\S", error="A reason is more than spaces."),
        ],
    )


class HoldDecided(Schema):
    """What somebody decided, and why."""

    decision = fields.String(required=True)
    reason = fields.String(required=True)
    by = fields.String(allow_none=True)
    at = Moment(required=True)


class Hold(Schema):
    """What one giver gave to a member in a month, and why it does not count until somebody decides."""

    id = fields.String(required=True)
    period = fields.String(required=True)
    member = fields.Nested(Person, required=True)
    giver = fields.Nested(Person, required=True)
    rule = fields.String(required=True)
    detail = fields.String(required=True)
    count = fields.Integer(required=True)
    of = fields.Integer(required=True)
    activities = fields.List(fields.String(), required=True)
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    opened = Moment(required=True)
    decisions = fields.List(fields.Nested(HoldDecided), required=True)


class HoldQuery(http.PageQuery):
    """Which holds, and which page of them."""

    state = fields.String(validate=validate.OneOf(STATES))
