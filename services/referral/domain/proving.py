"""The audit of what was given and paid: grants, budgets and lines of pay-outs are what the ledger says of them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from services.referral.domain import ledger
from services.referral.domain.auditing import Finding
from services.referral.domain.budgets import Budget, State
from services.referral.domain.ledger import Transfer
from services.referral.domain.payouts import Status

GRANT = "grant"
PAYOUT = "payout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a grant, or a line of a pay-out, says of itself: by which reference the ledger knows it, and where it is."""

    reference: str
    amount_minor: int
    state: str
    budget: str = ""


@dataclass(slots=True)
class Payments:
    """What transfers did for each grant and line: reference → what happened → minor units."""

    moved: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))

    def add(self, transfer: Transfer) -> None:
        """Count one more transfer."""
        kind, _, happened = transfer.reason.partition("-")
        if transfer.reference.startswith(f"{kind}:") and kind in {GRANT, PAYOUT}:
            # What evens out a debt goes the other way: the pay-out's account is what a line takes.
            back = happened == "taken" and ledger.owner(transfer.debit)[0] == ledger.PAYING
            self.moved[transfer.reference][happened] += (
                -transfer.amount_minor if back else transfer.amount_minor
            )


#: What has happened to a grant or a line in each state, all of it with its whole amount.
_HAPPENED: dict[str, tuple[str, ...]] = {
    State.WAITING: (),
    State.REFUSED: (),
    State.EXPIRED: (),
    State.GRANTED: ("granted",),
    State.REVOKED: ("granted", "revoked"),
    Status.CARRIED: (),
    Status.OPEN: ("taken",),
    Status.PAID: ("taken", "paid"),
    Status.FAILED: ("taken", "failed"),
    Status.BOUNCED: ("taken", "paid", "bounced"),
    Status.RETURNED: ("taken", "returned"),
}


def same(payments: Payments, kind: str, every: Iterable[Said]) -> Iterator[Finding]:
    """Grants, or lines, have moved what they say; nothing was moved for one that is not there, or twice."""
    seen = set()
    for said in every:
        seen.add(said.reference)
        expected = dict.fromkeys(_HAPPENED[said.state], said.amount_minor)
        booked = dict(payments.moved.get(said.reference, {}))
        if booked != expected:
            detail = f"is {said.state} with {said.amount_minor}, in the ledger {booked or 'nothing'}"
            yield Finding(code=f"{kind}-differs", which=said.reference, detail=detail)
    for reference in sorted({each for each in payments.moved if each.startswith(f"{kind}:")} - seen):
        yield Finding(code=f"{kind}-missing", which=reference, detail="has transfers, and is not kept")


def budgets(every: Iterable[Budget], grants: Iterable[Said]) -> Iterator[Finding]:
    """What budgets have reserved and spent is what waits and what was granted, and never more than their limit."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for said in grants:
        sums[said.budget, said.state] += said.amount_minor
    for budget in every:
        kept = (budget.reserved_minor, budget.spent_minor)
        counted = (sums[budget.slug, State.WAITING], sums[budget.slug, State.GRANTED])
        if kept != counted:
            detail = f"reserved and spent {kept}, by its grants {counted}"
            yield Finding(code="budget-differs", which=budget.slug, detail=detail)
        if sum(counted) > budget.limit_minor:
            detail = f"{sum(counted)} of {budget.limit_minor} are given away"
            yield Finding(code="budget-overspent", which=budget.slug, detail=detail)
