"""Previews at an operator's desk, who has the time for all of them."""

import json
from typing import Any

import click
from marshmallow import Schema

from services.titles_and_badges import app
from services.titles_and_badges.cli import definitions
from services.titles_and_badges.cli.configuration import settings
from services.titles_and_badges.queries import awards as queries
from services.titles_and_badges.queries import previews as shown
from services.titles_and_badges.schemas import previews as schemas
from services.titles_and_badges.use_cases import previewing, previewing_boards, previewing_titles
from shared.errors import NotFound

_BADGE, _BOARD, _TITLE = schemas.Preview(), schemas.BoardPreview(), schemas.TitlePreview()
_TOP = 10


@click.command("preview")
@click.argument("source")
@click.option("--community", required=True, metavar="SLUG")
@click.option(
    "--badge", metavar="SLUG", help="One of the file's badges alone; without it, all that it defines."
)
@click.option("--months", default=1, show_default=True, help="Sealed months whose titles are looked at.")
def preview(source: str, community: str, badge: str | None, months: int) -> None:
    """Say what the definitions of a file would do, a line of JSON each.

    Of a badge who gains, who loses, whom it tells and what it costs; of a board who enters and leaves its top; of both
    boards and titles who would hold what of sealed months. Nothing is changed. The `id` in a badge's line orders a
    recompute: {"recompute": ID, …} in the definition.
    """
    written = definitions.checked(source)
    app.connect(settings())
    if not queries.is_known(community):
        raise NotFound("community", community)
    for slug, definition in written.badges.items():
        if badge in (None, slug):
            _say("badge", slug, _BADGE, previewing.preview(community, slug, definition))
    if badge is not None:
        return
    for slug, definition in written.boards.items():
        found = previewing_boards.preview(community, slug, definition, top=_TOP, months=months)
        _say("board", slug, _BOARD, shown.board(found))
    for slug, definition in written.titles.items():
        found = previewing_titles.preview(community, slug, definition, months=months)
        _say("title", slug, _TITLE, shown.title(found))


def _say(kind: str, slug: str, schema: Schema, found: dict[str, Any]) -> None:
    click.echo(json.dumps({kind: slug, **schema.dump(found)}, ensure_ascii=False))
