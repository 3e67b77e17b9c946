"""Friends of one advocate who give one mailbox: flagged and held, never refused, and the earlier one is left alone."""

import itertools
from datetime import timedelta

import pytest

from tests.referral.records import record, work_off
from tests.referral.town import DAY, NOW, Town

FLAG = "email-of-earlier-friend"
#: (order, friend, how long ago, his address): carl and dee are one mailbox, and carl came before her.
TOLD = (
    ("late", "carl", DAY, "carl@corp.example"),
    ("hers", "dee", 2 * DAY, "CARL+2@corp.example"),
    ("early", "carl", 3 * DAY, "carl@corp.example"),
)


def held(town: Town) -> set[str]:
    """The orders that a person has to look at."""
    return {each["order"] for each in town.ask("GET", "/v1/reviews?state=open").json["items"]}


@pytest.mark.parametrize(
    "told", list(itertools.permutations(TOLD)), ids=lambda told: "-".join(each[0] for each in told)
)
def test_of_two_friends_with_one_mailbox_the_later_one_is_held_whichever_we_heard_of_first(
    town: Town, told: tuple[tuple[str, str, timedelta, str], ...]
) -> None:
    code = town.advocate("ann")
    for order, friend, ago, email in told:
        town.buy(order, friend, at=NOW - ago, code=code, email=email)
    work_off()
    flags = {order: FLAG in record(town, order)["flags"] for order, *_ in TOLD}
    assert flags == {"late": False, "hers": True, "early": False}
    assert held(town) == {"hers"}
    assert [town.advocate_of(order) for order, *_ in TOLD] == ["ann"] * 3


def test_at_one_moment_the_smaller_id_is_the_earlier_also_at_a_free_provider(town: Town) -> None:
    code = town.advocate("ann")
    town.buy("of carl", "carl", code=code, email="c.arl@gmail.com")
    town.buy("of dee", "dee", code=code, email="carl+x@googlemail.com")
    work_off()
    later = "of dee" if town.member("carl") < town.member("dee") else "of carl"
    assert held(town) == {later}
    assert record(town, later)["flags"] == [FLAG]


def test_friends_of_two_advocates_may_share_a_mailbox(town: Town) -> None:
    for name, friend in (("ann", "carl"), ("zoe", "dee")):
        town.buy(f"of {friend}", friend, code=town.advocate(name), email="carl@gmail.com")
    work_off()
    assert held(town) == set()


@pytest.mark.parametrize("told", list(itertools.permutations(("first", "second", "third"))), ids="-".join)
def test_who_comes_from_the_domain_of_an_earlier_friend_is_flagged_whichever_we_heard_of_first(
    town: Town, told: tuple[str, ...]
) -> None:
    """It is one that gives an address to anybody, so that points of all three can be seen in their reviews."""
    code, ago = town.advocate("ann"), {"first": 3, "second": 2, "third": 1}
    for order in told:
        town.buy(order, f"of {order}", NOW - ago[order] * DAY, code=code, email=f"{order}@mailinator.com")
    work_off()
    found = {each["order"]: each["points"] for each in town.ask("GET", "/v1/reviews").json["items"]}
    assert found == {"first": 30, "second": 50, "third": 50}
    flags = {order: "domain-of-earlier-friend" in record(town, order)["flags"] for order in told}
    assert flags == {"first": False, "second": True, "third": True}
