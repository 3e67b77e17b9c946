"""Clicks, as answers hold them, and what judges them anew."""

from marshmallow import Schema, fields, validate

from services.referral.domain import codes
from services.referral.domain.visits import Class
from shared import http
from shared.http import Moment


class ShownClick(Schema):
    """One request for a link, and what it was."""

    id = fields.String(required=True)
    time = Moment(required=True)
    arrived = Moment(required=True, metadata={"description": "When it was stored."})
    link = fields.String(required=True, metadata={"description": "The link's code, in its folded form."})
    program = fields.String(required=True)
    advocate = fields.String(required=True, allow_none=True)
    channel = fields.String(required=True, allow_none=True)
    klass = fields.String(
        required=True,
        data_key="class",
        attribute="class",
        validate=validate.OneOf([each.value for each in Class]),
    )
    reason = fields.String(required=True, metadata={"example": "social-preview"})
    kind = fields.String(
        required=True, allow_none=True, metadata={"description": "A robot's.", "example": "ai-crawler"}
    )
    classifier = fields.String(required=True)
    method = fields.String(required=True)
    user_agent = fields.String(required=True, allow_none=True)
    referrer = fields.String(required=True, allow_none=True, metadata={"description": "The host alone."})
    source = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    paid = fields.List(
        fields.String(), required=True, metadata={"description": "Flags of paid traffic, like gclid."}
    )


class ClickQuery(http.PageQuery):
    """Which clicks, and which page of them."""

    klass = fields.String(
        load_default=None, data_key="class", validate=validate.OneOf([each.value for each in Class])
    )
    link = fields.String(load_default=None, validate=validate.Length(1, codes.LONGEST_TRIED))


class Reclassification(Schema):
    """Which clicks are judged anew; without `apply` the difference is shown and nothing is changed."""

    apply = fields.Boolean(load_default=False)
    since = Moment(load_default=None, allow_none=True)
    until = Moment(load_default=None, allow_none=True)


class Move(Schema):
    """So many clicks would go from one class to another."""

    before = fields.String(required=True)
    after = fields.String(required=True)
    reason = fields.String(required=True)
    clicks = fields.Integer(required=True)


class Difference(Schema):
    """What judging anew changes. It is `complete` unless there are more clicks than are looked at for a preview."""

    classifier = fields.String(required=True)
    ordered = fields.Boolean(required=True)
    looked_at = fields.Integer(required=True)
    complete = fields.Boolean(required=True)
    changed = fields.Integer(required=True)
    changes = fields.List(fields.Nested(Move), required=True)
