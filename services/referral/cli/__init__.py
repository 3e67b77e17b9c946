"""`laurel referral …`: an operator's door."""

from urllib.parse import urlsplit

import click

from deploy import serving
from services.referral import app
from services.referral.cli import (
    clicks,
    conversions,
    ledger,
    links,
    loops,
    payouts,
)
from services.referral.cli.configuration import settings


@click.group("referral")
def referral() -> None:
    """Run the service `referral`, list links, conversions, loops and the ledger."""


@referral.command("api")
def api() -> None:
    """Serve HTTP (gunicorn)."""
    configuration = settings()
    configuration.need_member_key()
    configuration.need_click_keys()
    configuration.need_spool()
    serving.serve(
        "services.referral.app:create_api()",
        configuration.bind or urlsplit(configuration.referral_url).netloc,
    )


@referral.command("consume")
def consume() -> None:
    """Follow the events of other services."""
    app.run_consume(settings())


@referral.command("relay")
def relay() -> None:
    """Carry announcements to Kafka."""
    app.run_relay(settings())


@referral.command("jobs")
def jobs() -> None:
    """Release what was held long enough, and do what marks ask for."""
    app.run_jobs(settings())


referral.add_command(clicks.clicks)
referral.add_command(clicks.forget_clicks)
referral.add_command(conversions.conversions)
referral.add_command(conversions.what_if)
referral.add_command(ledger.ledger)
referral.add_command(ledger.audit)
referral.add_command(links.links)
referral.add_command(payouts.payouts)
referral.add_command(loops.loops)
referral.add_command(loops.loop)
referral.add_command(loops.generations)
