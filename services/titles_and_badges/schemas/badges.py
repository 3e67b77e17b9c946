"""Badges, awards and their reasons, as requests and answers hold them."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.titles_and_badges.domain.badges import HIGHEST, MOST_HOLDERS, MOST_LEVELS
from services.titles_and_badges.domain.criteria import KINDS
from services.titles_and_badges.domain.facts import ACTOR, AUTHOR
from services.titles_and_badges.domain.spans import PERIODS
from services.titles_and_badges.schemas.parts import LONGEST_ID, LONGEST_TEXT, Defined, Person
from shared.http import Moment, ReadOnly


class _Criterion(fields.Dict):
    """A criterion; which options it takes depends on its kind, and domain/criteria judges them."""

    def __init__(self) -> None:
        options = {
            "kind": {"type": "string", "enum": sorted(KINDS)},
            "role": {"type": "string", "enum": [ACTOR, AUTHOR]},
            "where": {"type": "object", "description": "A condition in typed JSON."},
            "of": {"type": "string", "enum": ["days", "people", "objects"]},
            "weights": {"type": "object", "additionalProperties": {"type": "integer"}},
            "accepted": {"type": "boolean"},
            "per_giver": {"type": "object", "description": 'How much one giver may give: `{"most": 3}`.'},
            "unit": {"type": "string", "enum": ["day", "week", "month", "year"]},
            "zone": {"type": "string", "enum": ["community", "member"]},
            "freeze": {"description": 'Missed days that are bridged: 2, or `{"most": 2, "earned_by": 7}`.'},
            "pause": {"type": "array", "items": {"type": "object"}},
            "since": {"type": "string", "enum": ["first-deed", "joined"]},
            "active": {"type": "boolean"},
            "part": {"type": "object"},
            "whole": {"type": "object"},
            "least": {"type": "integer"},
        }
        super().__init__(required=True, metadata={"properties": options, "required": ["kind"]})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        read: Any = super()._deserialize(value, attr, data, **kwargs)  # type: ignore[no-untyped-call]
        if not isinstance(read.get("kind"), str):
            reason = f"A criterion has a kind: one of {', '.join(sorted(KINDS))}."
            raise ValidationError(reason)
        return read


class Level(Schema):
    """A level of a badge and the value that it asks for."""

    name = fields.String(required=True, validate=validate.Length(1, 50))
    at = fields.Integer(required=True, strict=True, validate=validate.Range(1, HIGHEST))


class Definition(Defined):
    """A badge as data.

    `criterion` has a `kind` and the options of that kind, `where` among them: a condition in typed JSON. Either `at`
    or `levels` says what is to be reached. `repeat`: once a member, once an object, or once a period. `policy`: a
    sticky badge stays once earned, a live one is held while its criterion holds, or until it holds only to less than
    `keep` percent. `expires_after`: `{"months": 12}` or `{"days": 30}`. `from` and `until` bound what counts.

    A change of an active badge holds for what is done from now on, or from `effective` on; with the id of a preview
    in `recompute`, for all that was ever done. `announce: false`: what was earned before it was defined is no news.
    """

    class Meta:
        include = {"from": fields.String(), "until": fields.String()}  # noqa: RUF012 (marshmallow reads it once)

    criterion = _Criterion()
    at = fields.Integer(strict=True, validate=validate.Range(1, HIGHEST))
    levels = fields.List(fields.Nested(Level), validate=validate.Length(1, MOST_LEVELS))
    repeat = fields.String(validate=validate.OneOf(["member", "object", *PERIODS]))
    policy = fields.String(validate=validate.OneOf(["sticky", "live"]))
    keep = fields.Integer(strict=True, validate=validate.Range(1, 100))
    expires_after = fields.Dict()
    most_holders = fields.Integer(strict=True, validate=validate.Range(1, MOST_HOLDERS))
    secret = fields.Boolean()
    announce = fields.Boolean()
    effective = fields.String()
    recompute = fields.String()
    held = ReadOnly()


class Badge(Schema):
    """A badge, how many hold it, and how it is earned."""

    class Meta:
        include = {"from": fields.String(), "until": fields.String()}  # noqa: RUF012 (marshmallow reads it once)

    slug = fields.String(required=True)
    name = fields.String(required=True)
    description = fields.String(required=True)
    criterion = fields.Dict(required=True)
    at = fields.Integer()
    levels = fields.List(fields.Nested(Level))
    repeat = fields.String(required=True)
    policy = fields.String(required=True)
    keep = fields.Integer()
    expires_after = fields.Dict()
    most_holders = fields.Integer()
    secret = fields.Boolean()
    announce = fields.Boolean()
    status = fields.String(required=True)
    version = fields.Integer(required=True)
    held = fields.Integer()


class Award(Schema):
    """A badge that a member holds.

    `awarded_at` is when the deed was done that decided it, `decided_by` that deed's id. `credential` is where the award
    can be seen and verified by anybody, relative to the service's public address; it answers a moment after the award.
    """

    badge = fields.String(required=True)
    badge_name = fields.String(required=True)
    member = fields.Nested(Person, required=True)
    level = fields.String(allow_none=True)
    object = fields.String(allow_none=True)
    period = fields.String(allow_none=True)
    awarded_at = Moment(required=True)
    revoked_at = Moment(allow_none=True)
    decided_by = fields.String(allow_none=True)
    credential = fields.String(allow_none=True)


class Evidence(Schema):
    """One deed that counted."""

    activity = fields.String(required=True)
    type = fields.String(required=True)
    published = Moment(required=True)
    object = fields.String(allow_none=True)
    value = fields.Integer(allow_none=True)
    decided = fields.Boolean(required=True)


class Missing(Schema):
    """What is missing to the next threshold."""

    level = fields.String(allow_none=True)
    at = fields.Integer(required=True)
    value = fields.Integer(required=True)
    missing = fields.Integer(required=True)
    object = fields.String(allow_none=True)


class DecisionTaken(Schema):
    """What a person decided, and why."""

    kind = fields.String(required=True)
    reason = fields.String(required=True)
    at = Moment(required=True)
    object = fields.String(allow_none=True)


class Explanation(Schema):
    """Why a member holds a badge, or what is missing.

    `evidence` are the latest deeds that counted, at most 20, up to the deciding one; `counted` how many there are.
    """

    badge = fields.String(required=True)
    badge_name = fields.String(required=True)
    description = fields.String(required=True)
    member = fields.Nested(Person, required=True)
    held = fields.Boolean(required=True)
    awards = fields.List(fields.Nested(Award), required=True)
    value = fields.Integer(required=True)
    missing = fields.Nested(Missing, allow_none=True)
    evidence = fields.List(fields.Nested(Evidence), required=True)
    counted = fields.Integer(required=True)
    decisions = fields.List(fields.Nested(DecisionTaken), required=True)
    excluded = fields.String(allow_none=True)


class Progress(Schema):
    """How far a member is with a badge that he can still earn."""

    badge = fields.String(required=True)
    badge_name = fields.String(required=True)
    description = fields.String(required=True)
    missing = fields.Nested(Missing, required=True)
    share = fields.Float(required=True)


class ProgressList(Schema):
    """What is closest for a member, the closest first."""

    items = fields.List(fields.Nested(Progress), required=True)


class BadgeList(Schema):
    """All badges of a community."""

    items = fields.List(fields.Nested(Badge), required=True)


class Decide(Schema):
    """Whom a badge is granted to, or taken from, and why; `object` where it is given once an object."""

    member = fields.String(required=True, validate=validate.Length(1, LONGEST_ID))
    reason = fields.String(
        required=True,
        validate=[
            validate.Length(3, LONGEST_TEXT),
            validate.Regexp(r"\s*\S", error="A reason is more than spaces."),
        ],
    )
    object = fields.String(validate=validate.Length(1, LONGEST_ID))


DEFINITION = Definition()
