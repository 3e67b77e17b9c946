"""The audit of a community's ledger: read as of one moment, beside whoever writes."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from services.referral.domain import auditing, ledger, proving
from services.referral.domain.auditing import Books, Chain, Finding
from services.referral.domain.ledger import Transfer
from services.referral.domain.proving import Payments
from services.referral.repository import DATABASE, budgets, chain, grants, payouts, rewards
from services.referral.repository import ledger as store
from shared import mongo


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What was looked at, and everything that is not as it must be. Sums are by kind of account and currency."""

    transfers: int
    waiting: int
    number: int
    hash: str
    sums: dict[str, int]
    findings: tuple[Finding, ...]


def audit(community: str, head: tuple[int, str] | None = None) -> Audit:
    """Prove a ledger: zero by currency, chain, reversals, rewards, balances, grants, budgets and lines of pay-outs.

    `head` is the number and hash of a batch as an earlier audit said them: whoever wrote the whole chain anew is seen.
    """
    with mongo.snapshot(DATABASE):
        books, links, payments = Books(), Chain(), Payments()
        findings = list(_chain(community, (books, payments), links))
        if head is not None:
            findings += links.holds(*head)
        findings += auditing.sums(books)
        findings += auditing.rewards(books, rewards.accounts(community))
        findings += auditing.balances(books, _balances(community), store.KEPT)
        findings += proving.same(payments, proving.PAYOUT, payouts.said(community))
        given = list(grants.said(community))
        findings += proving.same(payments, proving.GRANT, given)
        findings += proving.budgets(budgets.every(community), given)
        return Audit(
            transfers=books.count,
            waiting=chain.waits(community),
            number=links.number,
            hash=links.hash,
            sums=dict(books.sums),
            findings=tuple(findings),
        )


def _chain(community: str, counted: tuple[Books, Payments], links: Chain) -> Iterator[Finding]:
    """Both in order of their numbers, so that no more than one batch is held at a time."""
    batches = chain.batches(community)
    batch = next(batches, None)
    for number, group in groupby(chain.by_batch(community), key=itemgetter(0)):
        transfers = [_counted(counted, transfer) for _, transfer in group]
        if number is None:
            continue
        while batch is not None and batch.number < number:
            yield from links.add(batch.number, batch.previous, batch.count, batch.hash, ())
            batch = next(batches, None)
        if batch is None or batch.number > number:
            yield Finding(
                code="chain-broken", which=f"batch {number}", detail="is not there, its transfers are"
            )
            continue
        yield from links.add(number, batch.previous, batch.count, batch.hash, transfers)
        batch = next(batches, None)
    while batch is not None:
        yield from links.add(batch.number, batch.previous, batch.count, batch.hash, ())
        batch = next(batches, None)


def _counted(counted: tuple[Books, Payments], transfer: Transfer) -> Transfer:
    for each in counted:
        each.add(transfer)
    return transfer


def _balances(community: str) -> dict[tuple[str, str], int]:
    return {
        (ledger.account(kind, owner), currency): amount
        for kind in store.KEPT
        for owner, currency, amount in store.balances(community, kind)
    }
