"""Truth and repair at an operator's desk."""

from collections.abc import Iterable

import click

from services.titles_and_badges import app
from services.titles_and_badges.cli.configuration import settings
from services.titles_and_badges.queries import awards as queries
from services.titles_and_badges.use_cases import (
    comparing,
    comparing_boards,
    comparing_holders,
    projecting,
    rebuilding,
)
from shared import clock
from shared.errors import NotFound


@click.command("verify")
@click.option("--community", required=True, metavar="SLUG")
def verify(community: str) -> None:
    """Count everybody from his facts, and name whatever is stored otherwise. Exit code 1 if anything is."""
    _connect(community)
    members = facts = behind = drifted = 0
    for step in comparing.compare(community):
        drifted += _name(step.drift)
        members, facts, behind = members + step.members, facts + step.facts, behind + step.behind
    drifted += _name(comparing_holders.compare(community))
    for shown in comparing_boards.compare(community, clock.now()):
        click.echo(f"board {shown.name}\n  shown: {shown.stored}\n  credits: {shown.expected}")
        drifted += 1
    click.echo(f"{facts} facts of {members} members: {drifted or 'nothing'} differs from them.")
    if behind or comparing.waits(community):
        click.echo(f"Rules or profiles changed: {behind} members or more are still to be counted.", err=True)
    if drifted:
        raise SystemExit(1)


@click.command("rebuild")
@click.option("--community", required=True, metavar="SLUG")
def rebuild(community: str) -> None:
    """Build anew whatever is derived from facts, beside running consumers; what is right already is not touched."""
    _connect(community)
    count = 0
    for _ in rebuilding.rebuild(community):
        count += 1
    for _ in comparing_holders.repair(community):
        count += 1
    for _ in projecting.alone(lambda held: comparing_boards.repair(held, community, clock.now())):
        count += 1
    click.echo(f"Done, in {count} steps.")


def _name(drift: Iterable[comparing.Drift]) -> int:
    """Print what differs. Returns how much."""
    found = list(drift)
    for each in found:
        click.echo(
            f"{each.member} {each.kind} {each.name}\n  stored: {each.stored}\n  facts: {each.expected}"
        )
    return len(found)


def _connect(community: str) -> None:
    app.connect(settings())
    if not queries.is_known(community):
        raise NotFound("community", community)
