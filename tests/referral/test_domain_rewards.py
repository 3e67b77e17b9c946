"""What is due: every kind of reward of a program, by the terms of the order's time."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest

from services.referral.domain import rewards
from services.referral.domain.money import parse_rate
from services.referral.domain.programs import (
    Base,
    Beneficiary,
    Caps,
    Occasion,
    Product,
    Reward,
    Standing,
    Terms,
    Tier,
)
from services.referral.domain.rewards import Conversion, Credit, Due, Item
from shared import clock

BEGAN = clock.from_text("2026-01-15T10:00:00Z")
TWENTY = Reward(name="commission", to=Beneficiary.ADVOCATE, rate=parse_rate("20%"), months=None)


def terms(*rules: Reward, **others: Any) -> Terms:
    """Terms with these rules."""
    return Terms(landing_url="https://shop.example", rewards=rules, **others)


def credit(found: Terms, **others: Any) -> Credit:
    """An order that Ann brought."""
    return Credit(**{"program": "spring", "version": 1, "terms": found, "advocate": "ann", **others})


def order(found: Credit | None, name: str = "o1", **others: Any) -> Conversion:
    """A hundred euros."""
    told = {"amount_minor": 10_000, "currency": "EUR", "at": BEGAN, **others}
    return Conversion(subject=name, occasion=Occasion.PURCHASE, credit=found, **told)


def paid(*conversions: Conversion) -> list[tuple[str, str, int, str]]:
    """Member, rule, amount and currency of all that is due for Bob."""
    return [
        (each.member, each.rule, each.amount_minor, each.currency) for each in rewards.due("bob", conversions)
    ]


def months(count: int) -> Any:
    """So many months after the first purchase."""
    return rewards.later(BEGAN, count)


def test_two_levels_of_the_sale_and_of_the_commission() -> None:
    rate = parse_rate("10%")
    of_sale = Reward(name="of-sale", to=Beneficiary.UPSTREAM, rate=rate)
    of_commission = Reward(name="of-commission", to=Beneficiary.UPSTREAM, rate=rate, base=Base.REWARD)
    found = credit(terms(of_sale, TWENTY, of_commission), above=("zoe", "yan"))
    assert paid(order(found)) == [
        ("ann", "commission", 2_000, "EUR"),
        ("zoe", "of-sale", 1_000, "EUR"),
        ("zoe", "of-commission", 200, "EUR"),
    ]


def test_nobody_stands_above_himself_though_two_of_a_tree_became_one() -> None:
    """The friend earns nothing of what he buys himself either."""
    share = Reward(name="share", to=Beneficiary.UPSTREAM, rate=parse_rate("1%"), months=None, generations=2)
    found = credit(terms(share), above=("ann", "zoe", "bob", "zoe", "yan"))
    assert paid(order(found)) == [("zoe", "share", 100, "EUR"), ("yan", "share", 100, "EUR")]


def test_an_upstream_share_goes_up_as_many_generations_as_the_rule_says() -> None:
    share = Reward(name="up", to=Beneficiary.UPSTREAM, rate=parse_rate("1%"), generations=2)
    found = credit(terms(share), above=("zoe", "yan", "xia"))
    assert [(each.member, each.generation) for each in rewards.due("bob", [order(found)])] == [
        ("zoe", 1),
        ("yan", 2),
    ]


def test_a_percentage_ignores_the_quantity_and_a_fixed_amount_multiplies_it() -> None:
    fixed = Reward(name="fixed", to=Beneficiary.ADVOCATE, amount_minor=500, currency="EUR")
    found = credit(terms(fixed, TWENTY))
    assert paid(order(found, amount_minor=1_000, quantity=5))[1:] == [("ann", "commission", 200, "EUR")]
    assert paid(order(found, quantity=2))[:1] == [("ann", "fixed", 1_000, "EUR")]


def test_the_advocates_rate_beats_the_products_which_beats_the_rules_and_a_disabled_product_pays_nothing() -> (
    None
):
    """AffiliateWP #965."""
    products = (Product(product="book", rate=parse_rate("5%")), Product(product="gift card"))
    found = terms(
        replace(TWENTY, products=products), Reward(name="other", to=Beneficiary.FRIEND, rate=parse_rate("1%"))
    )
    items = (Item(product="book", amount_minor=4_000), Item(product="gift card", amount_minor=1_000))
    amounts = [amount for _, _, amount, _ in paid(order(credit(found), items=items))]
    assert amounts == [200 + 0 + 1_000, 100]  # the rest of the 10,000 is no product in particular
    agreed = credit(found, rates={"own": parse_rate("90%"), "commission": parse_rate("50%")})
    assert [each[2] for each in paid(order(agreed, items=items))] == [2_000 + 0 + 2_500, 100]


def test_pieces_of_a_product_have_their_own_amount() -> None:
    fixed = Reward(
        name="fixed", to=Beneficiary.ADVOCATE, amount_minor=500, currency="EUR",
        products=(Product(product="book", amount_minor=50), Product(product="card")),
    )  # fmt: skip
    items = (
        Item(product="book", amount_minor=1, quantity=2),
        Item(product="card", amount_minor=1, quantity=3),
    )
    assert paid(order(credit(terms(fixed)), items=items, quantity=6))[0][2] == 2 * 50 + 0 + 500


def test_both_sides_are_rewarded_and_a_fixed_amount_keeps_its_own_currency() -> None:
    friend = Reward(name="welcome", to=Beneficiary.FRIEND, amount_minor=300, currency="JPY")
    found = credit(terms(TWENTY, friend))
    assert paid(order(found)) == [("ann", "commission", 2_000, "EUR"), ("bob", "welcome", 300, "JPY")]


def test_a_flat_hundred_never_beats_fifty_percent_by_its_number() -> None:
    """Dub compared percent with cents: here each is paid as what it is."""
    flat = Reward(name="flat", to=Beneficiary.ADVOCATE, amount_minor=100, currency="EUR")
    half = Reward(name="half", to=Beneficiary.ADVOCATE, rate=Fraction(1, 2))
    assert paid(order(credit(terms(flat, half)))) == [
        ("ann", "flat", 100, "EUR"),
        ("ann", "half", 5_000, "EUR"),
    ]


@pytest.mark.parametrize(
    ("limit", "month", "right"),
    [(12, 0, 2_000), (12, 11, 2_000), (12, 12, 0), (12, 14, 0), (None, 60, 2_000), (0, 0, 2_000), (0, 1, 0)],
)
def test_later_purchases_are_rewarded_for_so_many_months(limit: int | None, month: int, right: int) -> None:
    found = credit(terms(replace(TWENTY, months=limit)))
    later = order(found, "o2", at=months(month)) if month else order(found)
    due = rewards.due("bob", [order(found), later] if month else [later])
    assert sum(each.amount_minor for each in due if each.subject == later.subject) == right


def test_the_first_purchase_is_the_earliest_whatever_came_first_and_a_refunded_one_never_happened() -> None:
    found = credit(terms(replace(TWENTY, months=0)))
    first, second = order(found, "o1"), order(found, "o2", at=months(1))
    assert [each.subject for each in rewards.due("bob", [second, first])] == ["o1"]
    back = replace(first, refunded_minor=10_000)
    assert [each.subject for each in rewards.due("bob", [back, second])] == ["o2"]
    released = replace(second, released=True)
    assert [each.subject for each in rewards.due("bob", [first, released])] == ["o2"]


def test_an_order_that_did_not_qualify_was_no_first_purchase() -> None:
    """He named the advocate, who was refused for its size alone."""
    small = order(None, "o1", amount_minor=99, qualifies=False)
    good = order(credit(terms(replace(TWENTY, months=0))), "o2", at=BEGAN + timedelta(days=1))
    assert [each.subject for each in rewards.due("bob", [small, good])] == ["o2"]
    assert rewards.due("bob", [replace(small, qualifies=True), good]) == ()


def test_who_was_a_customer_before_is_no_new_one_but_a_purchase_too_small_is_not_the_first() -> None:
    found = credit(terms(replace(TWENTY, months=0)))
    unknown = order(None, "o0", at=BEGAN - timedelta(days=300))
    assert rewards.due("bob", [unknown, order(found)]) == ()
    joined = Conversion(subject="j", occasion=Occasion.JOIN, at=BEGAN - timedelta(days=9), credit=found)
    small = order(None, "o0", at=BEGAN - timedelta(days=3), amount_minor=5)
    assert [each.subject for each in rewards.due("bob", [joined, small, order(found)])] == ["o1"]


def test_a_join_is_rewarded_once_by_its_own_rules() -> None:
    welcome = Reward(
        name="welcome", to=Beneficiary.FRIEND, on=Occasion.JOIN, amount_minor=500, currency="EUR"
    )
    join = Conversion(subject="j1", occasion=Occasion.JOIN, at=BEGAN, credit=credit(terms(welcome, TWENTY)))
    assert paid(join) == [("bob", "welcome", 500, "EUR")]


@pytest.mark.parametrize(("position", "right"), [(1, 1_000), (9, 1_000), (10, 2_000), (25, 5_000)])
def test_tiers_hold_from_so_many_rewarded_purchases_on(position: int, right: int) -> None:
    tiers = (Tier(reached=10, rate=parse_rate("20%")), Tier(reached=20, amount_minor=5_000))
    rule = Reward(name="tiered", to=Beneficiary.ADVOCATE, rate=parse_rate("10%"), currency="EUR", tiers=tiers)
    assert paid(order(credit(terms(rule)), position=position))[0][2] == right


@pytest.mark.parametrize(
    ("others", "code"),
    [
        ({"amount_minor": 1_999}, "condition-not-met"),
        ({"currency": "USD"}, "not-applicable"),
        ({}, None),
    ],
)
def test_what_does_not_qualify_says_why(others: dict[str, Any], code: str | None) -> None:
    found = order(credit(terms(TWENTY, least_order_minor=2_000, currencies=frozenset({"EUR"}))), **others)
    assert rewards.unfit(found) == code
    assert bool(rewards.due("bob", [found])) is (code is None)


def test_old_conversions_keep_the_terms_of_their_time() -> None:
    """Half captured at 10 %, the rest at 15 %: each has its own."""
    ten, fifteen = (credit(terms(replace(TWENTY, rate=parse_rate(each)))) for each in ("10%", "15%"))
    assert [each[2] for each in paid(order(ten, "o1"), order(fifteen, "o2", at=months(1)))] == [1_000, 1_500]


def test_standing_shortens_the_hold_and_raises_the_caps_but_never_below_the_time_for_a_late_click() -> None:
    raised = Caps(advocate_month_minor=900)
    standing = Standing(badges=frozenset({"trusted"}), hold=timedelta(hours=2), caps=raised)
    found = credit(terms(TWENTY, hold=timedelta(days=30), standing=standing))
    trusted = replace(found, trusted=True)
    assert rewards.held_until(BEGAN, found) == BEGAN + timedelta(days=30)
    assert rewards.held_until(BEGAN, trusted) == BEGAN + timedelta(days=1)
    assert (rewards.caps(found), rewards.caps(trusted)) == (Caps(), raised)


def test_a_reward_has_one_id_for_what_it_is_for_and_whom_it_goes_to() -> None:
    found = rewards.due("bob", [order(credit(terms(TWENTY)))])[0]
    again: Due = replace(found, amount_minor=1, version=9)
    assert rewards.identifier("c", found) == rewards.identifier("c", again)
    others = [replace(found, **{name: "else"}) for name in ("program", "rule", "subject", "member")]  # type: ignore[arg-type]
    assert (
        len({rewards.identifier("c", each) for each in [found, *others]} | {rewards.identifier("d", found)})
        == 6
    )
