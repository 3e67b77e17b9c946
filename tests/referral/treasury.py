"""A community to whose members something is owed for January, for tests of pay-outs."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from services.referral import jobs
from services.referral.domain.budgets import Budget, Person
from services.referral.domain.ledger import Transfer
from services.referral.repository import DATABASE, ledger, people
from services.referral.use_cases import budgeting, granting
from shared import identity, mongo, outbox, work
from tests.fixtures import MEMBER_KEY, Courier, Door

JANUARY = "2026-01"
IN_JANUARY = datetime(2026, 1, 15, 12, tzinfo=UTC)
IN_FEBRUARY = datetime(2026, 2, 3, 12, tzinfo=UTC)


@dataclass
class Treasury:
    """A door, and who asks: `ada` and `bea` are admins, `shop` is the community's own server."""

    door: Door

    @property
    def community(self) -> str:
        """Whose money it is."""
        return self.door.community

    def __call__(self, who: str, method: str, path: str, json: Any = None) -> Any:
        """Ask as somebody."""
        kind = {"shop": "server", "rita": "rep"}.get(who, "admin")
        headers = {"Authorization": f"Bearer {self.door.token(kind, subject=who)}"}
        return self.door.client.open(f"/v1/{path}", method=method, json=json, headers=headers)

    def id(self, called: str) -> str:
        """Laurel's id of a member."""
        return identity.member_id(MEMBER_KEY.encode(), self.community, called)

    def owe(self, called: str, amount: int, *, when: datetime = IN_JANUARY, currency: str = "EUR") -> None:
        """A member is owed something for a purchase; below zero: something is taken back."""
        sides = ("expense:spring", f"payable:{self.id(called)}")
        debit, credit = sides if amount > 0 else sides[::-1]
        name = f"{self.community}|{called}|{when.isoformat()}|{currency}|{amount}"
        moved = Transfer(
            id=name,
            community=self.community,
            time=when,
            debit=debit,
            credit=credit,
            currency=currency,
            amount_minor=abs(amount),
            reason="purchase",
            reference="r",
        )
        mongo.transact(DATABASE, lambda: self._keep(called, moved))

    def _keep(self, called: str, moved: Transfer) -> None:
        people.ensure(self.community, {self.id(called): called})
        ledger.post([moved])

    def give(self, called: str, name: str, amount: int, when: datetime = IN_JANUARY) -> None:
        """A member is granted something."""
        budget = Budget(slug="gifts", currency="EUR", limit_minor=1_000_000, reps=frozenset({"rita"}))
        budgeting.define(self.community, budget, "ada", when)
        wanted = granting.Wanted(name, self.id(called), called, amount, "EUR", "gifts", "She helped.")
        assert granting.give(self.community, wanted, Person("rita"), when).grant["state"] == "granted"

    def prepare(self, period: str = JANUARY, who: str = "ada", **more: Any) -> Any:
        """Somebody has a pay-out prepared, and `jobs` does it."""
        answer = self(who, "POST", "payouts", {"period": period, **more})
        self.work()
        return answer

    def approved(self, period: str = JANUARY) -> Mapping[str, Any]:
        """A pay-out that is prepared and approved."""
        self.prepare(period)
        answer = self("bea", "POST", f"payouts/{period}/approval", {})
        assert answer.status_code == 200, answer.text
        found: Mapping[str, Any] = answer.json
        return found

    def work(self) -> None:
        """What `jobs` does."""
        while work.do_next(DATABASE, {**jobs.STEPS}):
            pass

    def lines(self, payout: str = JANUARY) -> list[tuple[str, str, int, str, str | None]]:
        """(member, currency, amount, status, why) of the lines, by member."""
        items = self("ada", "GET", f"payouts/{payout}/lines?limit=200").json["items"]
        return sorted(
            (each["member"], each["currency"], each["amount_minor"], each["status"], each.get("why"))
            for each in items
        )

    def line(self, called: str, currency: str = "EUR") -> str:
        """The name of a member's line."""
        return f"{self.id(called)}-{currency}"

    def mark(self, called: str, what: str, *, payout: str = JANUARY, who: str = "shop") -> Any:
        """A line is marked."""
        body = {"reason": "The account is closed."} if what != "paid" else {"reference": "E2E-1"}
        return self(who, "POST", f"payouts/{payout}/lines/{self.line(called)}/{what}", body)

    def lies(self, kind: str, called: str, currency: str = "EUR") -> int:
        """What lies on a member's account of a kind."""
        return ledger.balance(self.community, f"{kind}:{self.id(called)}", currency)

    def acts(self, thing: str) -> list[str]:
        """What people did to it, in order."""
        found = self("ada", "GET", f"audit?thing={quote(thing)}").json["items"]
        return [each["act"] for each in reversed(found)]

    def sums_to_zero(self) -> bool:
        """Whether every currency of the ledger does."""
        sums: dict[str, int] = {}
        for _, currency, amount in ledger.sums(self.community):
            sums[currency] = sums.get(currency, 0) + amount
        return not any(sums.values())

    def announced(self, kind: str) -> list[str]:
        """The ids of events of a kind that were announced."""
        parcels = [each for each in outbox.by_turns(DATABASE, 10_000) if each["community"] == self.community]
        headers = [dict(message.headers) for parcel in parcels for message in outbox.messages(parcel)]
        return [each["ce_id"] for each in headers if each["ce_type"] == kind]


def treasury(activity: Door, referral: Door, courier: Courier, *members: str) -> Treasury:
    """A treasury of a community with these members."""
    activity("POST", "/v1/members", [{"id": each} for each in members])
    courier.carry()
    return Treasury(referral)


def with_debts(activity: Door, referral: Door, courier: Courier) -> Treasury:
    """Ann is owed 500, Bob 80, Cy owes 200."""
    found = treasury(activity, referral, courier, "ann", "bob", "cy")
    found.owe("ann", 500)
    found.owe("bob", 80)
    found.owe("cy", -200)
    return found
