"""The HTTP door of `referral`: parse, call one use case or query, render."""

from services.referral.api import (
    advocates,
    attributions,
    audit,
    budgets,
    clicks,
    conversions,
    coupons,
    ledger,
    links,
    loops,
    members,
    payouts,
    programs,
    rewards,
    satisfaction,
)

#: A line a subject.
BLUEPRINTS = (
    advocates.blueprint,
    attributions.blueprint,
    audit.blueprint,
    budgets.blueprint,
    conversions.blueprint,
    coupons.blueprint,
    clicks.blueprint,
    ledger.blueprint,
    links.blueprint,
    loops.blueprint,
    members.blueprint,
    payouts.blueprint,
    programs.blueprint,
    rewards.blueprint,
    satisfaction.blueprint,
)

__all__ = ["BLUEPRINTS"]
