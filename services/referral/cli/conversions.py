"""Conversions at an operator's desk, and what other terms would have made of them."""

from typing import Any

import click

from services.referral import app
from services.referral.cli.configuration import connect, settings
from services.referral.domain import durations
from services.referral.domain.programs import Model
from services.referral.domain.supposing import Supposed
from services.referral.queries import communities
from services.referral.queries import conversions as queries
from services.referral.schemas import conversions as schemas
from services.referral.use_cases import supposing
from shared import clock, printing

COLUMNS = (
    "id", "member", "placed_at", "amount_minor", "currency", "quantity", "refunded_minor", "advocate", "program",
    "rule", "attribution",
)  # fmt: skip
DIFFERENCES = ("advocate", "currency", "before_minor", "after_minor", "difference_minor")
_ORDER = schemas.KeptOrder()


@click.command("conversions")
@click.option("--community", required=True, metavar="SLUG")
@printing.form
def conversions(community: str, form: str) -> None:
    """List every order in order of time, with what was refunded of it, and who brought its buyer."""
    connect(community)
    printing.say(COLUMNS, (_ORDER.dump(each) for each in queries.every(community)), form)


@click.command("what-if")
@click.option("--community", metavar="SLUG", help="Whose; needed where there are several.")
@click.option(
    "--window", metavar="SPAN", help="Such as 14d: for so long before a join or an order a click counts."
)
@click.option(
    "--model", type=click.Choice([each.value for each in Model]), help="Which of several clicks wins."
)
@click.option("--program", metavar="SLUG", help="Of this program alone, and its money alone.")
@printing.form
def what_if(
    community: str | None, window: str | None, model: str | None, program: str | None, form: str
) -> None:
    """Replay history with another window or model, and print the difference in money by advocate. Changes nothing.

    Both sides are decided anew from all that is kept, as if nothing were frozen, before caps and milestones.
    """
    supposed = Supposed(
        window=None if window is None else _span(window),
        model=None if model is None else Model(model),
        program=program,
    )
    app.connect(settings())
    answer = supposing.ask(communities.meant(community), supposed, clock.now())
    printing.say(DIFFERENCES, answer.rows, form)
    which = "joins and orders" if program is None else f"joins and orders that concern {program}"
    click.echo(
        f"{answer.changed} of {answer.decided} {which} would have another advocate, or none.", err=True
    )


def _span(written: str) -> Any:  # noqa: ANN401 (a timedelta)
    try:
        return durations.parse(written)
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--window") from error
