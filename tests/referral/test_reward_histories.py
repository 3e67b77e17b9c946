"""The same facts in any order, twice, with deaths at every access to the store: the same is owed."""

import itertools
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from services.referral.domain.programs import Beneficiary, Occasion, Reward
from services.referral.queries import auditing
from services.referral.repository import DATABASE, cases
from services.referral.use_cases import chaining, deriving, judging, releasing
from services.referral.use_cases.judging import Decision
from shared import work
from tests.fixtures import new_community
from tests.referral.dying import Died, dying, free
from tests.referral.owing import BEGAN, COMMISSION, HOLD, Shop, terms

FIRST = Reward(name="first", to=Beneficiary.ADVOCATE, amount_minor=700, currency="EUR", months=0)
WELCOME = Reward(name="welcome", to=Beneficiary.FRIEND, amount_minor=300, currency="EUR", months=0)
TWO = Reward(
    name="two", to=Beneficiary.ADVOCATE, on=Occasion.MILESTONE, amount_minor=900, currency="EUR", friends=2
)
FRIENDS, ADVOCATES = ("bob", "eve", "kim"), ("ann", "zoe", None)

Fact = Callable[[Shop], None]


def facts(seed: int) -> list[list[Fact]]:
    """What happens: chains of facts, each in its own order, that may come in between one another in any way."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    found: list[list[Fact]] = []
    for number in range(6):
        order, friend = f"o{number}", chance.choice(FRIENDS)
        told: dict[str, Any] = {
            "by": chance.choice(ADVOCATES),
            "at": BEGAN + timedelta(days=chance.randrange(9), minutes=number),
            "amount_minor": chance.choice([3, 500, 10_000]),
        }
        found.append([lambda shop, order=order, friend=friend, told=told: shop.sells(order, friend, **told)])
        for refund in range(chance.randrange(3)):
            name, amount = f"{order}-{refund}", chance.choice([1, 250, 500, 10_000])
            chain: list[Fact] = [
                lambda shop, order=order, friend=friend, name=name, amount=amount: shop.refunds(
                    amount, name, order, friend
                )
            ]
            if chance.random() < 0.4:
                chain.append(
                    lambda shop, order=order, friend=friend, name=name: shop.refund_fails(name, order, friend)
                )
            found.append(chain)
    return found


def happen(chains: list[list[Fact]], seed: int) -> Shop:
    """It all happens in a community of its own, in some order."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    shop = Shop(new_community().community)
    shop.promises(terms(COMMISSION, FIRST, WELCOME, TWO))
    waiting = [list(each) for each in chains]
    while waiting:
        chain = chance.choice(waiting)
        chain.pop(0)(shop)
        shop.follow(chance.choice(FRIENDS))
        waiting = [each for each in waiting if each]
    return shop


def owed(shop: Shop) -> list[tuple[str, str, str, int]]:
    """(rule, order, member, minor units) of all that is left of rewards."""
    names = {shop.id(name): name for name in (*FRIENDS, "ann", "zoe")}
    return sorted(
        (each["rule"], each.get("order") or "", names[each["member"]], net)
        for each in shop.rewards()
        if (net := each["amount_minor"] - each["reversed_minor"])
    )


@pytest.mark.usefixtures("databases")
@pytest.mark.parametrize("seed", range(4))
def test_the_same_facts_in_any_order_are_owed_the_same(seed: int) -> None:
    shops = [happen(facts(seed), order) for order in (seed, seed + 100)]
    assert owed(shops[0]) == owed(shops[1]) != []
    for shop in shops:
        chaining.complete(shop.community, shop.now)
        assert auditing.audit(shop.community).findings == ()
        assert list(deriving.compare(shop.community, shop.now)) == []


def survive(monkeypatch: pytest.MonkeyPatch, do: Callable[[], object], shop: Shop) -> int:
    """Do something that dies at its first access to the store, at its second, and so on, until it is done."""
    for at in itertools.count(1):
        try:
            with dying(monkeypatch, at):
                do()
        except Died:
            assert auditing.audit(shop.community).findings == ()
            free()
            continue
        return at - 1
    raise AssertionError


def test_whatever_dies_at_any_access_to_the_store_each_reward_moves_once(
    community: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop(community)
    shop.promises(terms(replace(COMMISSION), TWO))
    follow = shop.follow
    monkeypatch.setattr(shop, "follow", lambda _: None)  # what is kept is followed below, and dies there
    deaths = 0
    for step in (
        lambda: shop.sells("o1", "bob", flags=["same-ip"]),
        lambda: shop.sells("o2", "eve"),
        lambda: shop.refunds(100, "f1", "o1", "bob"),
        lambda: shop.refunds(400, "f2", "o1", "bob"),
        lambda: shop.refund_fails("f2", "o1", "bob"),
        lambda: shop.passes(HOLD),
    ):
        step()
        for friend in ("bob", "eve"):
            deaths += survive(monkeypatch, lambda friend=friend: follow(friend), shop)  # type: ignore[misc]
    [review] = cases.latest(community, review="open", escalated=None, before=None, limit=9)
    deaths += survive(
        monkeypatch,
        lambda: judging.decide(community, review["_id"], Decision.PAY, "Fine.", "ada", shop.now),
        shop,
    )
    deaths += survive(monkeypatch, lambda: releasing.follow_alone(community, shop.id("bob"), shop.now), shop)
    deaths += survive(monkeypatch, lambda: chaining.complete(community, shop.now), shop)
    assert (shop.lies("payable:ann"), shop.lies("held:ann")) == (12 + 15 + 900, 0)
    assert auditing.audit(community).findings == ()
    assert list(deriving.compare(community, shop.now)) == []
    assert deaths > 100  # so many places were tried
    assert work.pending(DATABASE, community) == 0
