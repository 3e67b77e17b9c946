"""Money from the door to the ledger: joins, orders, refunds, merges and pay-outs over HTTP, and the ledger's audit."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from services.referral.use_cases import releasing
from shared import clock, months
from tests.fixtures import ZONE, Door
from tests.referral.till import LATER, OWN, THEN, apart, lies, proven, states, told_then, work_off
from tests.referral.town import DAY, HOUR, NOW, Town, text
from tests.referral.treasury import Treasury


@pytest.fixture
def town(referral: Door) -> Iterator[Town]:
    """A town whose ledger is proved in the end."""
    yield from proven(referral)


@pytest.mark.parametrize("order", list(permutations(["o", "r1", "r2"])), ids="-".join)
def test_partial_refunds_in_any_order_of_arrival_end_alike(town: Town, order: tuple[str, ...]) -> None:
    code = town.advocate("ann")
    steps = {
        "o": lambda: town.buy("o1", code=code),
        "r1": lambda: town.refund("o1", "r1", 100),
        "r2": lambda: town.refund("o1", "r2", 300),
    }
    for name in (*order, *order):  # and all of it again
        assert steps[name]().status_code < 300
    assert lies(town, "held:ann") == 15 - 12
    assert town.refund("o1", "r3", None, kind="whole").status_code == 201
    assert lies(town, "held:ann") == 0


def test_refunds_at_the_same_time_and_again_take_back_what_was_given_and_no_more(town: Town) -> None:
    code = town.advocate("ann")
    town.buy("o1", code=code)
    towns = [(apart(town), number) for number in range(5) for _ in range(3)]
    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda each: each[0].refund("o1", f"r{each[1]}", 100).status_code, towns))
    assert sorted(said) == [200] * 10 + [201] * 5
    assert lies(town, "held:ann") == 0
    assert town.order("o1")["refunded_minor"] == 500


def test_a_join_a_purchase_and_what_goes_up_the_generations_and_back(town: Town) -> None:
    codes = {"ann": town.advocate("ann")}
    town.join("bob", NOW - 9 * DAY, code=codes["ann"])
    codes["bob"] = town.advocate("bob", since=NOW - 8 * DAY)
    town.join("kim", NOW - 5 * DAY, code=codes["bob"])
    codes["kim"] = town.advocate("kim", since=NOW - 4 * DAY)
    town.buy("o1", "eve", NOW - HOUR, code=codes["kim"], amount_minor=100_000)
    assert [lies(town, f"held:{each}") for each in ("kim", "bob", "ann")] == [2_900, 290, 290]
    town.refund("o1", "r1", 50_000)
    assert [lies(town, f"held:{each}") for each in ("kim", "bob", "ann")] == [1_450, 145, 145]
    town.refund("o1", "r2", None, kind="chargeback")
    assert [lies(town, f"held:{each}") for each in ("kim", "bob", "ann")] == [0, 0, 0]


def test_who_brought_the_advocate_is_learnt_late_and_gets_his_share_all_the_same(town: Town) -> None:
    ann = town.advocate("ann")
    bob = town.advocate("bob", since=NOW - 5 * DAY)
    town.buy("o1", "eve", NOW - HOUR, code=bob, amount_minor=100_000)
    assert lies(town, "held:ann") == 0
    town.join("bob", NOW - 9 * DAY, code=ann)
    work_off()
    assert lies(town, "held:ann") == 290


def test_a_share_that_went_up_and_was_released_goes_up_to_nobody_else(town: Town) -> None:
    """Zed turns out to have brought Bob before Ann did: what Ann has stays hers, and is not given twice."""
    ann, zed = town.advocate("ann"), town.advocate("zed")
    bob = town.advocate("bob", since=NOW - 95 * DAY)
    town.join("bob", NOW - 98 * DAY, code=ann)
    town.buy("o1", "eve", NOW - 94 * DAY, code=bob, amount_minor=100_000)
    work_off()
    released = lies(town, "payable:ann")
    town.buy("o0", "bob", NOW - 99 * DAY, code=zed)
    work_off()
    town.buy("o2", "eve", NOW - HOUR, code=bob, amount_minor=100_000)
    work_off()
    assert (lies(town, "payable:ann"), released) == (290, 290)
    shares = [each for each in town.ask("GET", "/v1/rewards").json["items"] if each["to"] == "upstream"]
    assert sorted((each["order"], each["member"]) for each in shares) == [("o1", "ann"), ("o2", "zed")]


def test_what_is_ripe_is_released_and_a_late_refund_is_carried_over_visibly(town: Town) -> None:
    code = town.advocate("ann")
    town.buy("o1", at=THEN, code=code, amount_minor=100_000)
    work_off()
    assert (states(town), lies(town, "payable:ann")) == ([("o1", "released", None)], 2_900)
    town.refund("o1", "r1", 50_000, THEN + DAY)
    assert lies(town, "payable:ann") == 1_450


def test_a_refund_after_the_pay_out_is_owed_back_and_the_next_rewards_pay_it(town: Town) -> None:
    treasury = Treasury(town.ask)
    town.program("slow", rewards=[OWN], grace="1h")
    code = town.advocate("ann", "slow")
    for order in ("o1", "o2", "o3"):
        town.buy(order, at=THEN, code=code, amount_minor=100_000)
    told_then(town)
    releasing.follow_alone(town.community, town.member("bob"), LATER)
    pay(treasury)
    # Three rewards and one payment: whoever joins them must not count it three times.
    assert {state for _, state, _ in states(town)} == {"paid"}
    for order in ("o1", "o2", "o3"):
        town.refund(order, "r1", None, THEN + DAY, kind="whole")
    assert {(state, reason) for _, state, reason in states(town)} == {("reversed", "refund")}
    shown = town.ask("GET", "/v1/members/ann/balances").json["items"]
    assert shown == [
        {"currency": "EUR", "held_minor": 0, "payable_minor": -8_700, "paying_minor": 0, "paid_minor": 8_700}
    ]
    town.buy("o4", at=THEN + DAY, code=code, amount_minor=400_000)
    told_then(town)
    work_off()
    assert lies(town, "payable:ann") == 11_600 - 8_700


def test_of_what_was_paid_and_refunded_in_part_it_is_said_what_is_owed_back(town: Town) -> None:
    town.program("slow", rewards=[OWN], grace="1h")
    town.buy("o1", at=THEN, code=town.advocate("ann", "slow"), amount_minor=100_000)
    told_then(town)
    releasing.follow_alone(town.community, town.member("bob"), LATER)
    pay(Treasury(town.ask))
    town.refund("o1", "r1", 40_000, THEN + DAY)
    [paid] = town.ask("GET", "/v1/members/ann/rewards").json["items"]
    assert (paid["state"], paid["reversed_minor"], lies(town, "payable:ann")) == ("paid", 1_160, -1_160)
    assert paid["detail"] == (
        "It was paid. 11.60 EUR of it was taken back: what had been paid of that is owed back, "
        "and carried over to the next pay-out."
    )


def pay(treasury: Treasury) -> None:
    """What was released in a month that is over is paid."""
    period = months.month_of(LATER, [(clock.BEGINNING, ZONE)])
    treasury.approved(period)
    assert treasury.mark("ann", "paid", payout=period).status_code == 200


def test_rates_of_advocates_and_products_over_the_door(town: Town) -> None:
    products = [{"product": "book", "rate": "5%"}, {"product": "card"}]
    town.program("shop", rewards=[{**OWN, "rate": "20%", "products": products}])
    code = town.advocate("ann", "shop")
    items = [{"product": "book", "amount_minor": 200}, {"product": "card", "amount_minor": 100}]
    town.buy("o1", code=code, items=items)
    assert lies(town, "held:ann") == 10 + 0 + 40
    body = {"program": "shop", "rule": "own", "rate": "50%", "reason": "She has brought many."}
    for _ in range(2):
        said = town.ask("PUT", "/v1/advocates/ann/rates", body)
        assert (said.status_code, [each["rate"] for each in said.json["rates"]]) == (200, ["50%"]), said.text
    town.buy("o2", "eve", clock.now() + HOUR, code=code, items=items)
    assert lies(town, "held:ann") == 50 + 100 + 0 + 100
    assert town.ask("PUT", "/v1/advocates/ann/rates", {**body, "rule": "none"}).status_code == 422
    assert town.buy("o3", items=[{"product": "book", "amount_minor": 501}]).status_code == 422


def test_currencies_never_mix(town: Town) -> None:
    code = town.advocate("ann")
    town.buy("o1", code=code)
    town.buy("o2", "eve", code=code, currency="JPY", amount_minor=5_000)
    assert (lies(town, "held:ann"), lies(town, "held:ann", "JPY")) == (15, 145)
    sums = town.ask("GET", "/v1/ledger/balance").json["items"]
    assert [(each["currency"], each["sum_minor"]) for each in sums] == [("EUR", 0), ("JPY", 0)]


def test_the_terms_of_an_orders_time_stay_its_own(town: Town) -> None:
    code = town.advocate("ann")
    town.buy("o1", at=NOW, code=code)
    said = town.ask("PUT", "/v1/programs/spring", {
        "name": "spring", "effective": text(clock.now() + HOUR), "landing_url": "https://shop.example",
        "rewards": [{**OWN, "rate": "15%"}],
    })  # fmt: skip
    assert said.status_code == 200, said.text
    town.buy("o2", at=clock.now() + 2 * HOUR, code=code)
    assert lies(town, "held:ann") == 15 + 75
    town.refund("o1", "r1", None, kind="whole")
    assert lies(town, "held:ann") == 75


def test_a_shorter_hold_of_good_standing_never_ends_before_a_late_click_may_come(town: Town) -> None:
    town.program("quick", rewards=[OWN], hold="0d", grace="24h")
    town.buy("o1", at=NOW - HOUR, code=town.advocate("ann", "quick"))
    work_off()
    assert states(town) == [("o1", "held", "hold")]
    [reward] = town.ask("GET", "/v1/members/ann/rewards").json["items"]
    assert clock.from_text(reward["date"]) >= NOW + timedelta(hours=23)


def test_what_is_announced_has_versions_and_names_nobody(town: Town) -> None:
    code = town.advocate("ann")
    town.buy("o1", at=THEN, code=code)
    work_off()
    town.refund("o1", "r1", 100, THEN + DAY)
    found = Treasury(town.ask)
    told: Any = {kind: found.announced(f"reward.{kind}") for kind in ("accrued", "released", "reversed")}
    assert {kind: [each.rsplit(":", 1)[1] for each in some] for kind, some in told.items()} == {
        "accrued": ["1"],
        "released": ["2"],
        "reversed": ["3"],
    }
