"""The HTTP door of `referral`: parse, call one use case or query, render."""

from services.referral.api import (
    advocates,
    audit,
    budgets,
    links,
    payouts,
    programs,
)

#: A line a subject.
BLUEPRINTS = (
    advocates.blueprint,
    audit.blueprint,
    budgets.blueprint,
    links.blueprint,
    payouts.blueprint,
    programs.blueprint,
)

__all__ = ["BLUEPRINTS"]
