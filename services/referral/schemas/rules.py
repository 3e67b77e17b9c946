"""The rules of a program, as requests and answers hold them: who gets what, for what."""

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from services.referral.domain import programs as domain
from services.referral.schemas import written

MOST_TIERS = 10
MOST_PRODUCTS = 500
MOST_MONTHS = 1_200
MOST_GENERATIONS = 20
#: Of a whole.
SHARE = validate.Range(max=1, error="At most 100% are wanted here.")


class Value(Schema):
    """What is read becomes a value of the domain; what was not said has the domain's own default."""

    kind: ClassVar[type]

    @post_load
    def make(self, data: Mapping[str, Any], **_: object) -> Any:  # noqa: ANN401
        """The value itself."""
        return self.kind(**data)


class Tier(Value):
    """From so many rewarded purchases of an advocate on, this in the place of the rule's own rate or amount."""

    kind = domain.Tier

    reached = written.number(1, required=True)
    rate = written.Rate(validate=SHARE, allow_none=True)
    amount_minor = written.amount(1, allow_none=True)


class Product(Value):
    """For one product this in the place of the rule's own rate or amount; with neither of them it pays nothing."""

    kind = domain.Product

    product = written.identifier(required=True)
    rate = written.Rate(validate=SHARE, allow_none=True)
    amount_minor = written.amount(1, allow_none=True)


class Reward(Value):
    """One rule of a program: either a `rate` of the `base`, or an `amount_minor` in a `currency`.

    `months` bounds for how long after the friend's first purchase later ones are rewarded too: 0 only the first, null
    for ever. A milestone is due when so many `friends` have bought. An upstream reward goes to so many `generations`
    above who recommended: 1 is his own advocate alone. No reward is more than 1,000,000,000,000 minor units, whatever
    the quantity.
    """

    kind = domain.Reward

    name = written.slug(required=True)
    to = fields.Enum(domain.Beneficiary, by_value=True, required=True)
    on = fields.Enum(domain.Occasion, by_value=True)
    rate = written.Rate(validate=SHARE, allow_none=True)
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


def _check_occasion(data: Mapping[str, Any], *, by_rate: bool) -> None:
    on = data.get("on", domain.Occasion.PURCHASE)
    to = data.get("to", domain.Beneficiary.ADVOCATE)
    if by_rate and on is not domain.Occasion.PURCHASE:
        _refuse("rate", "Only a purchase has a sale of which a rate can be taken.")
    if data.get("base") is domain.Base.REWARD and not (by_rate and to is domain.Beneficiary.UPSTREAM):
        _refuse("base", "Only the upstream's rate can be taken of the advocate's reward.")
    if (data.get("friends") is not None) != (on is domain.Occasion.MILESTONE):
        _refuse("friends", "A milestone says after how many friends it is due, and nothing else does.")
    if on is domain.Occasion.MILESTONE and to is not domain.Beneficiary.ADVOCATE:
        _refuse("to", "A milestone is the advocate's: his friends are counted, and he gets it.")
    # 0 is what every other rule is shown with.
    if data.get("months", 0) != 0 and on is not domain.Occasion.PURCHASE:
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
