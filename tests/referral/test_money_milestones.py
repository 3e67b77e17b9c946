"""Milestones of whoever turns out to be one, in event order, and not before a person has looked where one has to."""

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from services.referral import jobs
from shared import clock
from tests.fixtures import Door
from tests.referral.till import OWN, lies, merge, proven, work_off
from tests.referral.town import DAY, HOUR, NOW, Town

SECOND = {
    "name": "second", "to": "advocate", "on": "milestone", "friends": 2, "amount_minor": 700, "currency": "EUR",
}  # fmt: skip
#: How many days ago each friend bought.
BOUGHT = {"bob": 5, "cy": 3, "dee": 1}


@pytest.fixture
def town(referral: Door) -> Iterator[Town]:
    """A town that gives something for the second friend; its ledger is proved in the end."""
    yield from proven(referral, SECOND, OWN, hold="10d")


def buy(town: Town, *friends: str, code: str) -> None:
    """Each of these buys at his time."""
    for name in friends:
        town.buy(f"o-{name}", name, NOW - BOUGHT[name] * DAY, code=code)


def milestones(town: Town) -> list[tuple[str, str, str, int]]:
    """(member, state, friend who completed it, how many days ago) of all milestones."""
    items: Sequence[dict[str, Any]] = town.ask("GET", "/v1/rewards").json["items"]
    return sorted(
        (each["member"], each["state"], each["friend"], (NOW - clock.from_text(each["at"])).days)
        for each in items
        if each["rule"] == "second"
    )


def test_what_two_accounts_of_one_advocate_reach_together_is_reached(town: Town) -> None:
    buy(town, "cy", code=town.advocate("zoe"))
    buy(town, "bob", code=town.advocate("ann"))
    work_off()
    assert milestones(town) == []
    merge(town, "zoe", "ann")
    assert milestones(town) == [("ann", "held", "cy", 3)]
    assert lies(town, "held:ann") == 700 + 15
    town.refund("o-bob", "r1", None, kind="whole")
    assert [each[1] for each in milestones(town)] == ["reversed"]


def test_what_both_reached_is_granted_to_the_one_once(town: Town) -> None:
    code = town.advocate("zoe")
    for name in ("eve", "fay"):
        town.buy(f"o-{name}", name, NOW - HOUR, code=code)
    buy(town, "bob", "cy", code=town.advocate("ann"))
    assert [each[:2] for each in milestones(town)] == [("ann", "held"), ("zoe", "held")]
    merge(town, "zoe", "ann")
    assert sorted(each[1] for each in milestones(town)) == ["held", "reversed"]
    [(_, _, friend, days)] = [each for each in milestones(town) if each[1] == "held"]
    assert (friend, days) == ("cy", 3)


def test_what_one_of_them_was_given_is_not_given_again(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    buy(town, "bob", "cy", code=town.advocate("zoe"))
    monkeypatch.setattr(clock, "now", lambda: NOW + 20 * DAY)
    work_off()
    assert lies(town, "payable:zoe") == 700 + 15 + 15
    buy(town, "dee", code=town.advocate("ann"))
    merge(town, "zoe", "ann")
    assert [each[:2] for each in milestones(town)] == [("zoe", "released")]


def test_two_friends_who_are_one_are_one(town: Town) -> None:
    buy(town, "bob", "cy", code=town.advocate("ann"))
    assert [each[1] for each in milestones(town)] == ["held"]
    merge(town, "cy", "bob")
    assert [each[1] for each in milestones(town)] == ["reversed"]


@pytest.mark.parametrize("told", list(itertools.permutations(BOUGHT)), ids="-".join)
def test_it_is_reached_when_the_second_friend_bought_whichever_we_hear_of_first(
    town: Town, told: tuple[str, ...]
) -> None:
    code = town.advocate("ann")
    buy(town, *told, code=code)
    assert milestones(town) == [("ann", "held", "cy", 3)]


def test_it_waits_while_somebody_has_to_look_at_what_reached_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silence never pays: not by a milestone either."""
    code = town.advocate("ann")
    town.buy("o1", "bob", NOW - DAY, code=code, email="bob@mailinator.com")
    buy(town, "cy", code=code)
    monkeypatch.setattr(clock, "now", lambda: NOW + 20 * DAY)
    jobs.look_at_the_clock()
    work_off()
    assert [each[1] for each in milestones(town)] == ["in-review"]
    [review] = town.ask("GET", "/v1/reviews").json["items"]
    path = f"/v1/reviews/{review['id']}/decision"
    town.ask("POST", path, {"decision": "pay", "reason": "Fine."})
    assert [each[1] for each in milestones(town)] == ["released"]


def test_tiers_count_what_was_bought_from_both(town: Town) -> None:
    town.program("tiers", rewards=[{**OWN, "tiers": [{"reached": 3, "rate": "10%"}]}], grace="0d")
    codes = {name: town.advocate(name, "tiers") for name in ("ann", "zoe")}
    for name, by in (("bob", "ann"), ("cy", "zoe")):
        town.buy(f"o-{name}", name, NOW - DAY, code=codes[by])
    merge(town, "zoe", "ann")
    town.buy("o-dee", "dee", code=codes["zoe"])
    items = town.ask("GET", "/v1/members/ann/rewards").json["items"]
    assert sorted(each["amount_minor"] for each in items) == [15, 15, 50]
