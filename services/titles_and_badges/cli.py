"""`laurel titles-and-badges …`: an operator's door."""

import csv
import json
import os
import sys
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from urllib.parse import urlsplit

import click
from marshmallow import ValidationError

from deploy import serving
from services.titles_and_badges import app, definitions, schemas
from services.titles_and_badges.queries import awards as queries
from services.titles_and_badges.use_cases import defining
from shared import clock, http
from shared.errors import Malformed, NotFound
from shared.settings import Settings, from_environment

COLUMNS = ("badge", "member", "object", "level", "period", "awarded_at", "revoked_at")


@click.group("titles-and-badges")
def titles_and_badges() -> None:
    """Run the service `titles-and-badges`, load badges, list awards."""


@titles_and_badges.command("api")
def api() -> None:
    """Serve HTTP (gunicorn)."""
    configuration = _settings()
    serving.serve(
        "services.titles_and_badges.app:create_api()",
        configuration.bind or urlsplit(configuration.titles_and_badges_url).netloc,
    )


@titles_and_badges.command("consume")
def consume() -> None:
    """Follow the events of other services."""
    app.run_consume(_settings())


@titles_and_badges.command("relay")
def relay() -> None:
    """Carry announcements to Kafka."""
    app.run_relay(_settings())


@titles_and_badges.command("jobs")
def jobs() -> None:
    """Recount what changed rules and profiles concern."""
    app.run_jobs(_settings())


@titles_and_badges.group("definitions")
def definitions_group() -> None:
    """Badges as data."""


@definitions_group.command("load")
@click.argument("source")
@click.option("--community", required=True, metavar="SLUG")
def load(source: str, community: str) -> None:
    """Load a file of definitions, or one that comes with Laurel by its name (community, stackexchange)."""
    found = _checked(defining.check_file(_read(source)))
    app.connect(_settings())
    if not queries.is_known(community):
        click.echo(f"The community {community} is not known here yet; its badges wait for it.", err=True)
    changed = defining.define(community, found, clock.now())
    click.echo(f"{len(found)} badges, {len(changed)} of them new or changed.")


@titles_and_badges.command("awards")
@click.option("--community", required=True, metavar="SLUG")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
def awards(community: str, form: str) -> None:
    """List every award, those revoked since too, in an order that does not change."""
    app.connect(_settings())
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


def _settings() -> Settings:
    return from_environment(os.environ)
