"""The audit of a ledger: what it must be by itself, and what else must be equal to it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from services.referral.domain import ledger, settling
from services.referral.domain.ledger import Transfer
from services.referral.domain.settling import Account, Moved


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is not as it must be: a stable code, which thing, and what was found."""

    code: str
    which: str
    detail: str


@dataclass(slots=True)
class Books:
    """What transfers amount to, added up one by one."""

    count: int = 0
    sums: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    balances: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    rewards: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    faults: list[Finding] = field(default_factory=list)

    def add(self, transfer: Transfer) -> None:
        """Count one more transfer."""
        self.count += 1
        if transfer.amount_minor <= 0 or transfer.debit == transfer.credit:
            self.faults.append(_finding("not-a-transfer", transfer.id, f"moves {transfer.amount_minor}"))
        for row in ledger.rows(transfer):
            self.sums[row.currency] += row.amount_minor
            self.balances[row.account, row.currency] += row.amount_minor
        moved = settling.moved(transfer)
        if moved is not None:
            self.rewards[transfer.reference][moved] += transfer.amount_minor
            self.rewards[transfer.reference]["steps"] += 1


def sums(books: Books) -> Iterator[Finding]:
    """Every transfer moves something, and every currency sums to zero."""
    yield from books.faults
    for currency, amount in sorted(books.sums.items()):
        if amount:
            yield _finding("not-zero", currency, f"sums to {amount}")


def rewards(books: Books, accounts: Iterable[Account]) -> Iterator[Finding]:
    """Nothing was reversed beyond what was given, and rewards say of themselves what the ledger says of them."""
    seen = set()
    for account in accounts:
        seen.add(account.reward)
        moved = books.rewards.get(account.reward, {})
        kept, booked = _told(account), _booked(moved)
        if kept != booked:
            yield _finding("reward-differs", account.reward, f"kept {kept}, in the ledger {booked}")
    for reward, moved in sorted(books.rewards.items()):
        reversed_minor = moved.get(Moved.REVERSED, 0) - moved.get(Moved.RESTORED, 0)
        if not 0 <= reversed_minor <= moved.get(Moved.ACCRUED, 0):
            given = moved.get(Moved.ACCRUED, 0)
            yield _finding("reversed-too-much", reward, f"reversed {reversed_minor} of {given}")
        if reward not in seen:
            yield _finding("reward-missing", reward, "has transfers, and is not kept")


def balances(books: Books, kept: Mapping[tuple[str, str], int], kinds: frozenset[str]) -> Iterator[Finding]:
    """What is kept as the balance of each (account, currency) is the sum of its transfers."""
    booked = {key: amount for key, amount in books.balances.items() if ledger.owner(key[0])[0] in kinds}
    for key in sorted({*booked, *kept}):
        if booked.get(key, 0) != kept.get(key, 0):
            name, currency = key
            found = f"kept {kept.get(key, 0)}, in the ledger {booked.get(key, 0)}"
            yield _finding("balance-differs", f"{name} {currency}", found)


@dataclass(slots=True)
class Chain:
    """The chain, looked at batch by batch."""

    number: int = 0
    hash: str = ledger.GENESIS
    hashes: dict[int, str] = field(default_factory=dict)

    def add(
        self, number: int, previous: str, count: int, kept: str, transfers: Sequence[Transfer]
    ) -> Iterator[Finding]:
        """Compare a batch with what comes before it and with the transfers that name it."""
        if number != self.number + 1 or previous != self.hash:
            yield _finding("chain-broken", f"batch {number}", f"does not follow batch {self.number}")
        if count != len(transfers):
            yield _finding(
                "chain-broken", f"batch {number}", f"{len(transfers)} of {count} transfers are there"
            )
        elif ledger.chained(previous, number, transfers) != kept:
            yield _finding("chain-broken", f"batch {number}", "its transfers are not those that were chained")
        self.number, self.hash = number, kept
        self.hashes[number] = kept

    def holds(self, number: int, told: str) -> Iterator[Finding]:
        """Compare with a head that was noted before: whoever wrote all of the chain anew could not have known it."""
        if self.hashes.get(number) != told:
            yield _finding("head-gone", f"batch {number}", f"was {told}, is {self.hashes.get(number)}")


def _told(account: Account) -> dict[str, int]:
    return {
        "accrued": account.amount_minor,
        "reversed": account.reversed_minor,
        "released": int(account.released),
        "steps": account.steps,
    }


def _booked(moved: Mapping[str, int]) -> dict[str, int]:
    return {
        "accrued": moved.get(Moved.ACCRUED, 0),
        "reversed": moved.get(Moved.REVERSED, 0) - moved.get(Moved.RESTORED, 0),
        "released": int(Moved.RELEASED in moved),
        "steps": moved.get("steps", 0),
    }


def _finding(code: str, which: str, detail: str) -> Finding:
    return Finding(code=code, which=which, detail=detail)
