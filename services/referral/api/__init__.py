"""The HTTP door of `referral`: parse, call one use case or query, render."""

from services.referral.api import (
    audit,
    budgets,
    programs,
)

#: A line a subject.
BLUEPRINTS = (
    audit.blueprint,
    budgets.blueprint,
    programs.blueprint,
)

__all__ = ["BLUEPRINTS"]
