"""A program and what friends do in it, kept as the doors keep it: for tests of what is owed."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from services.referral.domain.money import parse_rate
from services.referral.domain.programs import Beneficiary, Program, Reward, Terms, Version
from services.referral.repository import (
    DATABASE,
    attributions,
    dossiers,
    friends,
    ledger,
    orders,
    people,
    programs,
    refunds,
    rewards,
)
from services.referral.use_cases import rewarding
from shared import clock, identity, mongo
from tests.fixtures import MEMBER_KEY

BEGAN = clock.from_text("2026-03-10T12:00:00Z")
COMMISSION = Reward(name="commission", to=Beneficiary.ADVOCATE, rate=parse_rate("2.9%"), months=None)
HOLD = timedelta(days=30)


def terms(*rules: Reward, **others: Any) -> Terms:
    """Terms with these rules, or with a commission of 2.9 %."""
    told = {"hold": HOLD, "grace": timedelta(hours=1), **others}
    return Terms(landing_url="https://shop.example", rewards=rules or (COMMISSION,), **told)


@dataclass
class Shop:
    """A shop of a community with one program; people have the ids that `activity` would give them."""

    community: str
    now: datetime = BEGAN
    program: str = "spring"
    versions: list[Version] = field(default_factory=list)

    def promises(self, found: Terms, since: datetime = clock.BEGINNING) -> None:
        """Terms that hold since a moment."""
        self.versions.append(Version(number=len(self.versions) + 1, effective=since, terms=found))
        program = Program(slug=self.program, name="Spring", versions=tuple(self.versions))
        self.write(lambda: programs.keep(self.community, program))

    def id(self, name: str) -> str:
        """The member id of somebody in this community."""
        return identity.member_id(MEMBER_KEY.encode(), self.community, name)

    def knows(self, *names: str) -> None:
        """The community has named these people."""
        self.write(lambda: people.ensure(self.community, {self.id(each): each for each in names}))

    def sells(self, order: str = "o1", friend: str = "bob", by: str | None = "ann", **others: Any) -> None:
        """A friend buys for five euros, brought by an advocate; and what is owed follows."""
        told = {"at": self.now, "amount_minor": 500, "currency": "EUR", "quantity": 1, **others}
        self.attributes(order, friend, by, at=told["at"], flags=told.pop("flags", []), follow=False)
        document = {
            "_id": orders.key(self.community, order),
            "community": self.community,
            "order": order,
            "member": self.id(friend),
            "digest": "",
            "received": self.now,
            **told,
        }
        self.write(lambda: orders.insert(document))
        self.follow(friend)

    def attributes(
        self,
        order: str,
        friend: str = "bob",
        by: str | None = "ann",
        at: datetime | None = None,
        flags: list[str] | None = None,
        *,
        kind: str = "order",
        follow: bool = True,
    ) -> None:
        """Who brought a friend to an order or a join is decided, or decided otherwise."""
        found = {
            "_id": attributions.key(self.community, kind, order),
            "community": self.community,
            "kind": kind,
            "subject": order,
            "friend": self.id(friend),
            "at": at or self.now,
            "settles": (at or self.now) + timedelta(hours=1),
            "rule": "last-click",
            "flags": flags or [],
            "candidates": [],
        }
        if by is not None:
            found |= {"advocate": self.id(by), "program": self.program, "version": 1}
        self.write(lambda: attributions.keep([found]))
        if follow:
            self.follow(friend)

    def refunds(self, amount: int, refund: str = "f1", order: str = "o1", friend: str = "bob") -> None:
        """Part of an order is refunded, before or after it came."""
        document = {
            "_id": refunds.key(self.community, order, refund),
            "community": self.community,
            "order_key": orders.key(self.community, order),
            "order": order,
            "refund": refund,
            "kind": "partial",
            "amount_minor": amount,
            "currency": "EUR",
            "at": self.now,
            "received": self.now,
        }
        self.write(lambda: refunds.insert(document))
        self.follow(friend)

    def refund_fails(self, refund: str, order: str = "o1", friend: str = "bob") -> None:
        """A refund fails: nothing was refunded by it."""
        key = refunds.key(self.community, order, refund)
        self.write(lambda: refunds.change(key, failed=self.now))
        self.follow(friend)

    def follow(self, friend: str = "bob") -> None:
        """What is owed follows from what is kept."""

        def body() -> None:
            friends.hold(self.community, self.id(friend))
            rewarding.follow(dossiers.of(self.community, self.id(friend)), self.now)

        self.write(body)

    def passes(self, span: timedelta) -> None:
        """Time passes."""
        self.now += span

    def lies(self, account: str, currency: str = "EUR") -> int:
        """What lies on an account such as `payable:ann`."""
        kind, _, owner = account.partition(":")
        return ledger.balance(self.community, f"{kind}:{self.id(owner)}", currency)

    def moved(self) -> list[tuple[str, int]]:
        """(reason, minor units) of all transfers, in order."""
        found = ledger.page(self.community, after=None, limit=1_000)
        return [(each.reason, each.amount_minor) for each in sorted(found, key=lambda each: each.id)]

    def rewards(self, **which: Any) -> list[dict[str, Any]]:
        """All rewards that have these values, the latest first."""
        found = rewards.latest(self.community, before=None, limit=1_000)
        return [each for each in found if which.items() <= each.items()]

    def write(self, body: Any) -> None:
        """Do something in a transaction of its own."""
        mongo.transact(DATABASE, body)
