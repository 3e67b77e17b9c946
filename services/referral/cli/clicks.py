"""Clicks, and the keys of their visitors, at an operator's desk."""

import click

from services.referral import app
from services.referral.cli.configuration import connect, settings
from services.referral.queries import clicks as queries
from services.referral.use_cases import click_keys
from shared import clock, printing
from shared.errors import Fault

COLUMNS = ("time", "id", "link", "program", "advocate", "channel", "class", "reason", "kind")


@click.command("clicks")
@click.option("--community", required=True, metavar="SLUG")
@printing.form
def clicks(community: str, form: str) -> None:
    """List clicks, the latest first, with what each was and why."""
    connect(community)
    rows = (
        {name: clock.text(row[name]) if name == "time" else row[name] for name in COLUMNS}
        for row in queries.every(community)
    )
    printing.say(COLUMNS, rows, form)


@click.command("forget-clicks")
@click.argument("keys", nargs=-1, required=True, metavar="KEY...")
def forget_clicks(keys: tuple[str, ...]) -> None:
    """Destroy keys such as address/2026-11 or visitor/2026: nobody can tell any more whose clicks were whose.

    Exit code 1 where there is no key of some name; the others are destroyed all the same.
    """
    app.connect(settings())
    count = click_keys.destroy(keys, clock.now())
    click.echo(f"{count} of {len(keys)} keys are destroyed.")
    if unknown := click_keys.unknown(keys):
        message = f"There is no key of the name {', '.join(map(repr, unknown))}."
        raise Fault(message)
