"""What is money: today for what begins today, on its own day for an order, ever for what was begun earlier."""

from typing import Any

import marshmallow
import pytest

from services.referral.schemas.budgets import BudgetWanted
from services.referral.schemas.conversions import NewOrder, NewRefund
from services.referral.schemas.payouts import PayoutWanted
from services.referral.schemas.programs import Terms

#: Nothing (three times X), gold, a code for tests, money that is gone, a fund: codes of ISO 4217, and no money.
NO_MONEY = (3 * "X", "XAU", "XTS", "DEM", "CLF")


def faults(schema: marshmallow.Schema, said: dict[str, Any]) -> Any:
    """What is wrong with it, by field."""
    return schema.validate(said, partial=True)


@pytest.mark.parametrize("code", NO_MONEY)
def test_what_is_no_money_today_is_refused_by_the_name_of_its_field(code: str) -> None:
    order = {"amount_minor": 5, "currency": code, "placed_at": "2026-01-02T00:00:00Z"}
    for schema, said in ((BudgetWanted(), {"currency": code}), (NewOrder(), order)):
        assert "This is not money" in faults(schema, said)["currency"][0]
    assert "This is not money" in faults(Terms(), {"currencies": ["EUR", code]})["currencies"][1][0]


@pytest.mark.parametrize("code", ["EUR", "USD", "UAH", "JPY", "KWD", "XOF"])
def test_what_is_money_is_taken(code: str) -> None:
    assert faults(BudgetWanted(), {"currency": code}) == {}


@pytest.mark.parametrize(("year", "wrong"), [(2022, set()), (2024, {"currency"})])
def test_an_order_is_in_what_was_money_on_its_day(year: int, wrong: set[str]) -> None:
    said = {"amount_minor": 5, "currency": "HRK", "placed_at": f"{year}-06-01T00:00:00Z"}
    assert set(faults(NewOrder(), said)) == wrong


def test_what_was_owed_in_money_that_is_gone_can_be_given_back_and_paid() -> None:
    assert faults(NewRefund(), {"refund": "r", "currency": "HRK"}) == {}
    assert faults(PayoutWanted(), {"minimum": {"HRK": 100}}) == {}
    assert faults(NewRefund(), {"refund": "r", "currency": "XAU"})["currency"]
