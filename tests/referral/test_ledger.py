"""The ledger's store: what is there is not written again, another thing under its id is a fault, balances follow."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from services.referral.domain.ledger import Transfer
from services.referral.repository import DATABASE, ledger
from shared import clock, mongo
from shared.errors import Fault

NOW = clock.from_text("2026-05-01T12:00:00Z")


def transfer(community: str, name: str = "1", **changed: object) -> Transfer:
    """Five euros that a program owes to Ann."""
    found = Transfer(
        id=f"{community}|{name}",
        community=community,
        time=NOW,
        debit="expense:spring",
        credit="payable:ann",
        currency="EUR",
        amount_minor=500,
        reason="purchase",
        reference="r1",
    )
    return replace(found, **changed)  # type: ignore[arg-type]


@mongo.in_transaction(DATABASE)
def post(*transfers: Transfer) -> list[Transfer]:
    """Transfers, in a transaction of their own."""
    return ledger.post(transfers)


def test_a_transfer_that_is_there_is_not_written_again(community: str) -> None:
    one = transfer(community)
    assert post(one) == [one]
    assert post(replace(one, time=NOW + timedelta(days=1)), one) == []
    assert ledger.page(community, after=None, limit=10) == [one]
    assert ledger.balance(community, "payable:ann", "EUR") == 500


def test_another_transfer_under_the_same_id_is_a_fault_and_changes_nothing(community: str) -> None:
    post(transfer(community))
    with pytest.raises(Fault, match="as another transfer"):
        post(transfer(community, amount_minor=501), transfer(community, "2"))
    assert ledger.balance(community, "payable:ann", "EUR") == 500


@pytest.mark.parametrize("changed", [{"amount_minor": 0}, {"amount_minor": -5}, {"credit": "expense:spring"}])
def test_what_moves_nothing_is_a_fault(community: str, changed: dict[str, object]) -> None:
    with pytest.raises(Fault):
        post(transfer(community, **changed))
    assert ledger.page(community, after=None, limit=10) == []


def test_balances_are_kept_by_currency_and_may_go_below_zero(community: str) -> None:
    back = {"debit": "payable:ann", "credit": "expense:spring"}
    post(transfer(community), transfer(community, "2", **back, amount_minor=700))
    post(transfer(community, "3", currency="JPY", amount_minor=90))
    assert ledger.balances(community, "payable") == [("ann", "EUR", -200), ("ann", "JPY", 90)]
    assert ledger.sums(community) == [
        ("expense:spring", "EUR", 200),
        ("payable", "EUR", -200),
        ("expense:spring", "JPY", -90),
        ("payable", "JPY", 90),
    ]


def test_writers_at_once_write_it_once(community: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        written = list(pool.map(lambda _: post(transfer(community)), range(24)))
    assert sum(map(len, written)) == 1
    assert ledger.balance(community, "payable:ann", "EUR") == 500
