"""Links at an operator's desk."""

import click

from services.referral.cli.configuration import connect
from services.referral.queries import advocates as queries
from services.referral.schemas import advocates as schemas
from shared import printing

COLUMNS = ("code", "member", "program", "channel", "state", "url", "landing_url", "since", "until")
_LINK = schemas.Link()


@click.command("links")
@click.option("--community", required=True, metavar="SLUG")
@printing.form
def links(community: str, form: str) -> None:
    """List every link, those that were rotated too, by code, with the community's own ids."""
    configuration = connect(community)
    rows = (_LINK.dump(each) for each in queries.every_link(community, configuration.links_url))
    printing.say(COLUMNS, rows, form)
