"""Boards, their lists and places in them, as requests and answers hold them."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.titles_and_badges.domain.boards import definitions, exclusions, policies, windows
from services.titles_and_badges.domain.criteria import referral
from services.titles_and_badges.domain.facts import ACTOR, AUTHOR
from services.titles_and_badges.schemas.parts import LONGEST_TEXT, Defined, Person
from shared import clock, http

_WHOLE = validate.Range(-policies.HEAVIEST, policies.HEAVIEST)


class Line(Schema):
    """Who gets how much for what: `points` for each deed, or a `factor` of its `value`.

    For what became of a member's recommendations there is `outcome`, without role and condition.
    """

    role = fields.String(validate=validate.OneOf([ACTOR, AUTHOR]))
    where = fields.Dict(metadata={"description": "A condition in typed JSON."})
    outcome = fields.String(validate=validate.OneOf(referral.OUTCOMES))
    points = fields.Integer(strict=True, validate=_WHOLE)
    factor = fields.Integer(strict=True, validate=_WHOLE)
    cap_a_day = fields.Integer(strict=True, validate=validate.Range(1, policies.HIGHEST))


class ByGiver(Schema):
    """Limits, within a calendar month, of what one person can give to another.

    `shares`: what the first, second … deed is worth, in per cent; the last one goes on.
    """

    cap = fields.Integer(strict=True, validate=validate.Range(1, policies.HIGHEST))
    shares = fields.List(
        fields.Integer(strict=True, validate=validate.Range(0, 100)), validate=validate.Length(1, 100)
    )


class Season(Schema):
    """A season: from a day on, before another."""

    name = fields.String(required=True, validate=validate.Length(1, 64))
    # `from` is a word of Python's.
    since = fields.Date(required=True, data_key="from", attribute="from")
    until = fields.Date(required=True)


class Exclusion(Schema):
    """Whom it is about, by role or by name, and from which day on, before which other, it holds."""

    role = fields.String(validate=validate.OneOf(exclusions.ROLES))
    member = fields.String(allow_none=True, validate=validate.Length(1, 1_000))
    since = fields.Date(data_key="from", attribute="from")
    until = fields.Date()
    reason = fields.String(required=True, validate=validate.Length(1, LONGEST_TEXT))


class Exclude(Schema):
    """Who earns nothing, and who is not ranked."""

    earning = fields.List(fields.Nested(Exclusion), validate=validate.Length(0, exclusions.MOST))
    ranking = fields.List(fields.Nested(Exclusion), validate=validate.Length(0, exclusions.MOST))


class _Effective(fields.String):
    """`now`, `always`, or a moment."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        read = super()._deserialize(value, attr, data, **kwargs)
        if read in {"now", "always"}:
            return read
        try:
            return clock.from_text(read)
        except ValueError as error:
            reason = "It is now, always, or a moment with its offset from UTC."
            raise ValidationError(reason) from error


class BoardDefinition(Defined):
    """A board as data.

    `points` are the lines of its policy. `windows`: day, week, month, season, all, last-N-days, since-yesterday,
    since-a-week, since-four-weeks, since-a-month, since-a-quarter, since-a-year. `ties`: competition (1, 2, 2, 4),
    dense (1, 2, 2, 3) or ordinal (1, 2, 3, 4: who reached it earlier). A policy that is changed holds for what is done
    from now on, unless `effective` orders a recompute: `always`, or a moment.
    """

    points = fields.List(fields.Nested(Line), required=True, validate=validate.Length(1, policies.MOST))
    cap_a_day = fields.Integer(strict=True, validate=validate.Range(1, policies.HIGHEST))
    by_giver = fields.Nested(ByGiver)
    windows = fields.List(fields.String(), validate=validate.Length(1, definitions.MOST_WINDOWS))
    seasons = fields.List(fields.Nested(Season), validate=validate.Length(0, definitions.MOST_SEASONS))
    ties = fields.String(validate=validate.OneOf(definitions.TIES))
    # `exclude` is a word of marshmallow's.
    excluding = fields.Nested(Exclude, data_key="exclude", attribute="exclude")
    since = fields.Date(data_key="from", attribute="from")
    until = fields.Date()
    effective = _Effective()
    time_zone = http.ReadOnly()
    policies = http.ReadOnly()


class Board(Schema):
    """A board, and in which windows it can be asked for."""

    slug = fields.String(required=True)
    name = fields.String(required=True)
    description = fields.String(required=True)
    points = fields.List(fields.Dict(), required=True)
    cap_a_day = fields.Integer()
    by_giver = fields.Dict()
    windows = fields.List(fields.String(), required=True)
    seasons = fields.List(fields.Dict(), required=True)
    ties = fields.String(required=True)
    excluding = fields.Dict(required=True, data_key="exclude", attribute="exclude")
    since = fields.String(data_key="from", attribute="from")
    until = fields.String()
    status = fields.String(required=True)
    version = fields.Integer(required=True)
    time_zone = fields.String(required=True)
    policies = fields.List(fields.Dict(), required=True)


class BoardList(Schema):
    """All boards of a community."""

    items = fields.List(fields.Nested(Board), required=True)


class PeriodQuery(Schema):
    """Which period of a board: of a window, the present one unless named."""

    window = fields.String(load_default=None, metadata={"example": windows.MONTH})
    period = fields.String(
        load_default=None, validate=validate.Length(1, 64), metadata={"example": "2026-10"}
    )


class StandingsQuery(PeriodQuery, http.PageQuery):
    """Which page of which period; `rank`: from this place on."""

    rank = fields.Integer(load_default=None, validate=validate.Range(1, 10**9))


class PlaceQuery(PeriodQuery):
    """Which period, and how many neighbours on each side."""

    around = fields.Integer(load_default=3, validate=validate.Range(0, 20))


class Row(Schema):
    """A place: `movement` is by how many places the member rose since the period before; null: he had none."""

    rank = fields.Integer(required=True)
    member = fields.Nested(Person, required=True)
    score = fields.Integer(required=True)
    movement = fields.Integer(required=True, allow_none=True)


class Stretch(Schema):
    """What an answer is about: `from` is the period's first day, `until` the one after its last, in `time_zone`."""

    board = fields.String(required=True)
    window = fields.String(required=True)
    period = fields.String(required=True, allow_none=True)
    since = fields.Date(required=True, allow_none=True, data_key="from", attribute="from")
    until = fields.Date(required=True, allow_none=True)
    time_zone = fields.String(required=True)
    ties = fields.String(required=True)
    as_of = fields.Date(required=True, metadata={"description": "Up to this day everything is counted."})
    total = fields.Integer(required=True, metadata={"description": "How many have a place."})


class Heading(Stretch):
    """What an answer about a board as it stands begins with."""

    name = fields.String(required=True)
    sealed = fields.Boolean(required=True)
    version = fields.Integer(required=True)
    revision = fields.Integer(required=True)


class Standings(Heading):
    """A page of a period, best first."""

    items = fields.List(fields.Nested(Row), required=True)
    next = fields.String(required=True, allow_none=True)


class Excluded(Schema):
    """Why somebody has no place."""

    reason = fields.String(required=True)
    since = fields.Date(required=True, allow_none=True, data_key="from", attribute="from")
    until = fields.Date(required=True, allow_none=True)


class Gained(Schema):
    """Points since the same day before, that day included."""

    yesterday = fields.Integer(required=True)
    a_week = fields.Integer(required=True)
    four_weeks = fields.Integer(required=True)


class PlaceOf(Heading):
    """The place of a member, and the rows around it with his own among them; `rank` is null where he has none."""

    member = fields.Nested(Person, required=True)
    rank = fields.Integer(required=True, allow_none=True)
    score = fields.Integer(required=True)
    of = fields.Integer(required=True)
    movement = fields.Integer(required=True, allow_none=True)
    neighbours = fields.List(fields.Nested(Row), required=True)
    excluded = fields.Nested(Excluded, required=True, allow_none=True)
    gained = fields.Nested(Gained, required=True)


DEFINITION = BoardDefinition()
STANDINGS = Standings()
PLACE = PlaceOf()


def plain(definition: dict[str, Any]) -> dict[str, Any]:
    """A loaded definition in the words in which it was written, with days as text again."""
    written: dict[str, Any] = DEFINITION.dump(definition)
    if "effective" in definition:
        written["effective"] = definition["effective"]
    return written
