"""Pay-outs by month: prepared, approved by a second person, exported, marked; carried over, returned, done again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from services.referral.domain.budgets import Person
from services.referral.repository import ledger
from services.referral.use_cases import granting, preparing
from shared import clock
from shared.events import referral as events
from tests.fixtures import Courier, Door
from tests.referral.treasury import IN_FEBRUARY, IN_JANUARY, JANUARY, Treasury, treasury


@pytest.fixture
def house(activity: Door, referral: Door, courier: Courier) -> Treasury:
    """Ann is owed 500, Bob 80, Cy owes 200."""
    found = treasury(activity, referral, courier, "ann", "bob", "cy")
    found.owe("ann", 500)
    found.owe("bob", 80)
    found.owe("cy", -200)
    return found


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
    assert house.prepare(minimum={"EUR": 1}).json["title"] == "Prepared otherwise"
    assert len(house("ada", "GET", "payouts").json["items"]) == 1
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


def test_the_export_is_the_same_bytes_each_time_and_holds_no_formula(house: Treasury) -> None:
    formula = '=HYPERLINK("https://evil.example")'
    house.owe(formula, 7)
    house.approved()
    first = house("ada", "GET", f"payouts/{JANUARY}.csv")
    assert first.headers["Content-Type"] == "text/csv; charset=utf-8"
    house.mark("ann", "paid")
    house.mark("bob", "failed")
    assert house("ada", "GET", f"payouts/{JANUARY}.csv").data == first.data
    rows = {
        house.line("ann"): f"{JANUARY},{house.line('ann')},ann,EUR,500",
        house.line("bob"): f"{JANUARY},{house.line('bob')},bob,EUR,80",
        house.line(
            formula
        ): f'{JANUARY},{house.line(formula)},"\'=HYPERLINK(""https://evil.example"")",EUR,7',
    }
    written = [rows[name] for name in sorted(rows)]
    assert first.text == "\n".join(["payout,line,member,currency,amount_minor", *written, ""])


def test_a_long_pay_out_is_prepared_and_refused_in_steps(
    house: Treasury, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "AT_ONCE", 2)
    for number in range(5):
        house.owe(f"m{number}", 10 + number)
    house("ada", "POST", "payouts", {"period": JANUARY})
    steps = 0
    while preparing.go_on(house.community, JANUARY, clock.now()):
        steps += 1
    assert steps == 4
    assert [row[2] for row in house.lines() if row[3] == "open"] == [500, 80, 10, 11, 12, 13, 14]
    house("ada", "POST", f"payouts/{JANUARY}/refusal", {"reason": "Not now."})
    house.work()
    assert {row[3] for row in house.lines()} == {"returned", "carried"}
    assert house.lies("payable", "m4") == 14


def test_two_who_prepare_at_once_take_each_account_once(
    house: Treasury, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "AT_ONCE", 2)
    for number in range(8):
        house.owe(f"m{number}", 10)

    def prepare(_: int) -> None:
        house("ada", "POST", "payouts", {"period": JANUARY})
        while preparing.go_on(house.community, JANUARY, clock.now()):
            pass

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(prepare, range(4)))
    assert len(house.lines()) == 11
    assert ledger.balance(house.community, f"paying:{JANUARY}", "EUR") == 660
    assert house.sums_to_zero()


def test_an_operator_pays_a_month_from_his_desk(house: Treasury, laurel: Any) -> None:
    of = ("--community", house.community)
    desk = ("referral", "payouts")
    prepared = laurel(*desk, "prepare", JANUARY, *of, "--by", "ada", "--minimum", "EUR=100")
    assert prepared.out.splitlines() == [
        f"The pay-out {JANUARY} is prepared.",
        "  EUR carried: 2 lines, -120 minor units",
        "  EUR open: 1 lines, 500 minor units",
    ]
    assert laurel(*desk, "prepare", JANUARY, *of, "--by", "ada", "--minimum", "EUR=100").out == prepared.out
    assert laurel(*desk, "approve", JANUARY, *of, "--by", "ada").code == 1
    assert laurel(*desk, "export", JANUARY, *of).code == 1
    assert laurel(*desk, "approve", JANUARY, *of, "--by", "bea").code == 0
    exported = laurel(*desk, "export", JANUARY, *of)
    assert exported.out == house("ada", "GET", f"payouts/{JANUARY}.csv").text
    line = house.line("ann")
    assert laurel(*desk, "mark", JANUARY, line, "--as", "failed", *of, "--by", "bea").code == 1
    for _ in range(2):
        assert (
            laurel(*desk, "mark", JANUARY, line, "--as", "paid", *of, "--by", "bea").out == f"{line} paid\n"
        )
    assert f"{JANUARY},approved,EUR,paid,1,500" in laurel(*desk, "list", *of).out
    assert laurel(*desk, "prepare", "2026-1", *of, "--by", "ada").code == 1
    assert laurel(*desk, "prepare", "2026-02", *of, "--by", "ada", "--minimum", "EUR").code == 1
    assert house.lies("paid", "ann") == 500


def test_a_rep_sees_pay_outs_and_moves_none(house: Treasury) -> None:
    house.give("ann", "g1", 5, when=IN_JANUARY)
    house.approved()
    assert house("rita", "GET", f"payouts/{JANUARY}/lines").status_code == 200
    for path in ("", f"/{JANUARY}/approval", f"/{JANUARY}/lines/{house.line('ann')}/paid"):
        assert house("rita", "POST", f"payouts{path}", {}).status_code == 403
