"""The HTTP door of `referral`: parse, call one use case or query, render."""

from services.referral.api import (
    advocates,
    audit,
    budgets,
    clicks,
    conversions,
    ledger,
    links,
    loops,
    payouts,
    programs,
    rewards,
    satisfaction,
)

#: A line a subject.
BLUEPRINTS = (
    advocates.blueprint,
    audit.blueprint,
    budgets.blueprint,
    conversions.blueprint,
    clicks.blueprint,
    ledger.blueprint,
    links.blueprint,
    loops.blueprint,
    payouts.blueprint,
    programs.blueprint,
    rewards.blueprint,
    satisfaction.blueprint,
)

__all__ = ["BLUEPRINTS"]
