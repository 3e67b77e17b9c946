"""`laurel events`: what Laurel publishes."""

import json
from importlib.metadata import version

import click

from shared.events import catalogue


@click.command("events")
def show() -> None:
    """Print what Laurel publishes on Kafka, as an AsyncAPI 3 document."""
    click.echo(json.dumps(catalogue.asyncapi(version("laurel")), indent=2))
