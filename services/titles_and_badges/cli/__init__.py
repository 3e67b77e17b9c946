"""`laurel titles-and-badges …`: an operator's door."""

from urllib.parse import urlsplit

import click

from deploy import serving
from services.titles_and_badges import app
from services.titles_and_badges.cli.configuration import settings
from shared import commands

#: Where the commands are that run no process of the service.
COMMANDS = {
    "awards": "services.titles_and_badges.cli.badges:awards",
    "board": "services.titles_and_badges.cli.boards:board",
    "definitions": "services.titles_and_badges.cli.definitions:definitions_group",
    "preview": "services.titles_and_badges.cli.previews:preview",
    "rebuild": "services.titles_and_badges.cli.truth:rebuild",
    "seal": "services.titles_and_badges.cli.titles:seal",
    "titles": "services.titles_and_badges.cli.titles:titles",
    "verify": "services.titles_and_badges.cli.truth:verify",
}


@click.group("titles-and-badges", cls=commands.Lazy, lazily=COMMANDS)
def titles_and_badges() -> None:
    """Run the service `titles-and-badges`, load badges, list awards."""


@titles_and_badges.command("api")
def api() -> None:
    """Serve HTTP (gunicorn)."""
    configuration = settings()
    serving.serve(
        "services.titles_and_badges.wsgi:create_api()",
        configuration.bind or urlsplit(configuration.titles_and_badges_url).netloc,
    )


@titles_and_badges.command("consume")
def consume() -> None:
    """Follow the events of other services."""
    app.run_consume(settings())


@titles_and_badges.command("relay")
def relay() -> None:
    """Carry announcements to Kafka."""
    app.run_relay(settings())


@titles_and_badges.command("jobs")
def jobs() -> None:
    """Recount what changed rules and profiles concern."""
    app.run_jobs(settings())
