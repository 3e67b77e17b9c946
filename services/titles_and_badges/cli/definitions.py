"""Definitions at an operator's desk: files of badges, boards and titles are loaded."""

import json
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import click
from marshmallow import Schema, ValidationError

from services.titles_and_badges import app, definitions
from services.titles_and_badges.cli.configuration import settings
from services.titles_and_badges.queries import awards as queries
from services.titles_and_badges.schemas import badges as badge_schemas
from services.titles_and_badges.schemas import boards as board_schemas
from services.titles_and_badges.schemas import titles as title_schemas
from services.titles_and_badges.use_cases import defining, defining_boards, defining_titles
from shared import clock, http
from shared.errors import Malformed


@click.group("definitions")
def definitions_group() -> None:
    """Badges, boards and titles as data."""


@definitions_group.command("load")
@click.argument("source")
@click.option("--community", required=True, metavar="SLUG")
def load(source: str, community: str) -> None:
    """Load a file of definitions, or one that comes with Laurel by its name (community, commits, stackexchange)."""
    badges, boards, titles = checked(source)
    app.connect(settings())
    if not queries.is_known(community):
        click.echo(f"The community {community} is not known here yet; its badges wait for it.", err=True)
    changed = defining.define(community, badges, clock.now())
    _say("badges", len(badges), len(changed))
    if boards:
        _say("boards", len(boards), len(defining_boards.define(community, boards, clock.now())))
    if titles:
        _say("titles", len(titles), len(defining_titles.define(community, titles, clock.now())))


class Written(NamedTuple):
    """What a file defines, by slugs, as the use cases take it."""

    badges: dict[str, dict[str, Any]]
    boards: dict[str, dict[str, Any]]
    titles: dict[str, dict[str, Any]]


def checked(source: str) -> Written:
    """The definitions of a file, or of one that comes with Laurel. Raises Malformed, Conflict or Invalid."""
    written = read(source)
    badges = _checked(defining.check_file(written), "badges", badge_schemas.DEFINITION)
    boards = _checked(defining_boards.check_file(written), "boards", board_schemas.DEFINITION)
    return Written(
        badges=badges,
        boards={slug: board_schemas.plain(definition) for slug, definition in boards.items()},
        titles=_checked(defining_titles.check_file(written), "titles", title_schemas.TITLE),
    )


def read(source: str) -> object:
    """The JSON of a file, or of one that comes with Laurel. Raises Malformed."""
    path = Path(source)
    packaged = resources.files(definitions) / f"{source}.json"
    if not path.is_file() and not packaged.is_file():
        message = f"There is no file {source}, and no definitions of that name come with Laurel."
        raise Malformed(message)
    try:
        return json.loads((path if path.is_file() else packaged).read_text(encoding="utf-8"))
    except ValueError as error:
        message = f"{source} is not JSON: {error}"
        raise Malformed(message) from error


def _checked(found: Mapping[str, Mapping[str, Any]], part: str, schema: Schema) -> dict[str, dict[str, Any]]:
    """Definitions as the HTTP door would take them. Raises Invalid."""
    checked: dict[str, dict[str, Any]] = {}
    for index, (slug, definition) in enumerate(found.items()):
        try:
            checked[slug] = schema.load(definition)
        except ValidationError as error:
            raise http.invalid(error, f"/{part}/{index}") from error
    return checked


def _say(part: str, count: int, changed: int) -> None:
    click.echo(f"{count} {part}, {changed} of them new or changed.")
