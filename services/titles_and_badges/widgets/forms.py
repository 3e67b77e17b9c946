"""Each element without JavaScript: a page for a frame, and a picture. The parameters are the element's attributes."""

from typing import Any

from flask import Response, request

from services.titles_and_badges.queries import showing
from services.titles_and_badges.schemas import showing as schemas
from services.titles_and_badges.widgets import content, rendering, standings

blueprint = rendering.blueprint("forms")

_PATH = "/widgets/v1/{}.<any(html,svg):form>"


@blueprint.get(_PATH.format("badges"))
def badges(form: str) -> Response:
    """What a member holds and what is next, or the community's latest."""
    asked = schemas.FORM.load(request.args)
    community = showing.opened(asked["community"])
    return _form(
        "badges",
        form,
        asked,
        community,
        content.badges(community["slug"], asked["member"], asked["rows"] or 5),
    )


@blueprint.get(_PATH.format("leaderboard"))
def leaderboard(form: str) -> Response:
    """The best of a board's period, and a member's own place."""
    asked = schemas.BOARD_FORM.load(request.args)
    community = showing.opened(asked["community"])
    named = {name: asked[name] for name in ("window", "period", "member", "rows")}
    shown = standings.board(community["slug"], asked["board"], **named)
    return _form("leaderboard", form, asked, community, shown)


@blueprint.get(_PATH.format("title"))
def title(form: str) -> Response:
    """Who holds the titles of a month, or one of them."""
    asked = schemas.TITLE_FORM.load(request.args)
    community = showing.opened(asked["community"])
    shown = standings.title(community["slug"], asked["slug"], asked["period"], asked["rows"] or 6)
    return _form("title", form, asked, community, shown, slug=asked["slug"])


def _form(name: str, form: str, asked: Any, community: Any, shown: Any, **more: Any) -> Response:  # noqa: ANN401
    reader = rendering.reader(asked["lang"], community)
    return rendering.page(
        f"{name}.{form}", reader, frames=community["origins"], community=community, shown=shown, **more
    )
