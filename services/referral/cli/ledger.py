"""The ledger at an operator's desk: listed, and proved."""

from collections.abc import Iterator

import click

from services.referral import app
from services.referral.cli.configuration import connect, settings
from services.referral.queries import auditing, communities
from services.referral.queries import ledger as queries
from services.referral.use_cases import deriving
from shared import clock, identity, money, printing

COLUMNS = ("entry", "time", "account", "currency", "amount_minor", "reason", "reference")


class Head(click.ParamType[tuple[int, str]]):
    """A batch and its hash, as the audit prints them: `12:5f2c…`."""

    name = "NUMBER:HASH"

    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, str]:
        """Read it, or say what it should look like."""
        number, _, told = value.partition(":")
        if not number.isdecimal() or not told:
            self.fail(f"{value!r} is not a number, a colon and a hash", param, ctx)
        return int(number), told


@click.command("ledger")
@click.option("--community", required=True, metavar="SLUG")
@click.option("--member", metavar="ID", help="Only what moved the accounts of this member.")
@printing.form
def ledger(community: str, member: str | None, form: str) -> None:
    """List all entries, two rows each, whose amounts sum to zero: what is credited rises, what is debited falls.

    Whose an account such as `payable:OWNER` is: `laurel referral rewards` has both names of everybody.
    """
    configuration = connect(community)
    who = member and identity.member_id(configuration.need_member_key(), community, member)
    printing.say(COLUMNS, _rows(community, who), form)


@click.command("audit")
@click.option("--community", metavar="SLUG", help="Whose; needed where there are several.")
@click.option(
    "--head", type=Head(), help="What an earlier audit printed as the head: it must still be in the chain."
)
@click.option(
    "--facts", is_flag=True, help="Also derive what is owed for every friend anew, from his orders."
)
def audit(community: str | None, head: tuple[int, str] | None, *, facts: bool) -> None:
    """Prove the ledger: it sums to zero, its chain is whole, rewards and balances are its transfers.

    Exit code 1 if not.
    """
    app.connect(settings())
    meant = communities.meant(community)
    found = auditing.audit(meant, head)
    findings = [*found.findings, *(deriving.compare(meant, clock.now()) if facts else ())]
    for each in findings:
        click.echo(f"{each.code}: {each.which}: {each.detail}")
    sums = ", ".join(money.text(amount, currency) for currency, amount in sorted(found.sums.items()))
    click.echo(
        f"{found.transfers} transfers, {found.waiting} of them not chained yet; sums: {sums or 'none'}."
    )
    click.echo(f"head {found.number}:{found.hash}")
    if findings:
        click.echo(f"{len(findings)} things are not as they must be.", err=True)
        raise SystemExit(1)
    click.echo("Nothing differs.")


def _rows(community: str, member: str | None) -> Iterator[dict[str, object]]:
    for row in queries.rows(community, member):
        yield {
            "entry": row.entry,
            "time": clock.text(row.time),
            "account": row.account,
            "currency": row.currency,
            "amount_minor": row.amount_minor,
            "reason": row.reason,
            "reference": row.reference,
        }
