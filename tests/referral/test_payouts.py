"""Pay-outs by month: prepared, approved by a second person, exported, marked; carried over, returned, done again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from shared.events import referral as events
from tests.fixtures import Courier, Door
from tests.referral.treasury import IN_FEBRUARY, JANUARY, Treasury, with_debts


@pytest.fixture
def house(activity: Door, referral: Door, courier: Courier) -> Treasury:
    """Ann is owed 500, Bob 80, Cy owes 200."""
    return with_debts(activity, referral, courier)


def test_what_was_payable_at_the_end_of_a_month_is_prepared_and_the_rest_is_carried_over_visibly(
    house: Treasury,
) -> None:
    house.owe("ann", 70, when=IN_FEBRUARY)
    house.owe("ann", 900, currency="USD")
    answer = house.prepare(minimum={"EUR": 100})
    assert (answer.status_code, answer.json["state"]) == (202, "preparing")
    assert house.lines() == [
        ("ann", "EUR", 500, "open", None),
        ("ann", "USD", 900, "open", None),
        ("bob", "EUR", 80, "carried", "below-minimum"),
        ("cy", "EUR", -200, "carried", "negative"),
    ]
    assert [house.lies("payable", each) for each in ("ann", "bob", "cy")] == [70, 80, -200]
    shown = house("ada", "GET", f"payouts/{JANUARY}").json
    assert (shown["state"], shown["prepared_by"]) == ("prepared", "ada")
    assert shown["border"] == "2026-01-31T22:00:00.000Z"  # midnight in Kyiv
    assert {(each["currency"], each["status"], each["lines"], each["amount_minor"]) for each in shown["totals"]} == {
        ("EUR", "open", 1, 500), ("USD", "open", 1, 900), ("EUR", "carried", 2, -120),
    }  # fmt: skip
    assert house.sums_to_zero()


def test_prepared_again_it_is_the_same_and_otherwise_it_is_refused(house: Treasury) -> None:
    house.prepare()
    again = house.prepare()
    assert (again.status_code, again.json["state"]) == (200, "prepared")
    other = house.prepare(minimum={"EUR": 1}).json
    assert other["title"] == "Prepared otherwise"
    assert "has a pay-out already, with no minimum." in other["detail"]
    assert len(house("ada", "GET", "payouts").json["items"]) == 1


def test_the_minimum_of_a_pay_out_is_said_as_it_is_asked_for(house: Treasury) -> None:
    house.prepare(minimum={"EUR": 100, "USD": 7})
    said = house.prepare().json["detail"]
    assert "a minimum of 100 minor units of EUR, 7 minor units of USD." in said
    assert house.lies("payable", "ann") == 0


def test_a_month_that_is_not_over_is_not_paid(house: Treasury) -> None:
    answer = house.prepare("2990-01")
    assert (answer.status_code, answer.json["title"]) == (409, "Month not over")


@pytest.mark.parametrize(
    "body",
    [
        {"period": "2026-13"},
        {"period": "2026-1"},
        {"period": "2026-01\n"},
        {},
        {"period": JANUARY, "minimum": {"EUR": -1}},
        {"period": JANUARY, "minimum": {"EURO": 1}},
    ],
)
def test_what_is_no_month_or_no_minimum_is_refused(house: Treasury, body: Any) -> None:
    assert house("ada", "POST", "payouts", body).status_code == 422


def test_a_second_person_approves_before_anything_is_exported_or_paid(house: Treasury) -> None:
    house.prepare()
    assert house("ada", "POST", f"payouts/{JANUARY}/approval", {}).json["title"] == "Second person needed"
    assert house("bea", "GET", f"payouts/{JANUARY}.csv").status_code == 409
    assert house.mark("ann", "paid").json["title"] == "Not at this step"
    approved = house("bea", "POST", f"payouts/{JANUARY}/approval", {"reason": "I looked."})
    assert (approved.json["state"], approved.json["decided_by"]) == ("approved", "bea")
    assert house("bea", "POST", f"payouts/{JANUARY}/approval", {}).status_code == 200
    assert house("cleo", "POST", f"payouts/{JANUARY}/approval", {}).status_code == 409
    audit = house("ada", "GET", f"audit?thing=payout:{JANUARY}").json["items"]
    assert [(each["by"], each["act"], each["reason"]) for each in audit] == [
        ("bea", "payout.approved", "I looked."),
        ("ada", "payout.prepared", None),
    ]


def test_a_line_is_paid_once_however_often_and_from_however_many_sides_it_is_said(house: Treasury) -> None:
    house.approved()
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: house.mark("ann", "paid"), range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json["status"] for answer in answers} == {"paid"}
    assert (house.lies("paid", "ann"), house.lies("payable", "ann")) == (500, 0)
    assert house.announced(events.PAID) == [f"{JANUARY}:reward.paid:{house.line('ann')}:1"]
    assert house.mark("ann", "failed").json["title"] == "Already marked"
    assert house.mark("cy", "paid").json["title"] == "Already marked"
    assert house.mark("nobody", "paid").status_code == 404
    assert house.sums_to_zero()


def test_a_line_is_not_paid_again_under_another_reference(house: Treasury) -> None:
    """Two transfers by the bank for one line do not go unnoticed."""
    house.approved()
    first = house.mark("ann", "paid")
    assert (first.status_code, first.json["reference"]) == (200, "E2E-1")
    path = f"payouts/{JANUARY}/lines/{house.line('ann')}/paid"
    for body in ({"reference": "E2E-1"}, {}, {"reference": None}):
        assert house("shop", "POST", path, body).json == first.json
    other = house("shop", "POST", path, {"reference": "E2E-2"})
    assert (other.status_code, other.json["title"]) == (409, "Already marked")
    assert [each["pointer"] for each in other.json["errors"]] == ["/reference"]
    assert "'E2E-1'" in other.json["detail"]
    house.mark("ann", "bounced")
    assert house("shop", "POST", path, {"reference": "E2E-2"}).status_code == 409


def test_what_failed_is_payable_again_and_paid_with_the_next_month(house: Treasury) -> None:
    house.approved()
    failed = house.mark("ann", "failed")
    assert (failed.json["status"], failed.json["reason"]) == ("failed", "The account is closed.")
    assert house.mark("ann", "paid").status_code == 409
    assert house.lies("payable", "ann") == 500
    assert house("shop", "POST", f"payouts/{JANUARY}/lines/{house.line('bob')}/failed", {}).status_code == 422
    house.approved("2026-02")
    assert ("ann", "EUR", 500, "open", None) in house.lines("2026-02")
    assert house.mark("ann", "paid", payout="2026-02").status_code == 200
    assert (house.lies("paid", "ann"), house.lies("payable", "ann")) == (500, 0)
    assert len(house.announced(events.PAID)) == 1
    assert house.sums_to_zero()


def test_a_refused_pay_out_gives_everything_back_and_the_month_can_be_prepared_anew(house: Treasury) -> None:
    house.prepare()
    refused = house("ada", "POST", f"payouts/{JANUARY}/refusal", {"reason": "The minimum is missing."})
    assert refused.json["state"] == "refusing"
    house.work()
    assert house("ada", "GET", f"payouts/{JANUARY}").json["state"] == "refused"
    assert [house.lies("payable", each) for each in ("ann", "bob", "cy")] == [500, 80, -200]
    assert house("bea", "POST", f"payouts/{JANUARY}/approval", {}).status_code == 409
    anew = house.prepare(minimum={"EUR": 100})
    assert (anew.status_code, anew.json["id"]) == (202, f"{JANUARY}-2")
    assert [row[3] for row in house.lines(JANUARY)] == ["returned", "returned", "carried"]
    first = house("ada", "GET", "payouts?limit=1").json
    second = house("ada", "GET", f"payouts?limit=1&cursor={first['next']}").json
    assert [each["id"] for each in first["items"] + second["items"]] == [f"{JANUARY}-2", JANUARY]


def test_a_refund_after_the_pay_out_is_carried_over_as_a_negative_line(house: Treasury) -> None:
    house.approved()
    house.mark("ann", "paid")
    house.owe("ann", -300, when=IN_FEBRUARY)
    house.owe("ann", 100, when=IN_FEBRUARY)
    house.prepare("2026-02")
    assert ("ann", "EUR", -200, "carried", "negative") in house.lines("2026-02")
    house.owe("ann", 450, when=IN_FEBRUARY + timedelta(days=30))
    house.prepare("2026-03")
    assert ("ann", "EUR", 250, "open", None) in house.lines("2026-03")
    assert house.sums_to_zero()


def test_a_refund_between_preparing_and_paying_does_not_change_what_was_approved(house: Treasury) -> None:
    house.approved()
    house.owe("ann", -500, when=IN_FEBRUARY)
    assert house.mark("ann", "paid").status_code == 200
    assert (house.lies("paid", "ann"), house.lies("payable", "ann")) == (500, -500)


def test_what_was_taken_back_since_the_end_of_the_month_is_not_paid(house: Treasury) -> None:
    house.owe("ann", -400, when=IN_FEBRUARY)
    house.prepare()
    assert ("ann", "EUR", 100, "open", None) in house.lines()
