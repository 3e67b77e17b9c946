"""Refunds: once for ever, in any order, never more than was paid, and undone when they fail."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from services.referral.domain import refunds as rules
from services.referral.domain.refunds import Kind, Refund
from shared import mongo
from tests.fixtures import REFERRAL
from tests.referral.town import DAY, NOW, SECOND, Town, text


def reversed_minor(town: Town) -> int:
    """How much of the one reward went back."""
    found = mongo.collection(REFERRAL, "transfers").find({"community": town.community})
    return -sum(
        each["amount_minor"] * (1 if each["debit"].startswith("expense") else -1) for each in found
    ) + granted(town)


def granted(town: Town) -> int:
    (reward,) = mongo.collection(REFERRAL, "rewards").find({"community": town.community})
    return int(reward["amount_minor"])


def sold(town: Town, **more: Any) -> str:
    code = town.advocate("ann")
    assert town.buy("o1", code=code, **more).status_code == 201
    return code


def test_the_same_refund_twice_is_one(town: Town) -> None:
    sold(town)
    first, again = town.refund("o1", "r1", 100), town.refund("o1", "r1", 100)
    assert (first.status_code, again.status_code, first.json) == (201, 200, again.json)
    assert town.order("o1")["refunded_minor"] == 100
    assert reversed_minor(town) == 10


def test_another_refund_under_the_same_id_is_refused(town: Town) -> None:
    sold(town)
    town.refund("o1", "r1", 100)
    assert town.refund("o1", "r1", 101).status_code == 422
    assert town.order("o1")["refunded_minor"] == 100


def test_a_refund_before_its_order_waits_and_says_so(town: Town) -> None:
    waiting = town.refund("o1", "r1", 100)
    assert (waiting.status_code, waiting.json["waits_for"]) == (201, "order")
    (shown,) = town.ask("GET", "/v1/conversions/o1/refunds").json["items"]
    assert shown["state"] == "waiting"
    sold(town)
    assert (town.order("o1")["refunded_minor"], reversed_minor(town)) == (100, 10)
    assert town.refund("o1", "r1", 100).json["waits_for"] is None


def test_a_refund_and_its_order_at_once_meet(town: Town) -> None:
    code = town.advocate("ann")
    client = town.ask.client.application

    def tell(what: int) -> int:
        door = type(town.ask)(client.test_client(), town.ask.settings, town.community)
        order = f"o{what // 2}"
        if what % 2:
            return int(Town(door).refund(order, "r", 500).status_code)
        return int(Town(door).buy(order, f"friend {what}", code=code).status_code)

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(tell, range(40))) == {201}
    balances = mongo.collection(REFERRAL, "balances").find({"community": town.community})
    assert {each["amount_minor"] for each in balances} <= {0}


def test_refunds_of_all_sizes_never_exceed_the_order(town: Town) -> None:
    sold(town)
    assert town.refund("o1", "r1", 300).status_code == 201
    said = town.refund("o1", "r2", 201)
    assert (said.status_code, said.json["errors"][0]["pointer"]) == (422, "/amount_minor")
    assert town.refund("o1", "r3", 200).status_code == 201
    assert town.refund("o1", "r4", 1).status_code == 422
    assert (town.order("o1")["refunded_minor"], reversed_minor(town)) == (500, 50)


def test_racing_refunds_never_exceed_the_order(town: Town) -> None:
    sold(town)
    client = town.ask.client.application

    def refund(number: int) -> int:
        door = type(town.ask)(client.test_client(), town.ask.settings, town.community)
        return int(Town(door).refund("o1", f"r{number}", 200).status_code)

    with ThreadPoolExecutor(8) as threads:
        assert sorted(threads.map(refund, range(8))) == [201, 201] + [422] * 6
    assert (town.order("o1")["refunded_minor"], reversed_minor(town)) == (400, 40)


@pytest.mark.parametrize("kind", ["whole", "chargeback"])
def test_a_whole_refund_takes_what_is_left_whenever_it_comes(town: Town, kind: str) -> None:
    sold(town)
    assert town.refund("o1", "all", None, NOW, kind=kind).status_code == 201
    assert town.refund("o1", "r1", 100, NOW - SECOND).status_code == 201
    assert (town.order("o1")["refunded_minor"], reversed_minor(town)) == (500, 50)


def test_a_refund_in_another_currency_is_refused_and_one_that_waited_never_counts(town: Town) -> None:
    town.refund("o1", "early", 100, currency="USD")
    sold(town)
    assert town.refund("o1", "r1", 100, currency="USD").status_code == 422
    assert town.order("o1")["refunded_minor"] == 0
    assert town.order("o1")["refunds"][0]["state"] == "another-currency"


def test_of_two_equal_refunds_one_fails_and_exactly_one_reversal_is_undone(town: Town) -> None:
    sold(town)
    for name in ("r1", "r2"):
        town.refund("o1", name, 150)
    assert reversed_minor(town) == 30
    for _ in range(2):
        said = town.ask("POST", "/v1/conversions/o1/refunds/r1/failure", {"at": text(NOW)})
        assert (said.status_code, said.json["state"]) == (200, "failed")
    assert (town.order("o1")["refunded_minor"], reversed_minor(town)) == (150, 15)


def test_a_failure_that_comes_before_its_refund_counts(town: Town) -> None:
    sold(town)
    town.ask("POST", "/v1/conversions/o1/refunds/r1/failure", {"at": text(NOW + SECOND)})
    assert town.refund("o1", "r1", 500).status_code == 201
    assert town.refund("o1", "r2", 500).status_code == 201
    assert [each["state"] for each in town.order("o1")["refunds"]] == ["failed", "counted"]
    assert reversed_minor(town) == 50


@pytest.mark.parametrize("order", list(itertools.permutations(["buy", "r1", "r2", "fail"]))[::4])
def test_whatever_comes_first_the_end_is_the_same(town: Town, order: tuple[str, ...]) -> None:
    code = town.advocate("ann")
    tell = {
        "buy": lambda: town.buy("o1", code=code, at=NOW - DAY),
        "r1": lambda: town.refund("o1", "r1", 99),
        "r2": lambda: town.refund("o1", "r2", 197),
        "fail": lambda: town.ask("POST", "/v1/conversions/o1/refunds/r1/failure", {"at": text(NOW)}),
    }
    for name in order:
        assert tell[name]().status_code in {200, 201}
    assert (town.order("o1")["refunded_minor"], reversed_minor(town)) == (197, 20)


def test_a_partial_refund_says_how_much(town: Town) -> None:
    said = town.refund("o1", "r1", None)
    assert (said.status_code, said.json["errors"][0]["pointer"]) == (422, "/amount_minor")


def test_refunds_add_up_by_rule() -> None:
    def some(*amounts: int | None, failed: int = -1) -> list[Refund]:
        return [
            Refund(
                name=str(number),
                kind=Kind.PARTIAL,
                at=NOW,
                amount_minor=amount,
                failed=NOW if number == failed else None,
            )
            for number, amount in enumerate(amounts)
        ]

    assert rules.refunded(197, "EUR", some(99)) == 99
    assert rules.refunded(197, "EUR", some(99, None)) == 197
    assert rules.refunded(197, "EUR", some(99, 99)) == 197
    assert rules.refunded(197, "EUR", some(99, 99, failed=0)) == 99
    assert rules.excess(197, "EUR", some(99, 99)) == 1
