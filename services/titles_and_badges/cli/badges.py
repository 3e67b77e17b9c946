"""Badges at an operator's desk: definitions are loaded, awards listed."""

import csv
import json
import sys
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

import click
from marshmallow import ValidationError

from services.titles_and_badges import app, definitions
from services.titles_and_badges.cli.configuration import settings
from services.titles_and_badges.queries import awards as queries
from services.titles_and_badges.schemas import badges as schemas
from services.titles_and_badges.use_cases import defining
from shared import clock, http
from shared.errors import Malformed, NotFound

COLUMNS = ("badge", "member", "object", "level", "period", "awarded_at", "revoked_at")


@click.group("definitions")
def definitions_group() -> None:
    """Badges as data."""


@definitions_group.command("load")
@click.argument("source")
@click.option("--community", required=True, metavar="SLUG")
def load(source: str, community: str) -> None:
    """Load a file of definitions, or one that comes with Laurel by its name (community, stackexchange)."""
    found = _checked(defining.check_file(_read(source)))
    app.connect(settings())
    if not queries.is_known(community):
        click.echo(f"The community {community} is not known here yet; its badges wait for it.", err=True)
    changed = defining.define(community, found, clock.now())
    click.echo(f"{len(found)} badges, {len(changed)} of them new or changed.")


@click.command("awards")
@click.option("--community", required=True, metavar="SLUG")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
def awards(community: str, form: str) -> None:
    """List every award, those revoked since too, in an order that does not change."""
    app.connect(settings())
    if not queries.is_known(community):
        raise NotFound("community", community)
    if form == "json":
        for row in queries.every(community):
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(queries.every(community))


def _checked(definitions_: Mapping[str, defining.Definition]) -> dict[str, defining.Definition]:
    """Definitions as the HTTP door would take them. Raises Invalid."""
    checked: dict[str, defining.Definition] = {}
    for index, (slug, definition) in enumerate(definitions_.items()):
        try:
            checked[slug] = schemas.DEFINITION.load(definition)
        except ValidationError as error:
            raise http.invalid(error, f"/badges/{index}") from error
    return checked


def _read(source: str) -> object:
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
