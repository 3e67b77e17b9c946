"""`python -m deploy.embedded`: what `make up`, `make down` and their like call."""

import os
import sys

import click

from deploy.embedded import jars, layout, stack
from deploy.embedded.errors import CannotStart


@click.group(help="Laurel in the background of this machine: servers and services, without Docker.")
def main() -> None:
    """Group the commands."""


@main.command(help="Start everything; run again, it changes nothing.")
def up() -> None:
    """Start everything."""
    chosen = layout.chosen(os.environ)
    stack.up(chosen, click.echo)
    for service, url in chosen.urls.items():
        click.echo(f"{service:<18} {url}")


@main.command(help="Stop everything; the data stay.")
def down() -> None:
    """Stop everything."""
    stack.down(layout.chosen(os.environ), click.echo)


@main.command(help="Stop everything, then start it.")
def restart() -> None:
    """Stop everything, then start it."""
    chosen = layout.chosen(os.environ)
    stack.down(chosen, click.echo)
    stack.up(chosen, click.echo)


@main.command(help="Stop everything and delete its data, secrets and logs; downloads stay.")
def clean() -> None:
    """Stop everything and delete what it kept."""
    chosen = layout.chosen(os.environ)
    stack.down(chosen, click.echo)
    stack.forget(chosen)


@main.command(help="Fetch Apache Kafka's jars, so that the next start needs no network.")
def fetch() -> None:
    """Fetch Apache Kafka's jars."""
    jars.classpath()


@main.command(help="Resolve Apache Kafka's jars anew and write their lock (for developers).")
def lock_jars() -> None:
    """Resolve Apache Kafka's jars anew."""
    click.echo(f"{len(jars.lock())} jars locked")


if __name__ == "__main__":
    try:
        main(prog_name="python -m deploy.embedded")
    except CannotStart as error:
        sys.exit(f"Laurel cannot start: {error}")
