"""`laurel referral …`: an operator's door."""

from urllib.parse import urlsplit

import click

from deploy import serving
from services.referral import app
from services.referral.cli.configuration import settings
from shared import commands

#: Where the commands are that run no process of the service.
COMMANDS = {
    "audit": "services.referral.cli.ledger:audit",
    "clicks": "services.referral.cli.clicks:clicks",
    "conversions": "services.referral.cli.conversions:conversions",
    "forget-clicks": "services.referral.cli.clicks:forget_clicks",
    "generations": "services.referral.cli.loops:generations",
    "ledger": "services.referral.cli.ledger:ledger",
    "links": "services.referral.cli.links:links",
    "loop": "services.referral.cli.loops:loop",
    "loops": "services.referral.cli.loops:loops",
    "payouts": "services.referral.cli.payouts:payouts",
    "rewards": "services.referral.cli.rewards:rewards",
    "what-if": "services.referral.cli.conversions:what_if",
}


@click.group("referral", cls=commands.Lazy, lazily=COMMANDS)
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
        "services.referral.wsgi:create_api()",
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
