"""Each element without JavaScript: a page for a frame, and a picture. The parameters are the element's attributes."""

from typing import Any

from flask import Response, request

from services.titles_and_badges.queries import showing
from services.titles_and_badges.schemas import showing as schemas
from services.titles_and_badges.widgets import content, rendering

blueprint = rendering.blueprint("forms")


@blueprint.get("/widgets/v1/badges.<any(html,svg):form>")
def badges(form: str) -> Response:
    """What a member holds and what is next, or the community's latest."""
    asked = schemas.FORM.load(request.args)
    community = showing.opened(asked["community"])
    shown = content.badges(community["slug"], asked["member"], asked["rows"] or 5)
    return _form("badges", form, community, asked, shown=shown)


def _form(name: str, form: str, community: Any, asked: Any, **more: Any) -> Response:  # noqa: ANN401
    reader = rendering.reader(asked["lang"], community)
    return rendering.page(f"{name}.{form}", reader, frames=community["origins"], community=community, **more)
