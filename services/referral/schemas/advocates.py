"""Advocates and links, as requests and answers hold them."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, post_load, validate

from services.referral.domain import codes, durations
from services.referral.domain.advocates import By, State
from services.referral.domain.links import DEFAULT, Wanted
from services.referral.schemas import written
from shared import http

LONGEST_GRACE = "3650d"
_GRACE = validate.Range(max=durations.parse(LONGEST_GRACE), error=f"At most {LONGEST_GRACE} are wanted here.")
_CHANNEL = written.whole(
    r"[a-z0-9][a-z0-9_-]{0,49}", "Small letters, digits, hyphens and underscores, 50 at most."
)


def _code() -> fields.String:
    return fields.String(
        allow_none=True,
        validate=validate.Length(1, codes.LONGEST),
        metadata={"description": "A code of one's own; without it chance makes one."},
    )


class AdvocateWanted(Schema):
    """Who is to be an advocate. Without `since`: from now on; it may lie in the past, never in the future."""

    program = written.slug(required=True)
    member = written.identifier(required=True)
    state = fields.String(
        load_default=str(State.ENROLLED), validate=validate.OneOf([State.INVITED, State.ENROLLED])
    )
    since = http.Moment(allow_none=True)


class AdvocateChange(Schema):
    """What an advocate is from now on, and why."""

    program = written.slug(required=True)
    state = fields.Enum(State, by_value=True, required=True)
    reason = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 500))


class StateSince(Schema):
    """What an advocate was from a moment on."""

    since = http.Moment(required=True)
    state = fields.String(required=True)


class AgreedRate(Schema):
    """A rate that was agreed with one advocate alone, from a moment on; null: as everybody."""

    since = http.Moment(required=True)
    rule = fields.String(required=True)
    rate = written.Rate(required=True, allow_none=True)


class RateWanted(Schema):
    """What is agreed with an advocate from now on, of a rule that gives advocates a share, and why."""

    program = written.slug(required=True)
    rule = written.slug(required=True)
    rate = written.Rate(required=True, allow_none=True, validate=validate.Range(min=0, max=1))
    reason = written.reason(required=True)


class Advocate(Schema):
    """A member as an advocate of a program. `why` names the badge or title by which he became one."""

    member = fields.String(required=True, allow_none=True)
    program = fields.String(required=True)
    state = fields.String(required=True, validate=validate.OneOf(list(State)))
    since = http.Moment(required=True)
    by = fields.String(required=True, validate=validate.OneOf(list(By)))
    why = fields.Dict(required=True, allow_none=True)
    generation = fields.Integer(
        required=True,
        allow_none=True,
        metadata={"description": "In which he came; null where nobody brought him."},
    )
    parent = fields.String(required=True, allow_none=True, metadata={"description": "Who brought him."})
    history = fields.List(fields.Nested(StateSince), required=True)
    rates = fields.List(fields.Nested(AgreedRate), required=True)


class AdvocateEverywhere(Schema):
    """A member in every program whose advocate he is."""

    member = fields.String(required=True, allow_none=True)
    programs = fields.List(fields.Nested(Advocate), required=True)


class AdvocateQuery(http.PageQuery):
    """Which advocates, and which page of them."""

    program = written.slug(load_default=None)
    state = fields.String(load_default=None, validate=validate.OneOf(list(State)))


class LinkWanted(Schema):
    """A link of a channel. A page of its own must be on the program's host, or below it."""

    program = written.slug(required=True)
    channel = fields.String(load_default=DEFAULT, validate=_CHANNEL)
    code = _code()
    landing_url = written.page(allow_none=True)
    since = http.Moment(allow_none=True)
    until = http.Moment(allow_none=True)

    @post_load
    def make(self, data: Mapping[str, Any], **_: object) -> tuple[str, Wanted]:
        """The program, and what is wanted."""
        return data["program"], Wanted(**{name: value for name, value in data.items() if name != "program"})


class Link(Schema):
    """A link. `state`: current, rotated (counts until `until`; `next` is in its place), expired, or planned."""

    code = fields.String(required=True)
    url = fields.String(required=True)
    member = fields.String(required=True, allow_none=True)
    program = fields.String(required=True)
    channel = fields.String(required=True)
    chosen = fields.Boolean(required=True)
    landing_url = fields.String(required=True, allow_none=True)
    since = http.Moment(required=True, allow_none=True)
    until = http.Moment(required=True, allow_none=True)
    next = fields.String(required=True, allow_none=True)
    state = fields.String(required=True)


class LinkList(Schema):
    """All links of an advocate, in the order in which they were made."""

    items = fields.List(fields.Nested(Link), required=True)


class Rotation(Schema):
    """For how long the old code still counts; without a `code` chance makes the new one."""

    grace = written.Span(load_default=durations.parse("30d"), validate=_GRACE)
    code = _code()


class PictureQuery(Schema):
    """In which format, and for a PNG how many pixels a module has."""

    format = fields.String(load_default="svg", validate=validate.OneOf(["svg", "png"]))
    scale = fields.Integer(load_default=8, validate=validate.Range(1, 32))
