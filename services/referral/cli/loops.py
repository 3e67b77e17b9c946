"""Loops at an operator's desk: as a table, and one edge by edge."""

import click

from services.referral.cli.configuration import connect
from services.referral.queries import loops as queries
from services.referral.use_cases import recounting
from shared import clock, money, printing
from shared.errors import Fault


@click.command("loops")
@click.option("--community", required=True, metavar="SLUG")
@printing.form
def loops(community: str, form: str) -> None:
    """List every loop: who recommended to whom, in which generation, and when each edge was made."""
    connect(community)
    printing.say(queries.COLUMNS, queries.rows(community), form)


@click.command("loop")
@click.argument("identifier", metavar="ID")
@click.option("--community", required=True, metavar="SLUG")
def loop(identifier: str, community: str) -> None:
    """Print one loop edge by edge, with the evidence for each."""
    connect(community)
    found = queries.one(community, identifier)
    click.echo(
        f"{found['id']}: {found['advocate']} → {found['friend']}, program {found['program']}, "
        f"generation {found['generation']}, {found['state']}"
    )
    if found["parent"]:
        click.echo(f"  {found['advocate']} himself was brought in {found['parent']}")
    for edge in found["edges"]:
        evidence = ", ".join(f"{name} {value}" for name, value in edge["evidence"].items())
        fallen = "" if edge["stands"] else "  (refunded)"
        click.echo(f"  {clock.text(edge['at'])}  {edge['state']:<11}  {evidence}{fallen}")
    for order in found["orders"]:
        for refund in order["refunds"]:
            click.echo(
                f"  {clock.text(refund['at'])}  refund       {refund['refund']} of order {order['order']}: "
                f"{money.text(refund['amount_minor'], order['currency'])}"
            )


@click.command("generations")
@click.option("--community", required=True, metavar="SLUG")
@click.option("--rebuild", is_flag=True, help="Put right what is not.")
def generations(community: str, *, rebuild: bool) -> None:
    """Prove the counts of descendants by looking at every loop."""
    connect(community)
    if rebuild:
        click.echo(f"{recounting.recount(community)} members' counts were put right.")
        return
    wrong = list(recounting.differing(community))
    for member in wrong:
        click.echo(f"{member}: the counts are not what the loops say", err=True)
    if wrong:
        message = f"{len(wrong)} members' counts differ: `--rebuild` puts them right."
        raise Fault(message)
    click.echo("Nothing differs.")
