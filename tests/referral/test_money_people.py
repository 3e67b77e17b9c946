"""Money and who people turn out to be: second accounts, one address, the same thing told twice."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.fixtures import Door
from tests.referral.till import OWN, THEN, apart, lies, merge, proven, states, work_off
from tests.referral.town import DAY, HOUR, NOW, Town


@pytest.fixture
def town(referral: Door) -> Iterator[Town]:
    """A town whose ledger is proved in the end."""
    yield from proven(referral)


def test_a_second_account_of_the_advocate_is_found_out_and_nothing_is_owed_for_it(town: Town) -> None:
    """About 300 self-referrals came through a second entry path of a peer."""
    code = town.advocate("ann")
    town.buy("o1", "ann2", code=code)
    assert lies(town, "held:ann") == 15
    merge(town, "ann2", "ann")
    assert (lies(town, "held:ann"), states(town)) == (0, [("o1", "reversed", "not-due")])


def test_a_merged_advocates_rewards_are_the_survivors_and_are_owed_once(town: Town) -> None:
    code = town.advocate("ann")
    town.join("zoe")
    town.buy("o1", code=code)
    town.buy("o0", "eve", THEN, code=code)
    work_off()
    merge(town, "ann", "zoe")
    town.refund("o1", "r1", 100)
    assert states(town, "zoe") == [("o1", "held", "hold"), ("o0", "released", None)]
    shown = town.ask("GET", "/v1/members/zoe/balances").json["items"]
    assert [(each["held_minor"], each["payable_minor"]) for each in shown] == [(12, 15)]


@pytest.mark.parametrize(
    ("email", "state"),
    [("Ann.B+shop@GMAIL.com", "in-review"), ("bob@mailinator.com", "in-review"), ("bob@duck.com", "held")],
)
def test_the_advocates_own_address_is_held_and_a_relay_is_only_told(
    town: Town, email: str, state: str
) -> None:
    town.join("ann", NOW - 90 * DAY, email="annb@googlemail.com")
    code = town.advocate("ann", since=NOW - 80 * DAY)
    town.buy("o1", code=code, email=email)
    assert [each[1] for each in states(town)] == [state]


def test_more_than_three_orders_from_one_address_of_the_network_are_looked_at(town: Town) -> None:
    town.advocate("ann")
    for number in range(5):
        click = town.click("ann", NOW - DAY, address="keyed hash", code="c", visitor=f"v{number}")
        town.buy(f"o{number}", f"friend {number}", NOW - number * 2 * HOUR, click=click)
    found = {order: state for order, state, _ in states(town)}
    assert found == {"o0": "held", "o1": "held", "o2": "held", "o3": "in-review", "o4": "in-review"}


def test_the_advocate_and_his_friend_at_one_address_are_looked_at(town: Town) -> None:
    town.advocate("zoe")
    town.join("ann", NOW - 9 * DAY, click=town.click("zoe", NOW - 9 * DAY - HOUR, address="one", code="c"))
    town.advocate("ann", since=NOW - 8 * DAY)
    town.buy("o1", click=town.click("ann", NOW - DAY, address="one", code="c"))
    [review] = town.ask("GET", "/v1/reviews").json["items"]
    assert [each["code"] for each in review["flags"]] == ["same-ip"]


def test_the_same_sign_up_twice_and_the_same_order_twice_are_owed_once(town: Town) -> None:
    welcome = {"name": "welcome", "to": "friend", "on": "join", "amount_minor": 500, "currency": "EUR"}
    town.program("both", rewards=[OWN, welcome])
    code = town.advocate("ann", "both")
    towns = [apart(town) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda each: each.join("bob", NOW - DAY, code=code), towns))
        list(pool.map(lambda each: each.buy("o1", code=code), towns))
    assert (lies(town, "held:bob"), lies(town, "held:ann")) == (500, 15)


def test_of_two_first_purchases_at_the_same_time_one_is_the_first(town: Town) -> None:
    town.program("once", rewards=[{**OWN, "months": 0}])
    code = town.advocate("ann", "once")
    orders = [(apart(town), f"o{number}") for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda each: each[0].buy(each[1], code=code), orders))
    assert [state for _, state, _ in states(town) if state == "held"] == ["held"]
    assert lies(town, "held:ann") == 15


def test_the_own_code_earns_nothing_and_the_second_purchase_pays(town: Town) -> None:
    code = town.advocate("ann")
    town.buy("o1", "ann", code=code)
    assert states(town) == []
    town.buy("o2", "bob", NOW - HOUR, code=code)
    town.buy("o3", "bob")
    assert lies(town, "held:ann") == 30
