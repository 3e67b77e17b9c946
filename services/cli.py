"""The `laurel` command: mounts each service's commands, and what concerns all of them."""

import json
import os
import sys
from importlib.metadata import version as installed_version
from pathlib import Path

import click

from services import status
from services.activity import app as activity
from services.activity import cli as activity_cli
from services.activity.importers import cli as importers
from services.referral import app as referral
from services.referral import cli as referral_cli
from services.titles_and_badges import app as titles_and_badges
from services.titles_and_badges import cli as titles_and_badges_cli
from services.titles_and_badges.cli.credentials import credentials
from shared import kafka, mongo
from shared.errors import LaurelError
from shared.events import catalogue
from shared.settings import Settings, SettingsError, from_environment

STACK_FILE = "stack.env"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="laurel", prog_name="laurel")
def laurel() -> None:
    """Laurel recognises the people who carry a community."""


@laurel.command("init")
def init() -> None:
    """Create what indexes and topics are missing; to be run again at any time."""
    configuration: Settings = from_environment(os.environ)
    activity.ensure(configuration)
    titles_and_badges.ensure(configuration)
    referral.ensure(configuration)
    kafka.create_topics(
        configuration.kafka_servers,
        dict.fromkeys((*activity.TOPICS, *titles_and_badges.TOPICS, *referral.TOPICS)),
        configuration.replication_factor,
    )
    click.echo("Indexes and topics are there.")


@laurel.command("events")
def events() -> None:
    """Print what Laurel publishes on Kafka, as an AsyncAPI 3 document."""
    click.echo(json.dumps(catalogue.asyncapi(installed_version("laurel")), indent=2))


laurel.add_command(status.show)
laurel.add_command(activity_cli.activity)
laurel.add_command(activity_cli.communities)
laurel.add_command(activity_cli.tokens)
laurel.add_command(importers.importing)
laurel.add_command(titles_and_badges_cli.titles_and_badges)
laurel.add_command(referral_cli.referral)
laurel.add_command(credentials)


def main() -> None:
    """Run the command; what goes wrong on purpose ends with one clear message, not with a traceback."""
    load_stack_file()
    try:
        laurel()
    except SettingsError as error:
        click.echo(f"laurel: the environment is not complete:\n{error}", err=True)
        click.echo(
            "`make up` starts a stack of its own and writes .laurel/stack.env, which is read here.", err=True
        )
        sys.exit(2)
    except LaurelError as error:
        click.echo(f"laurel: {error.detail}", err=True)
        for place in error.errors:
            click.echo(f"  {place['pointer']}: {place['detail']}", err=True)
        sys.exit(1)
    except mongo.UNAVAILABLE as error:
        click.echo(f"laurel: MongoDB does not answer ({type(error).__name__}); is it running?", err=True)
        sys.exit(1)


def load_stack_file() -> None:
    """Take the environment of the embedded stack from its folder, unless another one is given."""
    if os.environ.get("LAUREL_MONGO_URL"):
        return
    path = Path(os.environ.get("LAUREL_HOME", ".laurel")) / STACK_FILE
    if not path.is_file():
        return
    for line in path.read_text().splitlines():
        name, separator, value = line.partition("=")
        if separator and not line.startswith("#"):
            os.environ.setdefault(name.strip(), value.strip())
