"""Programs, as requests and answers hold them."""

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, post_dump, post_load, validate, validates_schema

from services.referral.domain import durations
from services.referral.domain import programs as domain
from services.referral.domain.amending import Wanted
from services.referral.schemas import written
from shared import http

MOST_REWARDS = 20
MOST_TIERS = 10
MOST_PRODUCTS = 500
MOST_NAMED = 50
#: Longer than this no promise holds: ten years.
LONGEST = "3650d"
MOST_MONTHS = 1_200
MOST_GENERATIONS = 20

_LONGEST = validate.Range(max=durations.parse(LONGEST), error=f"At most {LONGEST} are wanted here.")
_SHARE = validate.Range(max=1, error="At most 100% are wanted here.")


class _Value(Schema):
    """What is read becomes a value of the domain; what was not said has the domain's own default."""

    kind: ClassVar[type]

    @post_load
    def make(self, data: Mapping[str, Any], **_: object) -> Any:  # noqa: ANN401
        """The value itself."""
        return self.kind(**data)


class _Names(fields.List[str]):
    """A set of names, in their order."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401
        super().__init__(fields.String(validate=written.is_slug), **options)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        return frozenset(super()._deserialize(value, attr, data, **kwargs))

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> list[str]:  # noqa: ANN401, ARG002
        return sorted(value)


class Tier(_Value):
    """From so many rewarded purchases of an advocate on, this in the place of the rule's own rate or amount."""

    kind = domain.Tier

    reached = written.number(1, required=True)
    rate = written.Rate(validate=_SHARE, allow_none=True)
    amount_minor = written.amount(1, allow_none=True)


class Product(_Value):
    """For one product this in the place of the rule's own rate or amount; with neither of them it pays nothing."""

    kind = domain.Product

    product = written.identifier(required=True)
    rate = written.Rate(validate=_SHARE, allow_none=True)
    amount_minor = written.amount(1, allow_none=True)


class Reward(_Value):
    """One rule of a program: either a `rate` of the `base`, or an `amount_minor` in a `currency`.

    `months` bounds for how long after the friend's first purchase later ones are rewarded too: 0 only the first, null
    for ever. A milestone is due when so many `friends` have bought. An upstream reward goes to so many `generations`
    above who recommended: 1 is his own advocate alone.
    """

    kind = domain.Reward

    name = written.slug(required=True)
    to = fields.Enum(domain.Beneficiary, by_value=True, required=True)
    on = fields.Enum(domain.Occasion, by_value=True)
    rate = written.Rate(validate=_SHARE, allow_none=True)
    base = fields.Enum(domain.Base, by_value=True)
    amount_minor = written.amount(1, allow_none=True)
    currency = written.currency(allow_none=True)
    months = written.number(0, MOST_MONTHS, allow_none=True)
    friends = written.number(1, allow_none=True)
    generations = written.number(1, MOST_GENERATIONS)
    tiers = fields.List(fields.Nested(Tier), validate=validate.Length(0, MOST_TIERS))
    products = fields.List(fields.Nested(Product), validate=validate.Length(0, MOST_PRODUCTS))

    @validates_schema
    def check(self, data: Mapping[str, Any], **_: object) -> None:
        """Refuse what cannot be computed, or compares a share with an amount."""
        rate, amount = data.get("rate"), data.get("amount_minor")
        if (rate is None) == (amount is None):
            _refuse("rate", "Either a rate or an amount_minor is wanted, and not both.")
        if (amount is None) != (data.get("currency") is None):
            _refuse("currency", "An amount has a currency, and a rate has that of the sale.")
        _check_occasion(data, by_rate=rate is not None)
        _check_tiers(data.get("tiers", ()), by_rate=rate is not None)
        _check_products(data.get("products", ()), by_rate=rate is not None)

    @post_load
    def make(self, data: Mapping[str, Any], **_: object) -> Any:  # noqa: ANN401
        """The rule, with its tiers as they cannot be changed."""
        lists = {name: tuple(data.get(name, ())) for name in ("tiers", "products")}
        return domain.Reward(**{**data, **lists})


class Caps(_Value):
    """The most that is owed, in minor units of each currency, and the most rewards; null: no bound."""

    kind = domain.Caps

    advocate_month_minor = written.amount(allow_none=True)
    advocate_month_rewards = written.number(0, allow_none=True)
    friend_minor = written.amount(allow_none=True)
    program_minor = written.amount(allow_none=True)


class Standing(_Value):
    """Whoever holds one of these badges or titles has another hold and other caps."""

    kind = domain.Standing

    badges = _Names(validate=validate.Length(0, MOST_NAMED))
    titles = _Names(validate=validate.Length(0, MOST_NAMED))
    hold = written.Span(validate=_LONGEST, allow_none=True)
    caps = fields.Nested(Caps, allow_none=True)


class Enrolment(_Value):
    """Whoever is awarded one of these becomes an advocate."""

    kind = domain.Enrolment

    badges = _Names(validate=validate.Length(0, MOST_NAMED))
    titles = _Names(validate=validate.Length(0, MOST_NAMED))


class Satisfaction(_Value):
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
    rewards = fields.List(fields.Nested(Reward), validate=validate.Length(0, MOST_REWARDS))
    caps = fields.Nested(Caps)
    standing = fields.Nested(Standing)
    enrolment = fields.Nested(Enrolment)
    satisfaction = fields.Nested(Satisfaction)
    holdout = written.Rate(validate=_SHARE)
    quiet = _Quiet()
    disclosure = fields.String(validate=validate.Length(0, written.LONGEST_TEXT))
    generations = written.number(1, MOST_GENERATIONS)

    @validates_schema
    def check_names(self, data: Mapping[str, Any], **_: object) -> None:
        """Refuse two rules of one name: a reward is known by it."""
        seen: set[str] = set()
        for index, each in enumerate(data.get("rewards", ())):
            if each.name in seen:
                raise ValidationError({"rewards": {index: {"name": ["There is another rule of this name."]}}})
            seen.add(each.name)


class Program(Terms):
    """A program. Changed terms make another version, which holds from `effective` on, without it from now on.

    What was bought before keeps the terms of its time. Nothing begins before `starts` or after `ends`.
    """

    name = fields.String(required=True, validate=validate.Length(1, written.LONGEST_NAME))
    starts = http.Moment(allow_none=True)
    ends = http.Moment(allow_none=True)
    effective = http.Moment()

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> Wanted:
        """What is wanted of the program."""
        about = {name: data.pop(name) for name in ("name", "starts", "ends", "effective") if name in data}
        if "currencies" in data:
            data["currencies"] = frozenset(data["currencies"])
        data["rewards"] = tuple(data.get("rewards", ()))
        return Wanted(**about, terms=domain.Terms(**data))


class ShownVersion(Program):
    """A version of a program, and from when on it holds."""

    slug = fields.String(required=True)
    version = fields.Integer(required=True)
    effective = http.Moment(required=True)

    @post_dump
    def order(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        """Sets in their order: the same program is written the same way."""
        return {**data, "currencies": sorted(data["currencies"])}


class ShownProgram(ShownVersion):
    """A program as it holds now; `state`: planned, running or ended."""

    state = fields.String(required=True)


class ProgramList(Schema):
    """All programs of a community."""

    items = fields.List(fields.Nested(ShownProgram), required=True)


class VersionList(Schema):
    """All versions of a program, in order of their dates."""

    items = fields.List(fields.Nested(ShownVersion), required=True)


def _check_occasion(data: Mapping[str, Any], *, by_rate: bool) -> None:
    on = data.get("on", domain.Occasion.PURCHASE)
    upstream = data["to"] is domain.Beneficiary.UPSTREAM if "to" in data else False
    if by_rate and on is not domain.Occasion.PURCHASE:
        _refuse("rate", "Only a purchase has a sale of which a rate can be taken.")
    if data.get("base") is domain.Base.REWARD and not (by_rate and upstream):
        _refuse("base", "Only the upstream's rate can be taken of the advocate's reward.")
    if (data.get("friends") is not None) != (on is domain.Occasion.MILESTONE):
        _refuse("friends", "A milestone says after how many friends it is due, and nothing else does.")
    if "months" in data and on is not domain.Occasion.PURCHASE:
        _refuse("months", "Only purchases come again.")


def _check_tiers(tiers: Any, *, by_rate: bool) -> None:  # noqa: ANN401
    reached = 0
    for index, tier in enumerate(tiers):
        if (tier.rate is not None) != by_rate or (tier.amount_minor is None) != by_rate:
            reason = "A tier has a rate where its rule has one, and an amount where that has one: shares and amounts"
            raise ValidationError({"tiers": {index: [f"{reason} cannot be compared."]}})
        if tier.reached <= reached:
            raise ValidationError(
                {"tiers": {index: {"reached": ["Each tier asks for more than the one before."]}}}
            )
        reached = tier.reached


def _check_products(products: Any, *, by_rate: bool) -> None:  # noqa: ANN401
    named = [each.product for each in products]
    for index, each in enumerate(products):
        if (each.amount_minor is not None and by_rate) or (each.rate is not None and not by_rate):
            reason = "A product has a rate where its rule has one, and an amount where that has one."
            raise ValidationError({"products": {index: [reason]}})
        if each.product in named[:index]:
            raise ValidationError({"products": {index: {"product": ["It is named above already."]}}})


def _refuse(field: str, reason: str) -> None:
    raise ValidationError({field: [reason]})
