"""Badges at an operator's desk: definitions are previewed, awards listed."""

import csv
import json
import sys

import click

from services.titles_and_badges import app
from services.titles_and_badges.cli import definitions
from services.titles_and_badges.cli.configuration import settings
from services.titles_and_badges.queries import awards as queries
from services.titles_and_badges.schemas import badges as schemas
from services.titles_and_badges.schemas import previews
from services.titles_and_badges.use_cases import defining, previewing
from shared.errors import NotFound

_PREVIEW = previews.Preview()
COLUMNS = ("badge", "member", "object", "level", "period", "awarded_at", "revoked_at")


@click.command("preview")
@click.argument("source")
@click.option("--community", required=True, metavar="SLUG")
@click.option("--badge", metavar="SLUG", help="One of the file's badges; without it, all of them.")
def preview(source: str, community: str, badge: str | None) -> None:
    """Say what the badges of a file would do, a line of JSON each: who gains, who loses, whom it tells, what it costs.

    Nothing is changed. The `id` in a line orders a recompute: {"recompute": ID, …} in the definition.
    """
    found = defining.check_file(definitions.read(source))
    app.connect(settings())
    if not queries.is_known(community):
        raise NotFound("community", community)
    for slug, definition in found.items():
        if badge in (None, slug):
            previewed = previewing.preview(community, slug, schemas.DEFINITION.load(definition))
            click.echo(json.dumps({"badge": slug, **_PREVIEW.dump(previewed)}, ensure_ascii=False))


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
