"""`laurel referral audit` proves what was given and paid too: whatever was changed behind its back is named."""

from typing import Any

import pytest

from services.referral.queries import auditing
from services.referral.repository import DATABASE
from shared import mongo
from tests.fixtures import Courier, Door
from tests.referral.treasury import JANUARY, Treasury, treasury


@pytest.fixture
def house(activity: Door, referral: Door, courier: Courier) -> Treasury:
    """Lines and grants in every state; two accounts of one person, one of which owes."""
    found = treasury(activity, referral, courier, "ann", "bob", "cy", "dee", "eve", "fay")
    activity("POST", "/v1/members/eve/merge", {"into": "dee"})
    courier.carry()
    for called, amount in {"ann": 100, "bob": 200, "cy": -5, "dee": 300, "eve": -40, "fay": 50}.items():
        found.owe(called, amount)
    for name in ("g1", "g2"):
        found.give("ann", name, 30)
    found("rita", "POST", "grants/g2/revocation", {"reason": "A mistake."})
    found("ada", "PUT", "budgets/gifts", {"currency": "EUR", "limit_minor": 500, "approval_above_minor": 50})
    grant = {"member": "ann", "amount_minor": 60, "currency": "EUR", "budget": "gifts", "reason": "Thanks."}
    for name in ("g3", "g4"):
        assert found("ada", "POST", "grants", {"id": name, **grant}).json["state"] == "waiting"
    found("bea", "POST", "grants/g4/refusal", {"reason": "No."})
    found.prepare(minimum={"EUR": 150})
    found("ada", "POST", f"payouts/{JANUARY}/refusal", {"reason": "No minimum."})
    found.work()
    found.prepare()
    found("bea", "POST", f"payouts/{JANUARY}-2/approval", {})
    found.mark("ann", "paid", payout=f"{JANUARY}-2")
    found.mark("bob", "failed", payout=f"{JANUARY}-2")
    for what in ("paid", "bounced"):
        assert found.mark("fay", what, payout=f"{JANUARY}-2").status_code == 200
    return found


def findings(house: Treasury) -> list[str]:
    return [each.code for each in auditing.audit(house.community).findings if each.code != "reward-missing"]


def change(house: Treasury, collection: str, which: dict[str, Any], **changed: Any) -> None:
    found = mongo.collection(DATABASE, collection).update_one(
        {"community": house.community, **which}, {"$set": changed}
    )
    assert found.modified_count == 1


def test_what_was_given_and_paid_is_what_the_ledger_says(house: Treasury) -> None:
    assert findings(house) == []
    assert {row[3] for row in house.lines(f"{JANUARY}-2")} == {"open", "paid", "failed", "bounced", "carried"}


@pytest.mark.parametrize(
    ("collection", "which", "changed", "code"),
    [
        ("payout_lines", {"status": "open"}, {"status": "paid"}, "payout-differs"),
        ("payout_lines", {"status": "paid"}, {"status": "open"}, "payout-differs"),
        ("payout_lines", {"status": "bounced"}, {"status": "paid"}, "payout-differs"),
        ("payout_lines", {"status": "paid"}, {"amount_minor": 1}, "payout-differs"),
        ("grants", {"id": "g1"}, {"amount_minor": 29}, "grant-differs"),
        ("grants", {"id": "g2"}, {"state": "granted"}, "grant-differs"),
        ("grants", {"id": "g4"}, {"state": "waiting"}, "budget-differs"),
        ("budgets", {"slug": "gifts"}, {"spent_minor": 0}, "budget-differs"),
        ("budgets", {"slug": "gifts"}, {"limit_minor": 89}, "budget-overspent"),
    ],
)
def test_what_was_changed_behind_its_back_is_named(
    house: Treasury, collection: str, which: dict[str, Any], changed: dict[str, Any], code: str
) -> None:
    change(house, collection, which, **changed)
    assert code in findings(house)


def test_a_line_and_a_grant_that_are_gone_are_missed(house: Treasury) -> None:
    mongo.collection(DATABASE, "payout_lines").delete_one({"community": house.community, "status": "paid"})
    mongo.collection(DATABASE, "grants").delete_one({"community": house.community, "id": "g2"})
    assert sorted(findings(house)) == ["grant-missing", "payout-missing"]
