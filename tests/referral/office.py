"""An office in which reps grant within a budget, and admins decide."""

from dataclasses import dataclass
from typing import Any

from services.referral.repository import DATABASE, ledger
from shared import identity, outbox
from tests.fixtures import MEMBER_KEY, Courier, Door

GIFTS = {
    "name": "Gifts",
    "team": "Care",
    "reps": ["rita", "roy"],
    "currency": "EUR",
    "limit_minor": 10_000,
    "approval_above_minor": 2_000,
    "grant_maximum_minor": 5_000,
}


@dataclass
class Office:
    """A community with Ann in it, and people of several names who ask."""

    door: Door

    def __call__(self, who: str, method: str, path: str, json: Any = None) -> Any:
        """Ask as somebody: `ada` is an admin, everybody else a rep."""
        token = self.door.token("admin" if who == "ada" else "rep", subject=who)
        headers = {"Authorization": f"Bearer {token}"}
        return self.door.client.open(f"/v1/{path}", method=method, json=json, headers=headers)

    def grant(self, name: str, amount: int = 1_000, who: str = "rita", **changed: Any) -> Any:
        """Somebody gives Ann something."""
        body = {
            "id": name,
            "member": "ann",
            "amount_minor": amount,
            "currency": "EUR",
            "budget": "gifts",
            "reason": "She helped a newcomer.",
            **changed,
        }
        return self(who, "POST", "grants", body)

    def decide(self, who: str, name: str, what: str) -> Any:
        """Somebody decides on a grant."""
        return self(who, "POST", f"grants/{name}/{what}", {"reason": "I looked into it."})

    def define(self, slug: str = "gifts", **changed: Any) -> Any:
        """Ada makes or changes a budget."""
        return self("ada", "PUT", f"budgets/{slug}", {**GIFTS, **changed})

    def numbers(self) -> tuple[int, int, int]:
        """What is reserved, spent and left."""
        found = self("ada", "GET", "budgets/gifts").json
        return found["reserved_minor"], found["spent_minor"], found["left_minor"]

    @property
    def ann(self) -> str:
        """Ann's id."""
        return identity.member_id(MEMBER_KEY.encode(), self.door.community, "ann")

    def owed(self) -> int:
        """What is payable to Ann."""
        return ledger.balance(self.door.community, f"payable:{self.ann}", "EUR")

    def acts(self, thing: str) -> list[tuple[str, str]]:
        """Who did what to it, in order."""
        items = self("ada", "GET", f"audit?thing={thing}").json["items"]
        return [(each["by"], each["act"]) for each in reversed(items)]


def opened(activity: Door, referral: Door, courier: Courier) -> Office:
    """An office with a budget for gifts, and Ann, to whom something may be given."""
    activity("PUT", "/v1/members/ann", {"name": "Ann"})
    courier.carry()
    found = Office(referral)
    assert found.define().status_code == 200
    return found


def announced(community: str) -> list[Any]:
    """Grants as they were announced."""
    parcels = [each for each in outbox.by_turns(DATABASE, 10_000) if each["community"] == community]
    return [message for parcel in parcels for message in outbox.messages(parcel)]


def zero(community: str) -> bool:
    """Whether the ledger of a community sums to zero."""
    return sum(amount for _, _, amount in ledger.sums(community)) == 0
