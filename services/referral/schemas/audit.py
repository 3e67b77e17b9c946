"""The audit, as answers hold it."""

from marshmallow import Schema, fields, validate

from shared import http
from shared.http import Moment

_LONGEST_THING = 1_100


class AuditLine(Schema):
    """One act of somebody with power. People stand in `before` and `after` by Laurel's own ids alone."""

    id = fields.String(required=True)
    time = Moment(required=True)
    by = fields.String(required=True, metadata={"description": "The subject of the token, or who was named."})
    act = fields.String(required=True, metadata={"example": "grant.approved"})
    thing = fields.String(required=True, metadata={"example": "grant:g1"})
    reason = fields.String(required=True, allow_none=True)
    before = fields.Dict(required=True, allow_none=True)
    after = fields.Dict(required=True, allow_none=True)


class AuditQuery(http.PageQuery):
    """Which lines, and which page of them."""

    thing = fields.String(
        load_default=None,
        validate=validate.Length(1, _LONGEST_THING),
        metadata={"description": "Only what was done to this, such as `budget:gifts`."},
    )
