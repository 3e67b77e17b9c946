"""Links at an operator's desk."""

import csv
import json
import sys

import click

from services.referral import app
from services.referral.cli.configuration import settings
from services.referral.queries import advocates as queries
from services.referral.queries import communities
from services.referral.schemas import advocates as schemas

COLUMNS = ("code", "member", "program", "channel", "state", "url", "landing_url", "since", "until")
_LINK = schemas.Link()


@click.command("links")
@click.option("--community", required=True, metavar="SLUG")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
def links(community: str, form: str) -> None:
    """List every link, those that were rotated too, by code, with the community's own ids."""
    configuration = settings()
    app.connect(configuration)
    communities.need(community)
    rows = (_LINK.dump(each) for each in queries.every_link(community, configuration.links_url))
    if form == "json":
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    writer = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n", extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
