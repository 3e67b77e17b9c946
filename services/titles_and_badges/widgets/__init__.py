"""The door for people: web components, their forms without JavaScript, and pages to link to and to print."""

from services.titles_and_badges.widgets import assets, forms, pages

BLUEPRINTS = (assets.blueprint, forms.blueprint, pages.blueprint)

__all__ = ["BLUEPRINTS"]
