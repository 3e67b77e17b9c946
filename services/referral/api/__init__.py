"""The HTTP door of `referral`: parse, call one use case or query, render."""

from services.referral.api import (
    programs,
)

#: A line a subject.
BLUEPRINTS = (programs.blueprint,)

__all__ = ["BLUEPRINTS"]
