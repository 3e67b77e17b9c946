"""The HTTP door of `activity`: parse, call one use case, render."""

from services.activity.api import activities, members

BLUEPRINTS = (activities.blueprint, members.blueprint, members.communities)

__all__ = ["BLUEPRINTS"]
