"""The HTTP door of `referral`: parse, call one use case or query, render."""

from services.referral.api import (
    advocates,
    audit,
    budgets,
    ledger,
    links,
    payouts,
    programs,
    rewards,
)

#: A line a subject.
BLUEPRINTS = (
    advocates.blueprint,
    audit.blueprint,
    budgets.blueprint,
    links.blueprint,
    payouts.blueprint,
    ledger.blueprint,
    programs.blueprint,
    rewards.blueprint,
)

__all__ = ["BLUEPRINTS"]
