"""The `laurel` command: finds each service's commands, and tells what goes wrong."""

import os
import sys
from pathlib import Path

import click

from shared import commands, mongo
from shared.errors import LaurelError
from shared.settings import SettingsError

STACK_FILE = "stack.env"

#: Where each command is, read when it is asked for: a relay of one service need not load the other two.
COMMANDS = {
    "init": "services.initialising:init",
    "status": "services.status:show",
    "activity": "services.activity.cli:activity",
    "events": "services.events:show",
    "communities": "services.activity.cli:communities",
    "tokens": "services.activity.cli:tokens",
    "import": "services.activity.importers.cli:importing",
    "titles-and-badges": "services.titles_and_badges.cli:titles_and_badges",
    "credentials": "services.titles_and_badges.cli.credentials:credentials",
    "referral": "services.referral.cli:referral",
}


@click.group(cls=commands.Lazy, lazily=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="laurel", prog_name="laurel")
def laurel() -> None:
    """Laurel recognises the people who carry a community."""


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
