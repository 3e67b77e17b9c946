"""What a clerk with a pencil would keep of one friend: orders, rewards, the ledger, and their sum."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from services.referral.domain import ledger, refunds, rewards, settling
from services.referral.domain.ledger import Transfer
from services.referral.domain.money import parse_rate
from services.referral.domain.programs import Base, Beneficiary, Occasion, Reward, Terms
from services.referral.domain.refunds import Refund
from services.referral.domain.rewards import Conversion, Credit
from services.referral.domain.settling import Account
from shared import clock

BEGAN = clock.from_text("2026-01-01T00:00:00Z")
HOLD = timedelta(days=30)
#: Until this day the commission is 2.9 %, from then on 15 %.
RAISED = 50
RATES = {False: "2.9%", True: "15%"}
UP = Reward(name="up", to=Beneficiary.UPSTREAM, rate=parse_rate("10%"), base=Base.REWARD, months=None)
TERMS = {
    raised: Terms(
        landing_url="https://shop.example",
        hold=HOLD,
        rewards=(Reward(name="own", to=Beneficiary.ADVOCATE, rate=parse_rate(rate), months=None), UP),
    )
    for raised, rate in RATES.items()
}


@dataclass
class Order:
    """An order as the shop tells of it."""

    amount: int
    day: int
    advocate: str


@dataclass
class Book:
    """What is kept of one friend: facts, rewards and the ledger."""

    orders: dict[str, Order] = field(default_factory=dict)
    refunds: dict[tuple[str, str], Refund] = field(default_factory=dict)
    kept: dict[str, tuple[str, Account]] = field(default_factory=dict)
    transfers: dict[str, Transfer] = field(default_factory=dict)
    day: int = 0

    def conversions(self) -> Iterator[Conversion]:
        """Orders as the rules see them."""
        for name, order in self.orders.items():
            some = [each for (of, _), each in self.refunds.items() if of == name]
            terms = TERMS[order.day >= RAISED]
            yield Conversion(
                subject=name,
                occasion=Occasion.PURCHASE,
                at=BEGAN + timedelta(days=order.day),
                credit=Credit(program="p", version=1, terms=terms, advocate=order.advocate, above=("zoe",)),
                amount_minor=order.amount,
                currency="EUR",
                refunded_minor=sum(each.amount_minor or 0 for each in refunds.counted(some, "EUR")),
            )

    def follow(self) -> None:
        """Write what differs between what is due and what is kept."""
        found = {each.subject: each for each in self.conversions()}
        due = {rewards.identifier("c", each): each for each in rewards.due("bob", list(found.values()))}
        for name, each in due.items():
            if name not in self.kept:
                opened = Account(
                    reward=name,
                    program="p",
                    member=each.member,
                    currency="EUR",
                    amount_minor=each.amount_minor,
                )
                self.post(each.subject, settling.accrue(opened, "purchase"))
        for name, (subject, account) in list(self.kept.items()):
            over = found[subject].at + HOLD <= BEGAN + timedelta(days=self.day)
            wanted = settling.target(account, found[subject], is_due=name in due, refused=False)
            wanted = replace(wanted, release=over and name in due)
            for move in settling.moves(account, wanted):
                self.post(subject, move)

    def post(self, subject: str, move: settling.Move) -> None:
        """Add a transfer; another one under its id would be a fault."""
        transfer = settling.transfer("c", move, BEGAN)
        assert transfer.id not in self.transfers
        ledger.check(transfer)
        self.transfers[transfer.id] = transfer
        self.kept[move.after.reward] = (subject, move.after)

    def owed(self) -> dict[str, int]:
        """What members have, held and payable together."""
        found: dict[str, int] = {}
        for (name, _), amount in ledger.changes(self.transfers.values()).items():
            kind, member = ledger.owner(name)
            if kind != ledger.EXPENSE and amount:
                found[member] = found.get(member, 0) + amount
        return found


def by_hand(book: Book) -> dict[str, int]:
    """What members must have, counted in decimals from the facts alone."""
    found: dict[str, Decimal] = {}
    for name, order in book.orders.items():
        back = min(
            order.amount,
            sum(
                each.amount_minor or 0
                for (of, _), each in book.refunds.items()
                if of == name and not each.failed
            ),
        )
        percent = Decimal(RATES[order.day >= RAISED].removesuffix("%"))
        own = _rounded(order.amount * percent / 100)
        for member, given in ((order.advocate, own), ("zoe", _rounded(own / 10))):
            found[member] = found.get(member, Decimal(0)) + given - _rounded(given * back / order.amount)
    return {member: int(amount) for member, amount in found.items() if amount}


def _rounded(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal(1), ROUND_HALF_UP)
