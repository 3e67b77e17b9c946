"""Answers, candidates and invitations, as requests and answers hold them."""

import hashlib
import json
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from services.referral.domain.satisfaction import RANGES, Answer, Candidacy, Fate, Reason, Scale
from services.referral.schemas import written
from services.referral.use_cases.answering import Given
from shared import clock, http
from shared.http import Moment

LONGEST_COMMENT = 10_000
_IDENTIFIER_BYTES = 16


def _score(scale: Scale) -> fields.Integer:
    low, high = RANGES[scale]
    return written.number(low, high, metadata={"description": f"{low} to {high}."})


class AnswerWanted(Schema):
    """How satisfied a member is: `nps` or `csat`. Without an `id` the same answer at the same time is the same one."""

    id = written.identifier()
    member = written.identifier(required=True)
    nps = _score(Scale.NPS)
    csat = _score(Scale.CSAT)
    comment = fields.String(validate=validate.Length(0, LONGEST_COMMENT))
    order = written.identifier()
    at = Moment(required=True)

    @validates_schema
    def check(self, data: dict[str, Any], **_: object) -> None:
        """Refuse two scales at once, and none."""
        if ("nps" in data) == ("csat" in data):
            reason = "Either nps or csat is wanted."
            raise ValidationError(reason, "nps")

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> Given:
        """As the rules know it."""
        scale = Scale.NPS if "nps" in data else Scale.CSAT
        answer = Answer(
            id=data.get("id") or _named(data, scale),
            scale=scale,
            score=data[scale.value],
            at=data["at"],
            order=data.get("order"),
        )
        return Given(answer=answer, member=data["member"], comment=data.get("comment"))


def _named(data: dict[str, Any], scale: Scale) -> str:
    said = json.dumps([data["member"], scale.value, data.get("order"), clock.text(data["at"])])
    return hashlib.blake2b(said.encode(), digest_size=_IDENTIFIER_BYTES).hexdigest()


class ShownAnswer(Schema):
    """An answer. A `low` one reaches no program's threshold; `recovery`: somebody ought to look after him."""

    id = fields.String(required=True)
    member = fields.String(required=True, allow_none=True)
    scale = fields.String(required=True, validate=validate.OneOf(tuple(map(str, Scale))))
    score = fields.Integer(required=True)
    at = Moment(required=True)
    order = fields.String()
    low = fields.Boolean(required=True)
    recovery = fields.Boolean(required=True)
    comment = fields.String(required=True, allow_none=True)


class Invitation(Schema):
    """That a member was invited into a program: by a person, or by the community's page; and what he said."""

    id = fields.String(required=True)
    program = fields.String(required=True)
    at = Moment(required=True)
    expires = Moment(required=True)
    state = fields.String(required=True, validate=validate.OneOf(tuple(map(str, Fate))))
    decided = Moment(required=True, allow_none=True)
    by = fields.String(required=True)
    how = fields.String(required=True)


class Candidate(Schema):
    """A member who answered, and a program: why he may be invited (`why`), and every reason why not."""

    program = fields.String(required=True)
    member = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, validate=validate.OneOf(list(Candidacy)))
    scale = fields.String(required=True)
    score = fields.Integer(required=True)
    at = Moment(required=True)
    since = Moment(metadata={"description": "Since when he is satisfied, by his unbroken answers."})
    held_out = fields.Boolean(required=True)
    why = fields.String(required=True)
    why_not = fields.List(fields.String(validate=validate.OneOf(tuple(map(str, Reason)))), required=True)
    invitation = fields.Nested(Invitation, required=True, allow_none=True)


class CandidateQuery(http.PageQuery):
    """Which candidates, and which page of them."""

    program = fields.String(load_default=None)
    state = fields.String(load_default=None, validate=validate.OneOf(list(Candidacy)))


class InvitationWanted(Schema):
    """Whom to invite into which program."""

    program = written.slug(required=True)
    member = written.identifier(required=True)


class Offer(Schema):
    """A program that a page may offer to a member, with what is to be disclosed when he shares."""

    program = fields.String(required=True)
    name = fields.String(required=True)
    disclosure = fields.String(required=True)
    invitation = fields.Nested(Invitation, required=True, allow_none=True)


class OfferList(Schema):
    """What may be offered to a member."""

    items = fields.List(fields.Nested(Offer), required=True)
