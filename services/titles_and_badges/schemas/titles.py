"""Titles, their holders, sealed months, as requests and answers hold them."""

from typing import Any

from marshmallow import Schema, fields, validate

from services.titles_and_badges.domain.titles import definitions
from services.titles_and_badges.schemas.parts import (
    LONGEST_ID,
    LONGEST_NAME,
    LONGEST_TEXT,
    Defined,
    Person,
)
from shared import http


def _count(least: int, most: int, **options: Any) -> fields.Integer:  # noqa: ANN401
    return fields.Integer(strict=True, validate=validate.Range(least, most), **options)


class _Points(fields.Float):
    """A number of points; a whole one stays whole."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        read: float = super()._deserialize(value, attr, data, **kwargs)
        return int(read) if read == int(read) else read


class Tenure(Schema):
    """Bounds of the days since a member's first deed, at the end of the month."""

    at_least = _count(0, definitions.LONGEST_TENURE)
    at_most = _count(0, definitions.LONGEST_TENURE)


class Eligibility(Schema):
    """Who may hold a title. The numbers are of the month, and the least that is asked for."""

    roles = fields.List(
        fields.String(validate=validate.OneOf(definitions.ROLES)), validate=validate.Length(1, 2)
    )
    tenure_days = fields.Nested(Tenure)
    givers = _count(0, definitions.HIGHEST)
    days = _count(0, definitions.HIGHEST)
    posts = _count(0, definitions.HIGHEST)
    threads = _count(0, definitions.HIGHEST)


class Exclusion(Schema):
    """A member whom a title leaves out, why, and in which months; without months always."""

    member = fields.String(required=True, allow_none=True, validate=validate.Length(1, LONGEST_ID))
    reason = fields.String(required=True, validate=validate.Length(3, LONGEST_TEXT))
    first = fields.String(data_key="from")
    until = fields.String()


class _Excluded(fields.List[Any]):
    """Exclusions, as they are written: domain/titles judges their months."""

    def __init__(self) -> None:
        item = fields.Dict(metadata={"properties": {name: {"type": "string"} for name in _EXCLUSION}})
        super().__init__(item, validate=validate.Length(0, definitions.MOST_EXCLUDED))


_EXCLUSION = ("member", "reason", "from", "until")
_GIVES = {
    "type": "object",
    "properties": {"where": {"type": "object"}, "role": {"type": "string"}, "points": {"type": "integer"}},
}
_STEP = {"type": "object", "properties": {"days": {"type": "integer"}, "percent": {"type": "integer"}}}
_MEASURE = {
    "gives": {"type": "array", "items": _GIVES},
    "by_tenure": {"type": "array", "items": _STEP},
    "by_repeat": {"type": "array", "items": {"type": "integer"}},
    "per": {"type": "string", "enum": ["post"]},
}


class Title(Defined):
    """A title as data.

    It goes to the best of its `board`'s month, or, with a `measure`, to those whose month is worth most by it: points
    for what others gave (`gives`), weighted by the giver's days in the community (`by_tenure`) and by how often he gave
    to the same member (`by_repeat`), in percent, and divided `per` post. `minimum` is the bar; `holders` how many;
    `ties`: `tie-breakers` decide, in their order, or `co-holders` share the last place; `cooldown` are the months that
    a holder rests; `once`: nobody holds it twice.
    """

    category = fields.String(allow_none=True, validate=validate.Length(1, LONGEST_NAME))
    board = fields.String(required=True)
    measure = fields.Dict(metadata={"properties": _MEASURE, "required": ["gives"]})
    holders = _count(1, definitions.MOST_HOLDERS)
    ties = fields.String(validate=validate.OneOf([definitions.BREAK_TIES, definitions.CO_HOLDERS]))
    tie_breakers = fields.List(fields.String(validate=validate.OneOf(definitions.BREAKERS)))
    cooldown = _count(0, definitions.MOST_MONTHS)
    once = fields.Boolean()
    minimum = _Points(allow_none=True)
    eligibility = fields.Nested(Eligibility)
    excluded = _Excluded()


class ShownTitle(Title):
    """A title, with its place in time."""

    slug = fields.String(required=True)  # type: ignore[assignment]  # it is shown
    version = fields.Integer(required=True)  # type: ignore[assignment]  # it is shown
    status = fields.String(required=True)


class TitleList(Schema):
    """All titles of a community."""

    items = fields.List(fields.Nested(ShownTitle), required=True)


class Holder(Schema):
    """Who holds a title of a month; `revision` is the one of the month's seal that last changed it."""

    title = fields.String(required=True)
    title_name = fields.String(required=True)
    period = fields.String(required=True)
    revision = fields.Integer(required=True)
    place = fields.Integer(required=True)
    member = fields.Nested(Person, required=True)
    score = fields.Float(required=True)
    credential = fields.String(allow_none=True)


class Reason(Schema):
    """A rule that speaks against a member, in words; `value` is what he has, `at` what is asked."""

    rule = fields.String(required=True)
    detail = fields.String(required=True)
    value = fields.Float(allow_none=True)
    at = fields.Float(allow_none=True)


class GiverTerm(Schema):
    """What one giver gave: his days in the community, their weight in percent, how often, and what it came to."""

    giver = fields.Nested(Person, required=True)
    tenure = fields.Integer(required=True)
    weight = fields.Integer(required=True)
    times = fields.Integer(required=True)
    amount = fields.Float(required=True)


class Terms(Schema):
    """What a member's month consists of; `given` are the ten most generous givers."""

    givers = fields.Integer(required=True)
    days = fields.Integer(required=True)
    posts = fields.Integer(required=True)
    threads = fields.Integer(required=True)
    given = fields.List(fields.Nested(GiverTerm), required=True)


class Verdict(Schema):
    """What became of a candidate. `place` is among those who may hold it; `tie` what decided between equal scores."""

    member = fields.Nested(Person, required=True)
    holds = fields.Boolean(required=True)
    place = fields.Integer(allow_none=True)
    score = fields.Float(required=True)
    tie = fields.String(allow_none=True)
    against = fields.List(fields.Nested(Reason), required=True)
    terms = fields.Nested(Terms, required=True)


class MissingForTitle(Schema):
    """What would have to change; `border` is the last holder's score."""

    rule = fields.String(required=True)
    value = fields.Float(required=True)
    at = fields.Float(required=True)
    missing = fields.Float(required=True)


class TitleExplanation(Verdict):
    """Why a member holds a title of a month, why not, and what next."""

    title = fields.String(required=True)
    title_name = fields.String(required=True)
    description = fields.String(required=True)
    period = fields.String(required=True)
    sealed = fields.Boolean(required=True)
    revision = fields.Integer(allow_none=True)
    held_before = fields.List(fields.String(), required=True)
    holders = fields.Integer(required=True)
    border = fields.Float(allow_none=True)
    next = fields.List(fields.Nested(MissingForTitle), required=True)


class TitleOfMonth(Schema):
    """A title in a sealed month: its holders, the first of those who are not, or why nobody holds it."""

    title = fields.String(required=True)
    title_name = fields.String(required=True)
    description = fields.String(required=True)
    category = fields.String(allow_none=True)
    holders = fields.List(fields.Nested(Verdict), required=True)
    runners_up = fields.List(fields.Nested(Verdict), required=True)
    nobody = fields.String(allow_none=True)


class SealedBoard(Schema):
    """A board as it was sealed."""

    name = fields.String(required=True)
    slug = fields.String(required=True)
    version = fields.Integer(required=True)
    ties = fields.String(required=True)


class Revision(Schema):
    """A revision of a sealed month."""

    revision = fields.Integer(required=True)
    root = fields.String(required=True)
    sealed_at = http.Moment(required=True)


class Period(Schema):
    """A sealed month. `root` is the hash over its inputs, standings and verdicts, `held` what is not decided yet."""

    period = fields.String(required=True)
    state = fields.String(required=True)
    revision = fields.Integer(required=True)
    root = fields.String(required=True)
    sealed_at = http.Moment(required=True)
    held = fields.Integer(required=True)
    since = http.Moment(required=True, data_key="from", attribute="from")
    until = http.Moment(required=True)
    time_zone = fields.String(required=True)
    boards = fields.List(fields.Nested(SealedBoard), required=True)
    revisions = fields.List(fields.Nested(Revision), required=True)


class Month(Period):
    """A sealed month with its titles."""

    titles = fields.List(fields.Nested(TitleOfMonth), required=True)


class SealedRow(Schema):
    """A row of a board as it was sealed."""

    rank = fields.Integer(required=True)
    member = fields.Nested(Person, required=True)
    score = fields.Integer(required=True)


class RevisionQuery(Schema):
    """Which revision is asked for; the latest by default."""

    revision = fields.Integer(validate=validate.Range(1, 1_000_000))


class RowsQuery(http.PageQuery):
    """Which revision, and which page of it."""

    revision = fields.Integer(validate=validate.Range(1, 1_000_000))


class MonthQuery(Schema):
    """Which month is asked about; this one by default."""

    period = fields.String(validate=validate.Length(1, 20))


TITLE = Title()
