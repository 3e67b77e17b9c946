"""Loops at an operator's desk: as a table, and one edge by edge."""

import csv
import json
import sys

import click

from services.referral import app
from services.referral.cli.configuration import settings
from services.referral.queries import communities
from services.referral.queries import loops as queries
from shared import clock


@click.command("loops")
@click.option("--community", required=True, metavar="SLUG")
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
def loops(community: str, form: str) -> None:
    """List every loop: who recommended to whom, in which generation, and when each edge was made."""
    app.connect(settings())
    communities.need(community)
    if form == "json":
        for row in queries.rows(community):
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    writer = csv.DictWriter(sys.stdout, queries.COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(queries.rows(community))


@click.command("loop")
@click.argument("identifier", metavar="ID")
@click.option("--community", required=True, metavar="SLUG")
def loop(identifier: str, community: str) -> None:
    """Print one loop edge by edge, with the evidence for each."""
    app.connect(settings())
    found = queries.one(community, identifier)
    click.echo(
        f"{found['id']}: {found['advocate']} → {found['friend']}, program {found['program']}, "
        f"generation {found['generation']}, {found['state']}"
    )
    if found["parent"]:
        click.echo(f"  {found['advocate']} came himself in {found['parent']}")
    for edge in found["edges"]:
        evidence = ", ".join(f"{name} {value}" for name, value in edge["evidence"].items())
        fallen = "" if edge["stands"] else "  (refunded)"
        click.echo(f"  {clock.text(edge['at'])}  {edge['state']:<11}  {evidence}{fallen}")
    for order in found["orders"]:
        for refund in order["refunds"]:
            click.echo(
                f"  {clock.text(refund['at'])}  refund       {refund['refund']} of order {order['order']}: "
                f"{refund['amount_minor']} {order['currency']}"
            )
