"""Pay-outs at an operator's desk: prepared, approved, exported, marked; every step may be done again."""

import sys
from collections.abc import Sequence
from typing import Any

import click
from marshmallow import ValidationError

from services.referral.cli.configuration import connect
from services.referral.domain.payouts import Status
from services.referral.queries import payouts as queries
from services.referral.schemas import payouts as schemas
from services.referral.use_cases import paying, preparing
from shared import clock, http, sheets
from shared.errors import Invalid

COLUMNS = ("payout", "state", "currency", "status", "lines", "amount_minor")
_MARKS = [each.value for each in (Status.PAID, Status.FAILED, Status.BOUNCED)]

_of = click.option("--community", required=True, metavar="SLUG", help="Whose.")
_by = click.option("--by", required=True, metavar="NAME", help="Who does it; stands in the audit.")


@click.group("payouts")
def payouts() -> None:
    """Pay what is owed, month by month: prepare, approve (somebody else), export, mark."""


@payouts.command("list")
@_of
def show(community: str) -> None:
    """List pay-outs as CSV: how many lines are open, paid, failed or carried over, and what they sum to."""
    connect(community)
    rows = [
        {"payout": each["name"], "state": each["state"], **total}
        for each in queries.latest(community, before=None, limit=1_000)
        for total in each["totals"]
    ]
    click.echo(sheets.table(COLUMNS, rows), nl=False)


@payouts.command("prepare")
@click.argument("period", metavar="MONTH")
@_of
@_by
@click.option("--minimum", "minima", multiple=True, metavar="CURRENCY=MINOR", help="Such as EUR=1000.")
def prepare(period: str, community: str, by: str, minima: Sequence[str]) -> None:
    """Prepare the pay-out of a month that is over. Again, it goes on where it was."""
    connect(community)
    wanted = _wanted(period, minima)
    begun = paying.begin(community, wanted["period"], wanted["minimum"], by, clock.now())
    _work(community, begun.payout["name"])
    _say(community, begun.payout["name"])


@payouts.command("approve")
@click.argument("payout")
@_of
@_by
def approve(payout: str, community: str, by: str) -> None:
    """Let a pay-out be paid that somebody else has prepared."""
    connect(community)
    paying.approve(community, payout, by, clock.now())
    _say(community, payout)


@payouts.command("refuse")
@click.argument("payout")
@_of
@_by
@click.option("--reason", required=True)
def refuse(payout: str, community: str, by: str, reason: str) -> None:
    """Take a prepared pay-out back: all that it holds becomes payable again."""
    connect(community)
    paying.refuse(community, payout, by, clock.now(), reason)
    _work(community, payout)
    _say(community, payout)


@payouts.command("export")
@click.argument("payout")
@_of
def export(payout: str, community: str) -> None:
    """Print an approved pay-out as CSV, the same bytes each time."""
    connect(community)
    click.echo(queries.export(community, payout), nl=False)


@payouts.command("mark")
@click.argument("payout")
@click.argument("lines", nargs=-1, required=True)
@click.option("--as", "status", required=True, type=click.Choice(_MARKS))
@click.option("--reason", help="Why they failed, or came back.")
@_of
@_by
def mark(payout: str, lines: Sequence[str], status: str, reason: str | None, community: str, by: str) -> None:
    """Keep that lines were paid; or failed, or were paid and came back, and are payable again.

    `-` reads lines from the input.
    """
    connect(community)
    if status != Status.PAID and not (reason or "").strip():
        message = "Say why: --reason."
        raise Invalid(message)
    for line in sys.stdin.read().split() if lines == ("-",) else lines:
        paying.mark(community, payout, line, paying.Marked(Status(status), by, reason), clock.now())
        click.echo(f"{line} {status}")


def _work(community: str, payout: str) -> None:
    """What `jobs` would do, done here: whichever of both comes first, every account is looked at once."""
    while preparing.go_on(community, payout, clock.now()):
        pass


def _say(community: str, payout: str) -> None:
    found = queries.one(community, payout)
    click.echo(f"The pay-out {payout} is {found['state']}.")
    for total in found["totals"]:
        click.echo(
            f"  {total['currency']} {total['status']}: {total['lines']} lines, {total['amount_minor']} minor units"
        )


def _wanted(period: str, minima: Sequence[str]) -> dict[str, Any]:
    """What an admin would send, judged as that is. Raises Invalid."""
    minimum = {currency: amount for currency, _, amount in (each.partition("=") for each in minima)}
    try:
        # A number that is none stays text, which the schema refuses with its place.
        read = {name: int(amount) if amount.isdecimal() else amount for name, amount in minimum.items()}
        wanted: dict[str, Any] = schemas.PayoutWanted().load({"period": period, "minimum": read})
    except ValidationError as error:
        raise Invalid("The input does not fit.", errors=http.places(error.messages)) from error
    return wanted
