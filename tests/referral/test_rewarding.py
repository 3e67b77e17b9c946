"""What is owed follows from what is kept: on the real store, at once, late, twice, and at the same time."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from services.referral.domain.ledger import Transfer
from services.referral.domain.money import parse_rate
from services.referral.domain.programs import Base, Beneficiary, Caps, Occasion, Reward, Tier
from services.referral.repository import attributions, ledger, loops
from shared import outbox
from tests.fixtures import REFERRAL
from tests.referral.owing import BEGAN, COMMISSION, HOLD, Shop, terms

FLAT = Reward(name="flat", to=Beneficiary.ADVOCATE, amount_minor=100, currency="EUR", months=None)


def milestone(friends: int) -> Reward:
    """Nine euros for so many friends."""
    to, on = Beneficiary.ADVOCATE, Occasion.MILESTONE
    return Reward(name="many", to=to, on=on, amount_minor=900, currency="EUR", friends=friends)


@pytest.fixture
def shop(community: str) -> Shop:
    return Shop(community)


def is_balanced(shop: Shop) -> bool:
    """Whether the ledger sums to zero in every currency."""
    sums: dict[str, int] = {}
    for _, currency, amount in ledger.sums(shop.community):
        sums[currency] = sums.get(currency, 0) + amount
    return not any(sums.values())


def test_an_order_is_rewarded_once_however_often_it_is_looked_at(shop: Shop) -> None:
    shop.promises(terms())
    shop.sells()
    for _ in range(3):
        shop.follow()
    assert shop.moved() == [("purchase", 15)]
    assert (shop.lies("held:ann"), is_balanced(shop)) == (15, True)
    [reward] = shop.rewards()
    assert (reward["state"], reward["held_until"]) == ("held", BEGAN + HOLD)


def test_partial_refunds_take_back_3_then_12_and_one_that_fails_is_undone(shop: Shop) -> None:
    shop.promises(terms())
    shop.sells()
    shop.refunds(100, "f1")
    shop.refunds(400, "f2")
    assert shop.moved() == [("purchase", 15), ("refund", 3), ("refund", 12)]
    assert (shop.lies("held:ann"), shop.rewards()[0]["state"]) == (0, "reversed")
    shop.refund_fails("f2")
    assert shop.lies("held:ann") == 12
    assert is_balanced(shop)


def test_a_refund_before_its_order_ends_as_one_behind_it(shop: Shop) -> None:
    shop.promises(terms())
    shop.refunds(100)
    shop.sells()
    assert (shop.lies("held:ann"), shop.rewards()[0]["amount_minor"]) == (12, 15)


def test_what_is_held_long_enough_is_released_once_and_freezes_its_attribution(shop: Shop) -> None:
    shop.promises(terms())
    shop.sells()
    shop.passes(HOLD - timedelta(milliseconds=1))
    shop.follow()
    assert shop.lies("payable:ann") == 0
    shop.passes(timedelta(milliseconds=1))
    shop.follow()
    shop.follow()
    assert (shop.lies("payable:ann"), shop.lies("held:ann")) == (15, 0)
    assert shop.rewards()[0]["state"] == "released"
    key = attributions.key(shop.community, "order", "o1")
    assert attributions.load([key])[key]["frozen"] is True


def test_a_refund_after_release_leaves_less_than_nothing_which_the_next_reward_fills(shop: Shop) -> None:
    shop.promises(terms(FLAT))
    shop.sells()
    shop.passes(HOLD)
    shop.follow()
    out = Transfer(
        id=f"{shop.community}|line", community=shop.community, time=shop.now, currency="EUR", amount_minor=100,
        debit=f"payable:{shop.id('ann')}", credit=f"paid:{shop.id('ann')}", reason="paid", reference="p",
    )  # fmt: skip
    shop.write(lambda: ledger.post([out]))
    shop.refunds(500)
    assert shop.lies("payable:ann") == -100
    shop.sells("o2")
    shop.passes(HOLD)
    shop.follow()
    assert (shop.lies("payable:ann"), is_balanced(shop)) == (0, True)


def test_refunds_take_back_every_generation_at_its_own_rate(shop: Shop) -> None:
    came = {"_id": f"{shop.community}-ann", "community": shop.community, "program": "spring", "bound": 5}
    above = [shop.id("zoe"), shop.id("yan")]
    shop.write(lambda: loops.keep([came | {"friend": shop.id("ann"), "anc": above, "generation": 2}]))
    rate = parse_rate("10%")
    up = Reward(name="up", to=Beneficiary.UPSTREAM, rate=rate, base=Base.REWARD, generations=2, months=None)
    shop.promises(terms(replace(COMMISSION, rate=parse_rate("20%")), up))
    shop.sells(amount_minor=10_000)
    assert [shop.lies(f"held:{each}") for each in ("ann", "zoe", "yan")] == [2_000, 200, 200]
    shop.refunds(2_500)
    assert [shop.lies(f"held:{each}") for each in ("ann", "zoe", "yan")] == [1_500, 150, 150]
    shop.refunds(7_500, "f2")
    assert [shop.lies(f"held:{each}") for each in ("ann", "zoe", "yan")] == [0, 0, 0]


def test_an_order_that_turns_out_to_be_somebody_elses_is_owed_to_him_and_back_again(shop: Shop) -> None:
    shop.promises(terms())
    shop.sells()
    shop.attributes("o1", by="zoe")
    assert (shop.lies("held:ann"), shop.lies("held:zoe")) == (0, 15)
    shop.attributes("o1", by=None)
    assert (shop.lies("held:ann"), shop.lies("held:zoe")) == (0, 0)
    shop.attributes("o1", by="ann")
    assert (shop.lies("held:ann"), is_balanced(shop)) == (15, True)
    assert [each["reason"] for each in shop.rewards(member=shop.id("zoe"))] == ["not-due"]


def test_the_second_purchase_pays_as_long_as_the_rule_says_whichever_came_first(shop: Shop) -> None:
    shop.promises(terms(replace(FLAT, months=0)))
    shop.sells("o2", at=BEGAN + timedelta(days=40))
    assert shop.lies("held:ann") == 100
    shop.sells("o1")
    assert [(each["order"], each["state"]) for each in shop.rewards()] == [("o2", "reversed"), ("o1", "held")]
    assert shop.lies("held:ann") == 100


def test_caps_cut_then_refuse_with_their_reason_and_what_is_given_back_can_be_used_again(shop: Shop) -> None:
    shop.promises(terms(FLAT, caps=Caps(advocate_month_minor=250)))
    for order in ("o1", "o2", "o3", "o4"):
        shop.sells(order, friend=order)
    found = {each["order"]: (each["amount_minor"], each["state"], each.get("cut")) for each in shop.rewards()}
    assert found == {
        "o1": (100, "held", None),
        "o2": (100, "held", None),
        "o3": (50, "held", "advocate-limit-reached"),
        "o4": (0, "refused", "advocate-limit-reached"),
    }
    shop.refunds(500, order="o1", friend="o1")
    shop.sells("o5", friend="o5")
    assert shop.lies("held:ann") == 250
    shop.refund_fails("f1", order="o1", friend="o1")
    assert shop.lies("held:ann") == 250
    shop.passes(timedelta(days=31))
    shop.sells("o6", friend="o6")
    assert shop.lies("held:ann") == 350


def test_caps_of_friend_program_and_number_bind_by_themselves(shop: Shop) -> None:
    welcome = Reward(name="welcome", to=Beneficiary.FRIEND, amount_minor=70, currency="EUR", months=None)
    bounds = Caps(advocate_month_rewards=2, friend_minor=100, program_minor=330)
    shop.promises(terms(FLAT, welcome, caps=bounds))
    for order in ("o1", "o2", "o3"):
        shop.sells(order)
    found = [(each["order"], each["rule"], each["amount_minor"], each.get("cut")) for each in shop.rewards()]
    assert sorted(found) == [
        ("o1", "flat", 100, None),
        ("o1", "welcome", 70, None),
        ("o2", "flat", 100, None),
        ("o2", "welcome", 30, "friend-limit-reached"),
        ("o3", "flat", 0, "advocate-limit-reached"),
        ("o3", "welcome", 0, "friend-limit-reached"),
    ]
    shop.sells("o4", friend="eve", by="zoe")
    assert shop.lies("held:zoe") == 30


def test_a_cap_is_never_overspent_by_orders_at_the_same_time(shop: Shop) -> None:
    shop.promises(terms(FLAT, caps=Caps(program_minor=950)))
    with ThreadPoolExecutor(8) as pool:
        list(
            pool.map(lambda name: shop.sells(name, friend=name, by=f"a-{name}"), [f"o{n}" for n in range(16)])
        )
    assert sum(each["amount_minor"] for each in shop.rewards()) == 950
    assert is_balanced(shop)


def test_a_milestone_is_reached_lost_by_a_refund_and_reached_again(shop: Shop) -> None:
    shop.promises(terms(milestone(3)))
    for friend in ("bob", "eve"):
        shop.sells(f"o-{friend}", friend=friend)
        shop.sells(f"again-{friend}", friend=friend)
    assert shop.rewards() == []
    shop.sells("o-kim", friend="kim")
    assert shop.lies("held:ann") == 900
    shop.refunds(500, order="o-eve", friend="eve")
    assert shop.lies("held:ann") == 900  # she bought something else
    shop.refunds(500, order="again-eve", friend="eve")
    assert shop.lies("held:ann") == 0
    shop.passes(timedelta(hours=2))  # more than five within an hour are looked at first
    shop.sells("o-joe", friend="joe")
    assert shop.lies("held:ann") == 900
    shop.passes(HOLD)
    shop.follow("kim")
    assert (shop.lies("payable:ann"), len(shop.rewards()), is_balanced(shop)) == (900, 1, True)


def test_a_milestone_is_his_whose_friends_they_are_though_another_sold_to_one_of_them_before(
    shop: Shop,
) -> None:
    """Else it is looked for among another's, not found, and announced again with each friend."""
    shop.promises(terms(milestone(2)))
    shop.sells("o1", friend="bob")
    shop.sells("o2", friend="cy", by="zed")
    shop.sells("o3", friend="cy", by="ann")
    shop.sells("o4", friend="joe")
    [reward] = shop.rewards()
    assert (reward["member"], reward["advocate"]) == (shop.id("ann"), shop.id("ann"))
    said = outbox.by_turns(REFERRAL, 1_000)
    ours = [each for each in said if each["community"] == shop.community]
    kinds = [dict(message.headers)["ce_type"] for each in ours for message in outbox.messages(each)]
    assert (kinds.count("reward.accrued"), shop.lies("held:ann")) == (1, 900)


def test_tiers_count_an_advocates_purchases_once_each(shop: Shop) -> None:
    shop.promises(terms(replace(FLAT, tiers=(Tier(reached=3, amount_minor=300),))))
    for number in range(4):
        shop.sells(f"o{number}", friend=f"f{number}")
        shop.follow(f"f{number}")
    assert sorted(each["amount_minor"] for each in shop.rewards()) == [100, 100, 300, 300]


def test_what_looks_like_fraud_is_held_until_a_person_decides(shop: Shop) -> None:
    shop.promises(terms())
    shop.sells(flags=["same-ip"])
    shop.passes(HOLD * 2)
    shop.follow()
    assert (shop.rewards()[0]["state"], shop.lies("payable:ann"), shop.lies("held:ann")) == (
        "in-review",
        0,
        15,
    )
    shop.sells("o2", friend="eve", flags=["relay-email"])
    assert shop.rewards(order="o2")[0]["state"] == "held"


def test_more_than_five_an_hour_are_looked_at(shop: Shop) -> None:
    shop.promises(terms())
    for number in range(7):
        shop.sells(f"o{number}", friend=f"f{number}", at=BEGAN + timedelta(minutes=number))
    states = {each["order"]: each["state"] for each in shop.rewards()}
    assert states == {**{f"o{n}": "held" for n in range(5)}, "o5": "in-review", "o6": "in-review"}


def test_terms_are_those_of_the_orders_time(shop: Shop) -> None:
    later = BEGAN + timedelta(days=5)
    shop.promises(terms(replace(COMMISSION, rate=parse_rate("10%"))))
    shop.promises(terms(replace(COMMISSION, rate=parse_rate("15%"))), since=later)
    shop.sells("second-half", at=later)
    shop.sells("first-half")
    assert shop.lies("held:ann") == 50 + 75
    shop.refunds(500, order="first-half")
    assert shop.lies("held:ann") == 75
