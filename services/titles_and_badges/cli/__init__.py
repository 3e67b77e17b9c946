"""`laurel titles-and-badges …`: an operator's door."""

from urllib.parse import urlsplit

import click

from deploy import serving
from services.titles_and_badges import app
from services.titles_and_badges.cli import badges, boards, definitions, previews, titles, truth
from services.titles_and_badges.cli.configuration import settings


@click.group("titles-and-badges")
def titles_and_badges() -> None:
    """Run the service `titles-and-badges`, load badges, list awards."""


@titles_and_badges.command("api")
def api() -> None:
    """Serve HTTP (gunicorn)."""
    configuration = settings()
    serving.serve(
        "services.titles_and_badges.app:create_api()",
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


for command in (
    definitions.definitions_group,
    badges.awards,
    previews.preview,
    boards.board,
    titles.seal,
    titles.titles,
    truth.verify,
    truth.rebuild,
):
    titles_and_badges.add_command(command)
