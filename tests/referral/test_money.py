"""Money from the door to the ledger: joins, orders, refunds, merges and pay-outs over HTTP, and the ledger's audit."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from services.referral import jobs
from services.referral.queries import auditing
from services.referral.repository import DATABASE, ledger
from services.referral.use_cases import attributing, chaining, deriving, following, releasing
from shared import clock, mongo, months, work
from shared.events.activity import MemberProfile
from tests.fixtures import REFERRAL, Door
from tests.referral.town import DAY, HOUR, NOW, Town, text
from tests.referral.treasury import Treasury

UP = {"name": "up", "to": "upstream", "rate": "10%", "base": "reward", "generations": 2, "months": None}
OWN = {"name": "own", "to": "advocate", "rate": "2.9%", "months": None}
#: So long ago that every hold is over, and the month in which it ended.
THEN, LATER = NOW - 100 * DAY, NOW - 65 * DAY


@pytest.fixture
def town(referral: Door) -> Iterator[Town]:
    """A program with 2.9 % and an upstream share; its ledger is proved in the end, whatever was done."""
    found = Town(referral)
    found.program(rewards=[OWN, UP], hold="30d", grace="0d")
    yield found
    chaining.complete(found.community, NOW)
    assert auditing.audit(found.community).findings == ()
    assert list(deriving.compare(found.community, NOW)) == []


def lies(town: Town, account: str, currency: str = "EUR") -> int:
    """What lies on an account such as `payable:ann`."""
    kind, _, name = account.partition(":")
    return ledger.balance(town.community, f"{kind}:{town.member(name)}", currency)


def work_off() -> None:
    """What the jobs do."""
    jobs.look_at_the_clock()
    while work.do_next(DATABASE, jobs.STEPS):
        pass


def states(town: Town, member: str = "ann") -> list[tuple[str, str, str | None]]:
    """(order, state, reason) of a member's rewards, the latest first."""
    found = town.ask("GET", f"/v1/members/{member}/rewards").json["items"]
    return [(each["order"], each["state"], each["reason"]) for each in found]


def merge(town: Town, gone: str, into: str) -> None:
    """Two accounts turn out to be one person."""
    profile = MemberProfile(
        community=town.community, member=town.member(gone), revision=9, external_id=gone, roles=[], opt_outs=[],
        merged_into=town.member(into),
    )  # fmt: skip
    following.follow([profile], {})
    work_off()


def told_then(town: Town) -> None:
    """The shop told of its orders when they were made."""
    mongo.collection(REFERRAL, "orders").update_many(
        {"community": town.community}, {"$set": {"received": THEN}}
    )
    attributing.settle_alone(town.community, town.member("bob"), THEN)


def apart(town: Town) -> Town:
    """The same town through a client of one's own, for a thread."""
    return Town(replace(town.ask, client=town.ask.client.application.test_client()))


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


def pay(treasury: Treasury) -> None:
    """What was released in a month that is over is paid."""
    period = months.month_of(LATER, [])
    treasury.approved(period)
    assert treasury.mark("ann", "paid", payout=period).status_code == 200


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
    town.buy("o2", at=NOW + 2 * HOUR, code=code)
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
