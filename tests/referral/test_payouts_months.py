"""A reward is paid with the month in which its hold was over, by the order's own time, whenever we are told."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from shared import clock
from tests.fixtures import Door
from tests.referral.till import proven, states, work_off
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


def paid_with(town: Town, month: str) -> list[int]:
    """What a month's pay-out would pay to Ann."""
    town.ask("POST", "/v1/payouts", {"period": month})
    work_off()
    lines = town.ask("GET", f"/v1/payouts/{month}/lines").json["items"]
    return [each["amount_minor"] for each in lines if each["status"] == "open"]


def test_the_month_in_which_the_hold_was_over_decides_and_not_when_we_were_told(town: Town) -> None:
    code = town.advocate("ann", "tenth")
    town.buy("o1", "bob", BORDER - INSTANT, code=code)
    town.buy("o2", "cid", BORDER, code=code, amount_minor=700)
    assert paid_with(town, "2026-01") == [50]
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
