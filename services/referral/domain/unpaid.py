"""What gives nothing, and why: for whoever asks where his reward is."""

from collections.abc import Sequence
from typing import NamedTuple

from services.referral.domain.programs import Beneficiary, Occasion, Reward
from services.referral.domain.reasons import Reason
from services.referral.domain.rewards import (
    Conversion,
    Credit,
    due,
    first_purchase,
    others_above,
    unfit,
    within,
)


class Unpaid(NamedTuple):
    """A rule that gives nothing for something that somebody is credited with, and why."""

    rule: str
    to: Beneficiary
    reason: Reason


def unpaid(friend: str, conversions: Sequence[Conversion]) -> dict[str, tuple[Unpaid, ...]]:
    """What each thing that somebody is credited with does not earn, and why: subject → its rules that give nothing."""
    first = first_purchase(conversions)
    paid = {(each.subject, each.rule) for each in due(friend, conversions)}
    return {
        each.subject: tuple(
            Unpaid(rule.name, rule.to, _why(rule, each, each.credit, first, friend))
            for rule in each.credit.terms.rewards
            if rule.on is each.occasion and (each.subject, rule.name) not in paid
        )
        for each in conversions
        if each.credit is not None
    }


def _why(
    rule: Reward, conversion: Conversion, credit: Credit, first: Conversion | None, friend: str
) -> Reason:
    if not conversion.stands:
        return Reason.REFUNDED
    if (misfit := unfit(conversion)) is not None:
        return misfit
    if conversion.occasion is Occasion.PURCHASE and not within(rule, conversion, first):
        return Reason.MONTHS_ARE_OVER if rule.months else Reason.NOT_THE_FIRST_PURCHASE
    if rule.to is Beneficiary.UPSTREAM and not others_above(credit, friend):
        return Reason.NOBODY_ABOVE
    return Reason.COMES_TO_NOTHING
