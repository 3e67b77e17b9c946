"""Where is my reward? Also where there is none: each rule that gives nothing says why."""

from dataclasses import replace
from typing import Any

import pytest

from services.referral.domain import unpaid
from services.referral.domain.money import parse_rate
from services.referral.domain.programs import Beneficiary, Reward
from tests.referral.test_domain_rewards import TWENTY, credit, months, order, terms
from tests.referral.town import DAY, NOW, Town

ONCE = {"name": "once", "to": "advocate", "rate": "10%"}
WELCOME = {"name": "welcome", "to": "friend", "amount_minor": 100, "currency": "EUR"}


def test_what_earns_nothing_says_why_rule_by_rule() -> None:
    once, year = replace(TWENTY, name="once", months=0), replace(TWENTY, name="year", months=12)
    share = Reward(name="share", to=Beneficiary.UPSTREAM, rate=parse_rate("1%"), months=None)
    found = credit(terms(once, year, share, least_order_minor=100))
    several = [
        order(found, "first"),
        order(found, "later", at=months(11)),
        order(found, "late", at=months(12)),
        order(found, "small", at=months(1), amount_minor=99),
        order(found, "back", at=months(2), refunded_minor=10_000),
        order(replace(found, above=("zoe",)), "tiny", at=months(3), amount_minor=100, quantity=1),
    ]
    told = {
        name: {each.rule: str(each.reason) for each in some}
        for name, some in unpaid.unpaid("bob", several).items()
    }
    all_of = {"once": "", "year": "", "share": ""}
    assert told == {
        "first": {"share": "nobody-above"},
        "later": {"once": "not-the-first-purchase", "share": "nobody-above"},
        "late": {
            "once": "not-the-first-purchase", "year": "months-are-over", "share": "nobody-above"
        },
        "small": dict.fromkeys(all_of, "condition-not-met"),
        "back": dict.fromkeys(all_of, "refunded"),
        "tiny": {"once": "not-the-first-purchase"},
    }  # fmt: skip
    nothing = order(credit(terms(replace(year, rate=parse_rate("0.1%")))), amount_minor=100)
    assert [str(each.reason) for each in unpaid.unpaid("bob", [nothing])["o1"]] == ["comes-to-nothing"]


@pytest.fixture
def ann(town: Town) -> str:
    """The code of Ann, whose program rewards the first purchase of five euros or more."""
    town.program("once", rewards=[ONCE, WELCOME], least_order_minor=500)
    return town.advocate("ann", "once")


def explained(town: Town, order: str, audience: str) -> Any:
    path = f"/v1/attributions/{town.order(order)['attribution']}?audience={audience}"
    return town.ask("GET", path).json


def test_a_purchase_that_is_not_the_first_says_so_to_advocate_rep_and_auditor(town: Town, ann: str) -> None:
    town.buy("before", at=NOW - 2 * DAY)
    town.buy("o1", at=NOW - DAY, code=ann)
    assert town.ask("GET", "/v1/rewards").json["items"] == []
    told = explained(town, "o1", "advocate")
    reason = {"reason": "not-the-first-purchase", "words": "the friend had bought before, and only his first"}
    assert [(each["rule"], each["to"], each["reason"]) for each in told["unrewarded"]] == [
        ("once", "advocate", reason["reason"])
    ]
    assert f"You get nothing for it by `once`: {reason['words']}" in told["text"]
    for audience, said in (
        ("rep", f"Nothing by `welcome` (to friend): {reason['words']}"),
        ("auditor", "nothing · welcome · friend · not-the-first-purchase"),
    ):
        told = explained(town, "o1", audience)
        assert [each["rule"] for each in told["unrewarded"]] == ["once", "welcome"]
        assert said in told["text"]


def test_an_order_that_was_too_small_does_not_take_the_place_of_the_first(town: Town, ann: str) -> None:
    """Nor one in another currency; whoever bought before without being named is no new customer."""
    town.buy("small", at=NOW - 2 * DAY, code=ann, amount_minor=499)
    town.buy("good", at=NOW - DAY, code=ann)
    rewards = town.ask("GET", "/v1/rewards").json["items"]
    assert {(each["order"], each["rule"]) for each in rewards} == {("good", "once"), ("good", "welcome")}
    assert explained(town, "good", "auditor")["unrewarded"] == []
    town.refund("good", "r1", 500)
    assert {each["state"] for each in town.ask("GET", "/v1/rewards").json["items"]} == {"reversed"}
