"""Who is in a pay-out: what he was granted, with whom he was merged, and that he was erased."""

from datetime import timedelta

import pytest

from services.referral.domain.budgets import Person
from services.referral.use_cases import granting
from shared import clock
from tests.fixtures import Courier, Door
from tests.referral.treasury import IN_FEBRUARY, JANUARY, Treasury, with_debts


@pytest.fixture
def house(activity: Door, referral: Door, courier: Courier) -> Treasury:
    """Ann is owed 500, Bob 80, Cy owes 200."""
    return with_debts(activity, referral, courier)


def test_a_grant_in_a_pay_out_is_not_revoked_unless_its_line_failed(house: Treasury) -> None:
    house.give("ann", "g1", 300)
    house.approved()
    assert ("ann", "EUR", 800, "open", None) in house.lines()
    revoke = ("rita", "POST", "grants/g1/revocation", {"reason": "It was a mistake."})
    refused = house(*revoke)
    assert (refused.status_code, refused.json["title"]) == (409, "In a pay-out")
    assert house("rita", "GET", "grants/g1").json["payout"] == JANUARY
    house.mark("ann", "failed")
    assert house(*revoke).json["state"] == "revoked"
    assert (house.lies("payable", "ann"), house.sums_to_zero()) == (500, True)


def test_a_grant_of_the_next_month_is_in_no_pay_out_of_this_one(house: Treasury) -> None:
    house.give("ann", "g2", 300, when=IN_FEBRUARY)
    house.approved()
    assert "payout" not in house("rita", "GET", "grants/g2").json
    granting.revoke(house.community, "g2", Person("rita"), clock.now(), "Why not.")
    assert house.lies("payable", "ann") == 0


def test_a_member_is_told_where_what_he_was_given_is_and_not_by_whom(
    house: Treasury, activity: Door, courier: Courier
) -> None:
    house.give("cy", "g1", 300)
    house.give("ann", "g2", 400, when=IN_FEBRUARY)
    house.give("ann", "g3", 500, when=IN_FEBRUARY + timedelta(days=1))
    granting.revoke(house.community, "g3", Person("rita"), IN_FEBRUARY + timedelta(days=2), "Twice.")
    activity("POST", "/v1/members/cy/merge", {"into": "ann"})
    courier.carry()
    house.approved()
    page = "https://shop.example"
    token = house.door.token("publishable", origins=[page], subject="member:ann")
    asking = {"Authorization": f"Bearer {token}", "Origin": page}
    found = house.door.client.get("/v1/members/ann/grants", headers=asking)
    assert [(each["id"], each["state"], each["detail"]) for each in found.json["items"]] == [
        ("g3", "revoked", "It was taken back before it was paid."),
        ("g2", "granted", "It goes into the next pay-out."),
        ("g1", "granted", f"It is in the pay-out {JANUARY}, or was paid with it."),
    ]
    assert "rita" not in found.text
    assert house.door.client.get("/v1/members/bob/grants", headers=asking).status_code == 404


def test_several_rewards_and_several_payments_do_not_multiply_one_another(house: Treasury) -> None:
    for number in range(3):
        house.give("ann", f"g{number}", 100)
        house.owe("ann", 1_000 + number)
    house.approved()
    house.mark("ann", "paid")
    for number in range(2):
        house.give("ann", f"h{number}", 10, when=IN_FEBRUARY)
    house.approved("2026-02")
    house.mark("ann", "paid", payout="2026-02")
    [totals] = house("ada", "GET", "members/ann/balances").json["items"]
    assert totals == {
        "currency": "EUR",
        "held_minor": 0,
        "payable_minor": 0,
        "paying_minor": 0,
        "paid_minor": 3_823,
    }
    paid = {
        each["id"]: [total["amount_minor"] for total in each["totals"] if total["status"] == "paid"]
        for each in house("ada", "GET", "payouts").json["items"]
    }
    assert paid == {JANUARY: [3_803], "2026-02": [20]}


def test_members_who_were_merged_get_one_line_and_owe_together(
    house: Treasury, activity: Door, courier: Courier
) -> None:
    assert activity("POST", "/v1/members/cy/merge", {"into": "ann"}).status_code < 300
    courier.carry()
    house.prepare()
    assert ("ann", "EUR", 300, "open", None) in house.lines()
    assert [row[0] for row in house.lines()] == ["ann", "bob"]
    assert [house.lies("payable", each) for each in ("ann", "cy")] == [0, 0]
    assert house.sums_to_zero()


def test_who_was_erased_is_not_paid_and_what_is_his_stays_visible(
    house: Treasury, activity: Door, courier: Courier
) -> None:
    assert activity("DELETE", "/v1/members/ann").status_code == 204
    courier.carry()
    house.prepare()
    items = house("ada", "GET", f"payouts/{JANUARY}/lines?status=carried").json["items"]
    assert (None, 500, "nobody-to-pay") in [
        (each["member"], each["amount_minor"], each["why"]) for each in items
    ]
    assert house.lies("payable", "ann") == 500
