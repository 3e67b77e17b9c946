"""Pages to link to and to print: a member's, and a month's."""

from flask import Response, request

from services.titles_and_badges.queries import showing
from services.titles_and_badges.widgets import content, rendering, standings

blueprint = rendering.blueprint("pages_of_people")

LANGUAGES = (("en", "English"), ("uk", "Українська"), ("ru", "Русский"))


@blueprint.get("/pages/<id:slug>/members/<id:member>")
def show_member(slug: str, member: str) -> Response:
    """What a member is recognised for, and why."""
    community = showing.opened(slug)
    reader = rendering.reader(request.args.get("lang"), community)
    shown = content.member(slug, member)
    return rendering.page("member.html", reader, community=community, languages=LANGUAGES, **shown)


@blueprint.get("/pages/<id:slug>/months/<id:period>")
def show_month(slug: str, period: str) -> Response:
    """A sealed month: these people carried us, and why."""
    community = showing.opened(slug)
    reader = rendering.reader(request.args.get("lang"), community)
    shown = standings.month(slug, period)
    return rendering.page("month.html", reader, community=community, languages=LANGUAGES, **shown)
