"""The HTTP door of `titles-and-badges`: parse, call one use case or query, render."""

from services.titles_and_badges.api import badges, boards, credentials, holds, members, showing, titles

BLUEPRINTS = (
    badges.blueprint,
    boards.blueprint,
    holds.blueprint,
    members.blueprint,
    showing.blueprint,
    titles.blueprint,
)
PAGES = (credentials.blueprint,)

__all__ = ["BLUEPRINTS", "PAGES"]
