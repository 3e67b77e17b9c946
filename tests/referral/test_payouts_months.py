"""A reward is paid with the month in which its hold was over, by the order's own time, whenever we are told."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from services.referral.use_cases import following
from shared import clock
from shared.events.activity import Erased
from tests.fixtures import Door
from tests.referral.till import merge, proven, states, work_off
from tests.referral.town import DAY, Town

#: The hold of who buys now is over at midnight in Kyiv, with which February begins.
BORDER = clock.from_text("2026-01-31T22:00:00Z") - 10 * DAY
INSTANT = timedelta(milliseconds=1)


@pytest.fixture
def town(referral: Door) -> Iterator[Town]:
    """A program that gives ten percent of a first purchase after ten days; its ledger is proved in the end."""
    for found in proven(referral):
        found.program("tenth", hold="10d", grace="0d")
        yield found


def paid_with(town: Town, month: str, **more: Any) -> list[int]:
    """What a month's pay-out would pay to Ann."""
    town.ask("POST", "/v1/payouts", {"period": month, **more})
    work_off()
    lines = town.ask("GET", f"/v1/payouts/{month}/lines").json["items"]
    return [each["amount_minor"] for each in lines if each["status"] == "open"]


def told(town: Town) -> tuple[str, str | None, str]:
    """What is said of Ann's latest reward that is not refunded."""
    found = town.ask("GET", "/v1/members/ann/rewards").json["items"]
    said = next(each for each in found if each["state"] != "reversed")
    return said["state"], said["reason"], said["detail"]


def end(town: Town, month: str, how: str) -> None:
    """A second person approves, and Ann's line is paid, or fails."""
    bea = {"Authorization": f"Bearer {town.ask.token('admin', subject='bea')}"}
    town.ask("POST", f"/v1/payouts/{month}/approval", {}, headers=bea)
    line = f"{town.member('ann')}-EUR"
    said = town.ask(
        "POST",
        f"/v1/payouts/{month}/lines/{line}/{how}",
        {"reason": "No such account."} if how == "failed" else {},
    )
    assert said.status_code == 200, said.text


def test_the_month_in_which_the_hold_was_over_decides_and_not_when_we_were_told(town: Town) -> None:
    code = town.advocate("ann", "tenth")
    town.buy("o1", "bob", BORDER - INSTANT, code=code)
    town.buy("o2", "cid", BORDER, code=code, amount_minor=700)
    assert paid_with(town, "2026-01") == [50]
    found = town.ask("GET", "/v1/members/ann/rewards").json["items"]
    assert [each["value_date"] for each in found] == ["2026-01-31T22:00:00.000Z", "2026-01-31T21:59:59.999Z"]
    assert states(town) == [("o2", "released", None), ("o1", "paying", None)]
    assert paid_with(town, "2026-02") == [70]


def test_what_is_told_after_its_months_pay_out_is_paid_with_the_next_one(town: Town) -> None:
    code = town.advocate("ann", "tenth")
    town.buy("o1", "bob", BORDER - INSTANT, code=code)
    assert paid_with(town, "2026-01") == [50]
    town.buy("o2", "cid", BORDER - INSTANT, code=code, amount_minor=700)
    assert dict(each[:2] for each in states(town)) == {"o1": "paying", "o2": "released"}
    assert paid_with(town, "2026-02") == [70]


def test_what_a_person_let_pass_counts_from_then_on(town: Town) -> None:
    code = town.advocate("ann", "tenth")
    town.buy("o1", "bob", BORDER - INSTANT, code=code, email="bob@mailinator.com")
    (review,) = town.ask("GET", "/v1/reviews").json["items"]
    said = {"decision": "pay", "reason": "He is known here."}
    town.ask("POST", f"/v1/reviews/{review['id']}/decision", said)
    assert states(town) == [("o1", "released", None)]
    assert paid_with(town, "2026-01") == []


def test_where_is_my_reward_says_why_it_is_not_paid_yet(town: Town) -> None:
    code = town.advocate("ann", "tenth")
    town.buy("o1", "bob", BORDER - INSTANT, code=code)
    assert paid_with(town, "2026-01", minimum={"EUR": 51}) == []
    assert told(town) == (
        "released",
        "below-minimum",
        "All that was payable at the end of 2026-01 is less than the least that is paid out: it is carried over.",
    )
    assert paid_with(town, "2026-02") == [50]
    assert told(town)[0] == "paying"
    end(town, "2026-02", "failed")
    assert told(town) == (
        "released", "payment-failed", "The payment with 2026-02 failed: it goes into the next pay-out.",
    )  # fmt: skip
    town.refund("o1", "r1", None, kind="whole")
    town.buy("o2", "cid", BORDER - INSTANT, code=code)
    assert paid_with(town, "2026-03") == [50]
    end(town, "2026-03", "paid")
    town.refund("o2", "r2", None, kind="whole")
    town.buy("o3", "dan", BORDER - INSTANT, code=code, amount_minor=400)
    assert paid_with(town, "2026-04") == []
    assert told(town)[:2] == ("released", "negative")


def test_of_who_was_erased_it_is_said_that_nobody_is_left_to_be_paid(town: Town) -> None:
    town.buy("o1", "bob", BORDER - INSTANT, code=town.advocate("ann", "tenth"))
    following.follow([Erased(town.member("ann"))], {})
    (found,) = town.ask("GET", "/v1/rewards").json["items"]
    assert (found["member"], found["state"], found["reason"]) == (None, "released", "nobody-to-pay")
    assert found["detail"] == "Its member was erased: nobody is left to be paid."


def test_what_turns_out_to_need_a_look_after_its_release_is_paid_when_somebody_has_looked(town: Town) -> None:
    """Silence never pays: the friend was merged into the advocate, and a pay-out came before anybody looked."""
    code = town.advocate("ann", "tenth")
    town.buy("o1", "bob", BORDER - INSTANT, code=code)
    town.buy("o2", "cid", BORDER - INSTANT, code=code, amount_minor=700)
    merge(town, "bob", "ann")
    assert paid_with(town, "2026-01") == [70]
    found = town.ask("GET", "/v1/members/ann/rewards").json["items"]
    assert {each["order"]: (each["state"], each["reason"]) for each in found} == {
        "o1": ("released", "review"),
        "o2": ("paying", None),
    }
    assert paid_with(town, "2026-02") == []
    (review,) = town.ask("GET", "/v1/reviews").json["items"]
    said = {"decision": "pay", "reason": "Two people share the account."}
    assert town.ask("POST", f"/v1/reviews/{review['id']}/decision", said).status_code == 200
    assert paid_with(town, "2026-03") == [50]
    assert {each[1] for each in states(town)} == {"paying"}
