"""Programs, as requests and answers hold them."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, post_dump, post_load, validate, validates_schema

from services.referral.domain import durations
from services.referral.domain import programs as domain
from services.referral.domain.amending import Wanted
from services.referral.schemas import rules, written
from services.referral.schemas.rules import Value
from shared import http

MOST_REWARDS = 20
MOST_NAMED = 50
#: Longer than this no promise holds: ten years.
LONGEST = "3650d"

_LONGEST = validate.Range(max=durations.parse(LONGEST), error=f"At most {LONGEST} are wanted here.")


class _Names(fields.List[str]):
    """A set of names, in their order."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(fields.String(validate=written.is_slug), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        return frozenset(super()._deserialize(value, attr, data, **kwargs))

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[str]:  # noqa: ANN401, ARG002
        return sorted(value)


class Caps(Value):
    """The most that is owed, in minor units of each currency, and the most rewards; null: no bound."""

    kind = domain.Caps

    advocate_month_minor = written.amount(allow_none=True)
    advocate_month_rewards = written.number(0, allow_none=True)
    friend_minor = written.amount(allow_none=True)
    program_minor = written.amount(allow_none=True)


class Standing(Value):
    """Whoever holds one of these badges or titles has another hold and other caps."""

    kind = domain.Standing

    badges = _Names(validate=validate.Length(0, MOST_NAMED))
    titles = _Names(validate=validate.Length(0, MOST_NAMED))
    hold = written.Span(validate=_LONGEST, allow_none=True)
    caps = fields.Nested(Caps, allow_none=True)


class Enrolment(Value):
    """Whoever is awarded one of these becomes an advocate."""

    kind = domain.Enrolment

    badges = _Names(validate=validate.Length(0, MOST_NAMED))
    titles = _Names(validate=validate.Length(0, MOST_NAMED))


class Satisfaction(Value):
    """From which answer on a friend may become an advocate himself: NPS of 0 to 10, CSAT of 1 to 5."""

    kind = domain.Satisfaction

    nps = written.number(0, 10)
    csat = written.number(1, 5)


class _Quiet(fields.Field[Any]):
    """Between these two times of the community's day nobody is invited."""

    def __init__(self) -> None:
        described = {name: {"type": "string"} for name in ("from", "until")}
        super().__init__(allow_none=True, metadata={"type": "object", "properties": described})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ANN401, ARG002
        read = _BETWEEN.load(value)
        if read["since"] == read["until"]:
            raise ValidationError({"until": ["Quiet hours end at another time than they begin."]})
        return (read["since"], read["until"])

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:  # noqa: ANN401, ARG002
        return None if value is None else _BETWEEN.dump({"since": value[0], "until": value[1]})


class _Between(Schema):
    since = written.TimeOfDay(required=True, data_key="from")
    until = written.TimeOfDay(required=True)


_BETWEEN = _Between()


class Terms(Schema):
    """What one version of a program says.

    `window`: for so long before a join or an order a click counts. `grace`: for so long after it a late click may
    still change who is rewarded. `hold`: for so long a reward waits. `least_order_minor`: below it an order earns
    nothing; `currencies`: only orders in these do, in all where none is named. `holdout`: the share of satisfied
    members who are not invited, to compare with. `generations`: how far down the tree is shown.
    """

    landing_url = written.page(required=True)
    model = fields.Enum(domain.Model, by_value=True)
    window = written.Span(validate=_LONGEST)
    grace = written.Span(validate=_LONGEST)
    hold = written.Span(validate=_LONGEST)
    least_order_minor = written.amount()
    currencies = fields.List(written.currency(), validate=validate.Length(0, MOST_NAMED))
    rewards = fields.List(fields.Nested(rules.Reward), validate=validate.Length(0, MOST_REWARDS))
    caps = fields.Nested(Caps)
    standing = fields.Nested(Standing)
    enrolment = fields.Nested(Enrolment)
    satisfaction = fields.Nested(Satisfaction)
    holdout = written.Rate(validate=rules.SHARE)
    quiet = _Quiet()
    disclosure = fields.String(validate=validate.Length(0, written.LONGEST_TEXT))
    generations = written.number(1, rules.MOST_GENERATIONS)

    @validates_schema
    def check_names(self, data: Mapping[str, Any], **_: object) -> None:
        """Refuse two rules of one name: a reward is known by it."""
        seen: set[str] = set()
        for index, each in enumerate(data.get("rewards", ())):
            if each.name in seen:
                raise ValidationError({"rewards": {index: {"name": ["There is another rule of this name."]}}})
            seen.add(each.name)


class Program(Terms):
    """A program. Nothing begins before `starts` or after `ends`.

    Changed terms make another version, which holds from `effective` on; without it, or with `version` and `effective`
    as they were shown, from now on. What was bought before keeps the terms of its time.
    """

    name = fields.String(required=True, validate=validate.Length(1, written.LONGEST_NAME))
    starts = http.Moment(allow_none=True)
    ends = http.Moment(allow_none=True)
    effective = http.Moment()

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> Wanted:
        """What is wanted of the program."""
        about = {name: data.pop(name) for name in ("name", "starts", "ends", "effective") if name in data}
        shown = data.pop("version", None)
        if "currencies" in data:
            data["currencies"] = frozenset(data["currencies"])
        data["rewards"] = tuple(data.get("rewards", ()))
        return Wanted(**about, shown=shown, terms=domain.Terms(**data))


class ProgramWanted(Program):
    """A program as it is to be; what `GET` shows can be sent back, with whatever is to be otherwise."""

    slug = http.ReadOnly()
    state = http.ReadOnly()
    planned = http.ReadOnly()
    version = fields.Integer(
        strict=True,
        metadata={"description": "Of what `GET` showed: with it, `effective` may stay as it was shown."},
    )


class ShownVersion(Program):
    """A version of a program, and from when on it holds."""

    slug = fields.String(required=True)
    version = fields.Integer(required=True)
    effective = http.Moment(required=True)

    @post_dump
    def order(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        """Sets in their order: the same program is written the same way."""
        return {**data, "currencies": sorted(data["currencies"])}


class PlannedVersion(Schema):
    """A version that has not begun: `…/versions` says its terms."""

    version = fields.Integer(required=True)
    effective = http.Moment(required=True)


class ShownProgram(ShownVersion):
    """A program as it holds now; `state`: planned, running or ended. `planned`: the versions that come after it."""

    state = fields.String(required=True)
    planned = fields.List(fields.Nested(PlannedVersion), required=True)


class ProgramList(Schema):
    """All programs of a community."""

    items = fields.List(fields.Nested(ShownProgram), required=True)


class VersionList(Schema):
    """All versions of a program, in order of their dates."""

    items = fields.List(fields.Nested(ShownVersion), required=True)
