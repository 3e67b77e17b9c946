"""Attributions, as answers hold them."""

from marshmallow import Schema, fields, validate

from services.referral.domain.candidates import Door, Subject
from services.referral.domain.explaining import Audience
from services.referral.domain.programs import Beneficiary
from services.referral.domain.reasons import Reason
from services.referral.schemas import written
from shared import http
from shared.http import Moment


class AttributionCandidate(Schema):
    """Somebody who may have brought the friend, and what became of him. To an advocate others have no name."""

    door = fields.String(required=True, validate=validate.OneOf(list(Door)))
    name = fields.String()
    moment = Moment()
    program = fields.String(allow_none=True)
    advocate = fields.String(allow_none=True)
    link = fields.String(allow_none=True)
    klass = fields.String(data_key="class", attribute="class", allow_none=True)
    reason = fields.String(required=True, validate=validate.OneOf(list(Reason)))
    words = fields.String(required=True)
    arithmetic = fields.String(allow_none=True)


class Unrewarded(Schema):
    """A rule of the program that gives nothing for it, and why."""

    rule = fields.String(required=True)
    to = fields.String(required=True, validate=validate.OneOf(list(Beneficiary)))
    reason = fields.String(required=True, validate=validate.OneOf(list(Reason)))
    words = fields.String(required=True)


class Attribution(Schema):
    """Who brought a friend to a join or an order, and why nobody else did.

    `provisional` until `settles_at`: a click that comes late may still change it. A `frozen` one never changes.
    """

    id = fields.String(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(list(Subject)))
    subject = fields.String(required=True, allow_none=True)
    friend = fields.String(required=True, allow_none=True)
    at = Moment(required=True)
    state = fields.String(required=True, validate=validate.OneOf(["provisional", "settled", "frozen"]))
    settles_at = Moment(required=True)
    rule = fields.String(required=True)
    advocate = fields.String(required=True, allow_none=True)
    program = fields.String(required=True, allow_none=True)
    version = fields.Integer(required=True, allow_none=True)
    door = fields.String(required=True, allow_none=True)
    channel = fields.String(required=True, allow_none=True)
    flags = fields.List(fields.String(), required=True)
    candidates = fields.List(fields.Nested(AttributionCandidate), required=True)
    unrewarded = fields.List(fields.Nested(Unrewarded), required=True)
    text = fields.String(required=True)


class _Asked(Schema):
    audience = fields.Enum(
        Audience,
        by_value=True,
        load_default=None,
        metadata={
            "description": "To whom it is explained; by default to an advocate (server), a rep or an auditor (admin)."
        },
    )


class AttributionQuery(_Asked):
    """To whom an attribution is explained; `member`: the advocate who asks, else who won or alone was named."""

    member = written.identifier(load_default=None)


class AttributionsQuery(_Asked, http.PageQuery):
    """To whom attributions are explained, and which page of them."""
