"""What is due, to whom and how much: a pure function of the terms, the attributions, the orders and their refunds.

Terms are those of the moment of the order, for ever. An order that was refunded as a whole never happened: the next
one is the friend's first purchase. What was released already stays the first one, whatever comes late.
"""

import calendar
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from services.referral.domain import money
from services.referral.domain.programs import Base, Beneficiary, Caps, Occasion, Product, Reward, Terms
from services.referral.domain.reasons import Reason

_MONTHS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """To whom a join or an order is attributed: the program with its terms of that moment, and the advocate.

    `above` are his own advocate, and that one's, and so on. `rates` are what was agreed with him alone, by rule.
    `trusted` says whether the advocate holds what the program's standing asks for.
    """

    program: str
    version: int
    terms: Terms
    advocate: str
    above: tuple[str, ...] = ()
    trusted: bool = False
    rates: Mapping[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """So many pieces of a product in an order, and what all of them cost."""

    product: str
    amount_minor: int
    quantity: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """A join or an order of a friend, and what became of it.

    `items` may say what of it is which product; the rest is none in particular. `refunded_minor` is the sum of the
    refunds that stand. `position` is the how many-th rewarded purchase of the advocate it is, as it was decided once.
    `released`: what only the first purchase earns was released for it. Not `qualifies`: unfit for whoever was named.
    """

    subject: str
    occasion: Occasion
    at: datetime
    credit: Credit | None = None
    amount_minor: int = 0
    currency: str = ""
    quantity: int = 1
    items: tuple[Item, ...] = ()
    refunded_minor: int = 0
    position: int = 1
    released: bool = False
    qualifies: bool = True

    @property
    def stands(self) -> bool:
        """Whether anything of it is left."""
        return not self.amount_minor or self.refunded_minor < self.amount_minor


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A reward as the terms promise it, before caps. `generation`: how far above who recommended; 0 is himself."""

    program: str
    version: int
    rule: str
    to: Beneficiary
    generation: int
    occasion: Occasion
    subject: str
    member: str
    currency: str
    amount_minor: int
    at: datetime
    friends: int | None = None


def due(friend: str, conversions: Sequence[Conversion]) -> tuple[Due, ...]:
    """What is due for all that a friend did, in order of time; but for milestones, which depend on other friends."""
    first = first_purchase(conversions)
    in_order = sorted(conversions, key=lambda each: (each.at, each.subject))
    return tuple(found for each in in_order for found in _of_conversion(friend, each, first))


def identifier(community: str, reward: Due) -> str:
    """The id of a reward: what it is for and whom it goes to, so that it is owed once."""
    named = [
        community,
        reward.program,
        reward.rule,
        reward.to,
        reward.generation,
        reward.member,
        reward.subject,
    ]
    return hashlib.sha256(json.dumps(named).encode()).hexdigest()[:32]


def first_purchase(conversions: Sequence[Conversion]) -> Conversion | None:
    """The first purchase of a friend: of those that stand and are not too small, the earliest.

    What he bought before anybody recommended anything counts too: who was a customer is no new one. What is unfit does
    not, whether somebody is credited with it or was only named.
    """
    began = min((each.at for each in conversions if each.credit is not None), default=None)
    bought = [
        each
        for each in conversions
        if each.occasion is Occasion.PURCHASE
        and each.stands
        and each.qualifies
        and unfit(each) is None
        and (each.credit is not None or began is None or each.at < began)
    ]
    return min(bought, key=lambda each: (not each.released, each.at, each.subject), default=None)


def unfit(conversion: Conversion) -> Reason | None:
    """Why the terms give nothing for an order; None where they do."""
    if conversion.credit is None or conversion.occasion is not Occasion.PURCHASE:
        return None
    if (terms := conversion.credit.terms).currencies and conversion.currency not in terms.currencies:
        return Reason.NOT_APPLICABLE
    return Reason.CONDITION_NOT_MET if conversion.amount_minor < terms.least_order_minor else None


def counts(conversion: Conversion) -> bool:
    """Whether an order is one of the purchases of its advocate, for tiers and milestones."""
    bought = conversion.occasion is Occasion.PURCHASE and conversion.credit is not None
    return bought and conversion.stands and unfit(conversion) is None


def held_until(at: datetime, credit: Credit) -> datetime:
    """Until when what is due for something of this moment waits: never shorter than a late click may take."""
    standing = credit.terms.standing
    hold = standing.hold if credit.trusted and standing.hold is not None else credit.terms.hold
    return at + max(hold, credit.terms.grace)


def value_date(at: datetime, credit: Credit) -> datetime:
    """Since when what is due for something of this moment counts for a month, whenever we were told.

    Good standing hurries nothing into a month before it.
    """
    return held_until(at, replace(credit, trusted=False))


def caps(credit: Credit) -> Caps:
    """The caps that bind an advocate."""
    standing = credit.terms.standing
    return standing.caps if credit.trusted and standing.caps is not None else credit.terms.caps


def within(rule: Reward, conversion: Conversion, first: Conversion | None) -> bool:
    """Whether a rule still rewards an order: the first purchase, and others for so many months after it."""
    if first is None or conversion.subject == first.subject or rule.months is None:
        return True
    return rule.months > 0 and conversion.at < later(first.at, rule.months)


def later(moment: datetime, months: int) -> datetime:
    """So many months later; the last day of a month that is shorter."""
    year, month = divmod(moment.month - 1 + months, _MONTHS)
    last = calendar.monthrange(moment.year + year, month + 1)[1]
    return moment.replace(year=moment.year + year, month=month + 1, day=min(moment.day, last))


def _of_conversion(friend: str, conversion: Conversion, first: Conversion | None) -> Iterator[Due]:
    credit = conversion.credit
    if credit is None or not conversion.stands or unfit(conversion) is not None:
        return
    rules = [
        rule
        for rule in credit.terms.rewards
        if rule.on is conversion.occasion
        and (rule.on is not Occasion.PURCHASE or within(rule, conversion, first))
    ]
    own: dict[str, int] = defaultdict(int)
    for rule in rules:
        if rule.to is Beneficiary.ADVOCATE:
            found = _due(rule, conversion, credit, credit.advocate, _amount(rule, conversion, {}))
            own[found.currency] += found.amount_minor
            yield from _if_any(found)
    for rule in rules:
        if rule.to is Beneficiary.FRIEND:
            yield from _if_any(_due(rule, conversion, credit, friend, _amount(rule, conversion, own)))
        elif rule.to is Beneficiary.UPSTREAM:
            amount, most = _amount(rule, conversion, own), min(rule.generations, credit.terms.generations)
            for generation, member in enumerate(others_above(credit, friend)[:most], start=1):
                yield from _if_any(_due(rule, conversion, credit, member, amount, generation))


def others_above(credit: Credit, friend: str) -> list[str]:
    """Who stands above the advocate. Two of a tree may have become one: nobody stands above himself."""
    return [each for each in dict.fromkeys(credit.above) if each not in {credit.advocate, friend}]


def _amount(rule: Reward, conversion: Conversion, own: Mapping[str, int]) -> int:
    """A rate ignores the quantity, a fixed amount multiplies it. All of an order is rounded once."""
    usual = _usual(rule, conversion)
    if rule.base is Base.REWARD and usual.rate is not None:
        return money.share(own.get(conversion.currency, 0), usual.rate)
    special = {each.product: each for each in rule.products}
    parts = [*conversion.items, _rest(conversion)]
    return money.rounded(sum((_part(each, usual, special.get(each.product)) for each in parts), Fraction(0)))


class _Usual(NamedTuple):
    """The rate or the amount of what is no special product; `agreed` with the advocate alone, it beats products too."""

    rate: Fraction | None
    amount_minor: int | None
    agreed: bool = False


def _usual(rule: Reward, conversion: Conversion) -> _Usual:
    agreed = conversion.credit.rates.get(rule.name) if conversion.credit is not None else None
    if agreed is not None and rule.to is Beneficiary.ADVOCATE:
        return _Usual(agreed, None, agreed=True)
    tier = max(
        (each for each in rule.tiers if each.reached <= conversion.position),
        key=lambda each: each.reached,
        default=None,
    )
    return _Usual(*((rule.rate, rule.amount_minor) if tier is None else (tier.rate, tier.amount_minor)))


def _part(item: Item, usual: _Usual, special: Product | None) -> Fraction:
    if special is not None and special.rate is None and special.amount_minor is None:
        return Fraction(0)
    if special is None or usual.agreed:
        rate, fixed = usual.rate, usual.amount_minor
    else:
        rate, fixed = special.rate, special.amount_minor
    return Fraction((fixed or 0) * item.quantity) if rate is None else item.amount_minor * rate


def _rest(conversion: Conversion) -> Item:
    """What of an order is no product in particular: all of it, or the delivery."""
    return Item(
        product="",
        amount_minor=conversion.amount_minor - sum(each.amount_minor for each in conversion.items),
        quantity=max(0, conversion.quantity - sum(each.quantity for each in conversion.items)),
    )


def _due(
    rule: Reward, conversion: Conversion, credit: Credit, member: str, amount_minor: int, generation: int = 0
) -> Due:
    fixed = rule.rate is None and rule.currency is not None
    return Due(
        program=credit.program,
        version=credit.version,
        rule=rule.name,
        to=rule.to,
        generation=generation,
        occasion=conversion.occasion,
        subject=conversion.subject,
        member=member,
        currency=rule.currency or "" if fixed else conversion.currency,
        amount_minor=min(amount_minor, money.MOST),  # very many pieces: more than a ledger can sum
        at=conversion.at,
    )


def _if_any(found: Due) -> Iterator[Due]:
    if found.amount_minor > 0:
        yield found
