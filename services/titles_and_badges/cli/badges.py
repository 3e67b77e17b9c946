"""Badges at an operator's desk: awards are listed."""

import csv
import json
import sys

import click

from services.titles_and_badges import app
from services.titles_and_badges.cli.configuration import settings
from services.titles_and_badges.queries import awards as queries
from shared.errors import NotFound

COLUMNS = ("badge", "member", "object", "level", "period", "awarded_at", "revoked_at")


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
