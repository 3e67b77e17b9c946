"""The HTTP door of `titles-and-badges`: parse, call one use case or query, render."""

from services.titles_and_badges.api import badges, members

BLUEPRINTS = (badges.blueprint, members.blueprint)

__all__ = ["BLUEPRINTS"]
