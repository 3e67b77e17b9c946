"""Joins and orders over HTTP: once for ever, whoever repeats them, and whatever comes first."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared import mongo
from tests.fixtures import REFERRAL, Door
from tests.referral.town import DAY, HOUR, LONG_AGO, NOW, SECOND, Town, text


def count(town: Town, name: str) -> int:
    return mongo.collection(REFERRAL, name).count_documents({"community": town.community})


def test_an_order_is_attributed_to_whose_code_it_names(town: Town) -> None:
    code = town.advocate("ann")
    first = town.buy("o1", code=code)
    assert (first.status_code, first.json["id"], first.json["waits_for"]) == (201, "o1", None)
    shown = town.order("o1")
    assert (shown["advocate"], shown["program"], shown["rule"]) == ("ann", "spring", "code")


def test_the_same_order_again_is_the_same_answer_and_changes_nothing(town: Town) -> None:
    code = town.advocate("ann")
    first = town.buy("o1", code=code)
    again = town.buy("o1", code=code)
    assert (again.status_code, again.json) == (200, first.json)
    assert count(town, "orders") == count(town, "attributions") == count(town, "rewards") == 1


@pytest.mark.parametrize("amount", [2**31 - 1, 2**31, 2**32, 10**12])
def test_an_order_may_be_as_large_as_it_is(town: Town, amount: int) -> None:
    """The driver reads numbers of more than 31 bits as another type than small ones."""
    code = town.advocate("ann")
    assert town.buy("o1", code=code, amount_minor=amount, currency="IDR").status_code == 201
    (loop,) = town.ask("GET", "/v1/loops").json["items"]
    shown = town.ask("GET", f"/v1/loops/{loop['id']}").json
    assert [each["amount_minor"] for each in shown["orders"]] == [amount]
    assert town.refund("o1", "r1", amount - 1).status_code == 201
    (reward,) = town.ask("GET", "/v1/rewards").json["items"]
    assert (reward["currency"], reward["amount_minor"]) == ("IDR", (amount + 5) // 10)
    assert [each["sum_minor"] for each in town.ask("GET", "/v1/ledger/balance").json["items"]] == [0]


@pytest.mark.parametrize("amount", [10**12 + 1, 2**63, 10**400, 1e30, -1])
def test_an_amount_that_no_ledger_could_sum_is_refused_by_name(town: Town, amount: float) -> None:
    said = town.buy("o1", amount_minor=amount)
    assert (said.status_code, [each["pointer"] for each in said.json["errors"]]) == (422, ["/amount_minor"])


def test_a_fixed_amount_of_very_many_pieces_is_bounded_as_every_amount_is(town: Town) -> None:
    fixed = {"name": "fixed", "to": "advocate", "amount_minor": 10**12, "currency": "EUR"}
    own = {"name": "own", "to": "friend", "amount_minor": 10**12, "currency": "EUR"}
    town.program("rich", rewards=[fixed, own])
    code = town.advocate("ann", "rich")
    items = [{"product": str(each), "amount_minor": 1, "quantity": 10**6} for each in range(20)]
    assert town.buy("o1", code=code, items=items, quantity=10**6).status_code == 201
    rewards = town.ask("GET", "/v1/rewards").json["items"]
    assert [(each["asked_minor"], each["amount_minor"]) for each in rewards] == [(10**12, 10**12)] * 2


@pytest.mark.parametrize(
    "other",
    [
        {"amount_minor": 501},
        {"currency": "USD", "placed_at": text(NOW - HOUR)},
        {"checkout_began_at": text(NOW - HOUR)},
        {"member": "eve"},
        {"code": "x"},
        {"email": "bob@example.org"},
    ],
)
def test_another_body_under_the_same_order_is_refused_and_nothing_is_stored(town: Town, other: Any) -> None:
    town.buy("o1")
    before = mongo.collection(REFERRAL, "orders").find_one({"community": town.community})
    said = town.ask("POST", "/v1/conversions", {
        "order": "o1", "member": "bob", "amount_minor": 500, "currency": "EUR", "placed_at": text(NOW), **other
    })  # fmt: skip
    assert said.status_code == 422, said.text
    assert [each["pointer"] for each in said.json["errors"]] == [f"/{name}" for name in other]
    assert mongo.collection(REFERRAL, "orders").find_one({"community": town.community}) == before
    assert count(town, "people") == 1


@pytest.mark.parametrize("order", ["#1", "a/b", "../x", "Ä ö", "o\x1f\x00|:", "😀", ".", "%2F"])
def test_an_order_id_may_hold_any_character(town: Town, order: str) -> None:
    assert town.buy(order).status_code == 201
    assert town.order(order)["id"] == order
    assert town.refund(order, order, 100).status_code == 201
    assert town.order(order)["refunded_minor"] == 100


def test_three_hundred_identical_conversions_at_once_are_one(town: Town) -> None:
    code = town.advocate("ann")
    client = town.ask.client.application

    def buy(_: int) -> tuple[int, Any]:
        said = Town(type(town.ask)(client.test_client(), town.ask.settings, town.community)).buy(
            "o1", code=code
        )
        return said.status_code, said.json

    with ThreadPoolExecutor(16) as threads:
        answers = list(threads.map(buy, range(300)))
    assert sorted(status for status, _ in answers) == [200] * 299 + [201]
    assert len({repr(body) for _, body in answers}) == 1
    counts = [count(town, name) for name in ("orders", "attributions", "rewards", "transfers", "loops")]
    assert counts == [1, 1, 1, 1, 1]


def test_two_first_purchases_at_once_have_one_winner_and_one_record_each(town: Town) -> None:
    town.program("loyal", model="sticky")
    codes = {name: town.advocate(name, "loyal") for name in ("ann", "dan")}
    client = town.ask.client.application

    def buy(name: str) -> int:
        door = type(town.ask)(client.test_client(), town.ask.settings, town.community)
        at = NOW if name == "ann" else NOW + SECOND
        return int(Town(door).buy(f"of {name}", at=at, code=codes[name]).status_code)

    with ThreadPoolExecutor(2) as threads:
        assert list(threads.map(buy, codes)) == [201, 201]
    assert [town.advocate_of(f"of {name}") for name in codes] == ["ann", "ann"]
    assert count(town, "attributions") == 2


def test_the_same_join_twice_is_one(town: Town) -> None:
    code = town.advocate("ann")
    first, again = town.join("bob", code=code), town.join("bob", code=code)
    assert (first.status_code, again.status_code, again.json) == (201, 200, first.json)
    assert town.join("bob", at=NOW - DAY, code=code).status_code == 422
    assert count(town, "joins") == 1


def test_a_conversion_before_its_join_waits_for_it_and_says_so(town: Town) -> None:
    code = town.advocate("ann")
    assert town.buy("o1").json["waits_for"] == "join"
    assert town.advocate_of("o1") is None
    town.join("bob", at=NOW - DAY, code=code)
    assert town.advocate_of("o1") == "ann"
    assert town.buy("o1").json["waits_for"] is None
    assert count(town, "rewards") == 1


def test_only_an_order_that_a_join_can_help_waits_for_one(referral: Door) -> None:
    town = Town(referral)
    assert town.buy("before any program", "eve").json["waits_for"] is None
    town.program(currencies=["EUR"], least_order_minor=100)
    code = town.advocate("ann")
    assert town.buy("unknown", code="NOBODYS").json["waits_for"] == "join"
    for order, other in (
        ("dollars", {"currency": "USD"}),
        ("small", {"amount_minor": 99}),
        ("early", {"at": LONG_AGO - DAY}),
    ):
        for _ in range(2):
            assert town.buy(order, code=code, **other).json["waits_for"] is None, order
        assert town.advocate_of(order) is None
    town.join("bob", at=NOW - DAY)
    assert town.buy("unknown", code="NOBODYS").json["waits_for"] is None
    assert town.advocate_of("unknown") is None


def test_a_join_that_came_later_does_not_reach_back(town: Town) -> None:
    code = town.advocate("ann")
    town.buy("o1", at=NOW - DAY)
    town.join("bob", code=code)
    assert town.advocate_of("o1") is None


def test_a_batch_is_answered_item_by_item(town: Town) -> None:
    code = town.advocate("ann")
    good = {"member": "bob", "amount_minor": 500, "currency": "EUR", "placed_at": text(NOW), "code": code}
    items = [
        {**good, "order": "o1"},
        {**good, "order": "o1"},
        {**good, "order": "o1", "amount_minor": 7},
        {**good, "order": "o2", "currency": "XXY"},
        "o3",
    ]
    said = town.ask("POST", "/v1/conversions", items)
    assert said.status_code == 200
    statuses = [each["status"] for each in said.json["results"]]
    assert statuses == ["accepted", "duplicate", "refused", "refused", "refused"]
    assert said.json["results"][3]["problem"]["errors"][0]["pointer"] == "/currency"
    assert (said.json["accepted"], said.json["duplicate"], said.json["refused"]) == (1, 1, 3)
    too_many = town.ask("POST", "/v1/conversions", [{}] * 1_001)
    assert too_many.status_code == 413


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount_minor", 5.0),
        ("amount_minor", "500"),
        ("amount_minor", -1),
        ("currency", "eur"),
        ("placed_at", "2026-01-01"),
        ("quantity", 0),
        ("member", {"$ne": ""}),
        ("surprise", 1),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(town: Town, field: str, value: Any) -> None:
    body = {"order": "o1", "member": "bob", "amount_minor": 5, "currency": "EUR", "placed_at": text(NOW)}
    said = town.ask("POST", "/v1/conversions", {**body, field: value})
    assert (said.status_code, said.json["errors"][0]["pointer"]) == (422, f"/{field}")
    assert count(town, "orders") == 0


def test_an_order_of_the_day_after_tomorrow_is_refused(town: Town) -> None:
    assert town.buy("o1", at=NOW + 2 * DAY).status_code == 422


def test_orders_and_joins_are_listed_page_by_page(town: Town) -> None:
    for number in range(3):
        town.buy(f"o{number}", at=NOW - number * HOUR)
        town.join(f"friend {number}", at=NOW - number * HOUR)
    first = town.ask("GET", "/v1/conversions?limit=2").json
    rest = town.ask("GET", f"/v1/conversions?limit=2&cursor={first['next']}").json
    assert [each["id"] for each in (*first["items"], *rest["items"])] == ["o0", "o1", "o2"]
    assert [each["member"] for each in town.ask("GET", "/v1/joins").json["items"]] == [
        "friend 0",
        "friend 1",
        "friend 2",
    ]


def test_no_address_is_kept(town: Town) -> None:
    town.buy("o1", email="Bob.Secret@gmail.com")
    for name in ("orders", "friends", "people", "attributions"):
        for each in mongo.collection(REFERRAL, name).find({"community": town.community}):
            assert "secret" not in repr(each).lower()


def test_an_unknown_code_makes_no_advocate(town: Town) -> None:
    town.buy("o1", code="whoever")
    assert town.advocate_of("o1") is None
    assert count(town, "advocates") == 0


def test_orders_in_any_order_of_arrival_end_the_same(town: Town) -> None:
    code = town.advocate("ann")
    town.buy("o2", code="nobody", at=NOW)
    town.buy("o1", code=code, at=NOW - DAY)
    assert town.advocate_of("o2") == "ann"
