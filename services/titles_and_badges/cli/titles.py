"""Titles at an operator's desk: months are sealed and checked, holders listed."""

import time
from collections.abc import Sequence

import click

from services.titles_and_badges import app
from services.titles_and_badges.cli.configuration import settings
from services.titles_and_badges.queries import awards, seals
from services.titles_and_badges.queries import titles as queries
from services.titles_and_badges.use_cases import rehearsing, sealing
from shared import clock, printing
from shared.errors import Conflict, Fault, NotFound, Unavailable

COLUMNS = ("title", "period", "revision", "place", "member", "score", "status")
_LOOK_AGAIN_SECONDS = 0.1


@click.command("seal")
@click.option("--community", required=True, metavar="SLUG")
@click.option("--period", "periods", required=True, multiple=True, metavar="MONTH", help="Such as 2026-10.")
@click.option("--dry-run", is_flag=True, help="Say who would hold what, and keep nothing.")
@click.option(
    "--redefine", is_flag=True, help="Under the definitions of today, not those that it was sealed with."
)
@click.option("--verify", is_flag=True, help="Compute the hash of what was sealed anew, and compare.")
@click.option("--export", is_flag=True, help="Print the sealed lines: what the hash is made of.")
@click.option(
    "--wait", default=120.0, show_default=True, metavar="SECONDS", help="For what is being counted."
)
def seal(  # noqa: PLR0913 (an operator's choices)
    community: str,
    periods: Sequence[str],
    *,
    dry_run: bool,
    redefine: bool,
    verify: bool,
    export: bool,
    wait: float,
) -> None:
    """Seal a month, or several, in their order: standings, titles, and a hash over all of it.

    A month that is not over, or in its grace, is refused. One that is sealed already stays as it is, or, if something
    came late, gets one more revision.
    """
    app.connect(settings())
    if verify or export:
        for period in periods:
            (_verify if verify else _export)(community, period)
        return
    for period in sorted(periods):
        _refuse_what_is_open(community, period)
    for period in sorted(periods):
        _wait_until_counted(community, period, wait)
    _say_what_may_come(community, sorted(periods))
    for period in sorted(periods):
        (_rehearse if dry_run else _seal)(community, period, redefine=redefine)


@click.command("titles")
@click.option("--community", required=True, metavar="SLUG")
@printing.form
def titles(community: str, form: str) -> None:
    """List who holds the titles of every month, and who did by an earlier revision; the order never changes."""
    app.connect(settings())
    if not awards.is_known(community):
        raise NotFound("community", community)
    printing.say(COLUMNS, queries.rows(community), form)


def _refuse_what_is_open(community: str, period: str) -> None:
    found = seals.phase(community, period, clock.now())
    if found.name == seals.OPEN:
        message = f"{period} is not over: it ends at {clock.text(found.until)}."
        raise Conflict(message)
    if found.name == seals.GRACE:
        message = (
            f"{period} is over and in its grace, for what comes late, until {clock.text(found.grace_until)}."
        )
        raise Conflict(message)


def _wait_until_counted(community: str, period: str, seconds: float) -> None:
    until = time.monotonic() + seconds
    while not sealing.count_first(community, period):
        if time.monotonic() > until:
            message = f"{period} is still being counted after {seconds:g} s: `laurel status` says what waits."
            raise Unavailable(message)
        time.sleep(_LOOK_AGAIN_SECONDS)


def _say_what_may_come(community: str, periods: Sequence[str]) -> None:
    open_ = [period for period in periods if not seals.has_said_so(community, period)]
    if open_:
        named = open_[0] if len(open_) == 1 else f"{open_[0]} to {open_[-1]}"
        click.echo(
            f"`activity` has not said that all of {named} has come: what still comes makes another revision.",
            err=True,
        )


def _seal(community: str, period: str, *, redefine: bool) -> None:
    before = seals.newest(community, period)
    sealing.seal(community, period, redefined=redefine)
    after = seals.newest(community, period)
    if after is None:
        click.echo(f"{period}: no board with months, and no title, is defined; nothing to seal.")
    elif before is not None and before["root"] == after["root"]:
        click.echo(f"{period} is sealed already, revision {after['revision']}, root {after['root']}.")
    else:
        click.echo(f"{period} sealed, revision {after['revision']}, root {after['root']}.")


def _rehearse(community: str, period: str, *, redefine: bool) -> None:
    found = rehearsing.rehearse(community, period, redefined=redefine)
    printing.say(("title", "place", "member", "score", "change"), queries.rehearsed(found))


def _verify(community: str, period: str) -> None:
    for each in seals.all_revisions(community, period):
        computed = seals.computed_root(each)
        if computed != each["root"]:
            message = f"{period}, revision {each['revision']}: the bytes have the root {computed}, not {each['root']}."
            raise Fault(message)
        click.echo(f"{period}, revision {each['revision']}: the bytes have the root {computed}, as sealed.")


def _export(community: str, period: str) -> None:
    for line in seals.export(seals.revision(community, period)):
        click.echo(line, nl=False)
