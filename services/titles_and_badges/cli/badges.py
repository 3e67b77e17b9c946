"""Badges at an operator's desk: awards are listed."""

import click

from services.titles_and_badges import app
from services.titles_and_badges.cli.configuration import settings
from services.titles_and_badges.queries import awards as queries
from shared import printing
from shared.errors import NotFound

COLUMNS = ("badge", "member", "object", "level", "period", "awarded_at", "revoked_at")


@click.command("awards")
@click.option("--community", required=True, metavar="SLUG")
@printing.form
def awards(community: str, form: str) -> None:
    """List every award, those revoked since too, in an order that does not change."""
    app.connect(settings())
    if not queries.is_known(community):
        raise NotFound("community", community)
    printing.say(COLUMNS, queries.every(community), form)
