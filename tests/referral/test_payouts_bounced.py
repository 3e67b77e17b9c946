"""What was paid and came back from the bank days later: owed again, paid by another line, and nobody is told twice."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from services.referral.queries import auditing
from shared.events import referral as events
from tests.fixtures import Courier, Door
from tests.referral.treasury import JANUARY, Treasury, treasury


@pytest.fixture
def house(activity: Door, referral: Door, courier: Courier) -> Treasury:
    """Ann was paid 800, of which 300 were granted; Bob is to be paid 80."""
    found = treasury(activity, referral, courier, "ann", "bob")
    found.owe("ann", 500)
    found.owe("bob", 80)
    found.give("ann", "g1", 300)
    found.approved()
    assert found.mark("ann", "paid").status_code == 200
    return found


def test_what_came_back_is_owed_again_and_paid_with_the_next_month(house: Treasury) -> None:
    paid = house("ada", "GET", f"payouts/{JANUARY}/lines?status=paid").json["items"][0]
    back = house.mark("ann", "bounced").json
    assert (back["status"], back["reason"], back["reference"]) == (
        "bounced",
        "The account is closed.",
        "E2E-1",
    )
    assert back["paid_at"] == paid["marked_at"]
    assert [house.lies(kind, "ann") for kind in ("payable", "paying", "paid")] == [800, 0, 0]
    house.approved("2026-02")
    assert ("ann", "EUR", 800, "open", None) in house.lines("2026-02")
    assert house.mark("ann", "paid", payout="2026-02").status_code == 200
    assert [house.lies(kind, "ann") for kind in ("payable", "paying", "paid")] == [0, 0, 800]
    assert house.announced(events.PAID) == [
        f"{JANUARY}:reward.paid:{house.line('ann')}:1",
        f"{JANUARY}:reward.paid:{house.line('ann')}:2",
        f"2026-02:reward.paid:{house.line('ann')}:1",
    ]
    audit = auditing.audit(house.community)
    assert [each for each in audit.findings if each.code.startswith("payout")] == []
    assert house.sums_to_zero()


def test_it_comes_back_once_however_often_it_is_said(house: Treasury) -> None:
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: house.mark("ann", "bounced"), range(5)))
    assert [(answer.status_code, answer.json["status"]) for answer in answers] == [(200, "bounced")] * 5
    assert house.lies("payable", "ann") == 800
    assert len(house.announced(events.PAID)) == 2
    for what in ("paid", "failed"):
        assert house.mark("ann", what).json["title"] == "Already marked"
    assert house.sums_to_zero()


def test_what_was_not_paid_cannot_come_back(house: Treasury) -> None:
    refused = house.mark("bob", "bounced")
    assert (refused.status_code, refused.json["title"]) == (409, "Not at this step")
    house.mark("bob", "failed")
    assert house.mark("bob", "bounced").json["title"] == "Already marked"
    path = f"payouts/{JANUARY}/lines/{house.line('ann')}/bounced"
    assert house("shop", "POST", path, {}).status_code == 422
    assert house("rita", "POST", path, {"reason": "It came back."}).status_code == 403
    assert house.lies("paid", "ann") == 800


def test_who_said_so_stands_in_the_audit_and_the_order_to_the_bank_stays_as_it_was(house: Treasury) -> None:
    order = house("ada", "GET", f"payouts/{JANUARY}.csv").data
    assert house.mark("ann", "bounced", who="ada").status_code == 200
    assert house.acts(f"payout:{JANUARY}:{house.line('ann')}")[-1:] == ["line.bounced"]
    assert house("ada", "GET", f"payouts/{JANUARY}.csv").data == order


def test_a_grant_that_came_back_can_be_revoked(house: Treasury) -> None:
    revoke = ("rita", "POST", "grants/g1/revocation", {"reason": "It was a mistake."})
    assert house(*revoke).status_code == 409
    house.mark("ann", "bounced")
    assert house(*revoke).json["state"] == "revoked"
    assert house.lies("payable", "ann") == 500
