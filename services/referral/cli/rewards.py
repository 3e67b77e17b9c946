"""Rewards at an operator's desk."""

import click

from services.referral.cli.configuration import connect
from services.referral.queries import rewards as queries
from services.referral.schemas import rewards as schemas
from shared import printing

#: `id` is the ledger's `reference`, `owner` stands in the names of its accounts.
COLUMNS = (
    "id", "member", "owner", "state", "reason", "currency", "amount_minor", "reversed_minor", "net_minor", "program",
    "rule", "to", "occasion", "order", "friend", "advocate", "at", "accrued_at", "held_until", "released_at",
    "value_date",
)  # fmt: skip
_REWARD = schemas.OwedReward()


@click.command("rewards")
@click.option("--community", required=True, metavar="SLUG")
@printing.form
def rewards(community: str, form: str) -> None:
    """List every reward, the latest first: whose, what for, how much, and where it is."""
    connect(community)
    rows = ({**_REWARD.dump(each), "owner": each["owner"]} for each in queries.every(community))
    printing.say(COLUMNS, rows, form)
