"""The door for people: web components, their forms without JavaScript, and pages to link to and to print."""

from services.titles_and_badges.widgets import assets

BLUEPRINTS = (assets.blueprint,)

__all__ = ["BLUEPRINTS"]
