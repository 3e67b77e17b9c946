"""Parts that several requests and answers are made of."""

from marshmallow import Schema, fields, validate

from shared import http

LONGEST_NAME = 100
LONGEST_TEXT = 500
LONGEST_ID = 1_000


class Defined(Schema):
    """What badges, boards and titles are defined with alike; none but admins see a draft, and it counts nothing."""

    name = fields.String(required=True, validate=validate.Length(1, LONGEST_NAME))
    description = fields.String(load_default="", validate=validate.Length(0, LONGEST_TEXT))
    status = fields.String(validate=validate.OneOf(["active", "draft"]))
    slug = http.ReadOnly()
    version = http.ReadOnly()


class Person(Schema):
    """A member as widgets show him."""

    id = fields.String(required=True, allow_none=True)
    name = fields.String(allow_none=True)
