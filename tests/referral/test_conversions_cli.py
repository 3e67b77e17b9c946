"""Conversions at an operator's desk, and what other terms would have made of them, in money."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from services.referral.queries import communities
from shared import mongo
from shared.errors import Invalid
from tests.fixtures import REFERRAL, Said, new_community
from tests.referral.town import DAY, NOW, Town, text

Laurel = Callable[..., Said]


def rows(said: Said) -> list[dict[str, str]]:
    assert said.code == 0, said.err
    return list(csv.DictReader(io.StringIO(said.out)))


def everything(town: Town) -> dict[str, list[Any]]:
    """All that is kept of a community."""
    names = mongo.database(REFERRAL).list_collection_names()
    return {
        name: sorted(map(repr, mongo.collection(REFERRAL, name).find({"community": town.community})))
        for name in names
    }


def test_conversions_are_listed_in_order_of_time(town: Town, laurel: Laurel) -> None:
    code = town.advocate("ann")
    town.buy('o"2,', "eve", at=NOW)
    town.buy("o1", at=NOW - DAY, code=code)
    town.refund("o1", "r1", 100)
    found = rows(laurel("referral", "conversions", "--community", town.community, "--format", "csv"))
    assert [(each["id"], each["advocate"], each["refunded_minor"]) for each in found] == [
        ("o1", "ann", "100"),
        ('o"2,', "", "0"),
    ]
    assert found[0]["placed_at"] == text(NOW - DAY)


def test_what_if_prints_the_difference_in_money_and_changes_nothing(town: Town, laurel: Laurel) -> None:
    town.advocate("ann")
    town.advocate("dan")
    town.click("ann", NOW - 20 * DAY, visitor="v1")
    town.buy("o1", click=town.click("dan", NOW - DAY, visitor="v1"), amount_minor=10_000)
    town.buy("o2", "eve", click=town.click("ann", NOW - 20 * DAY), amount_minor=3_000)
    town.refund("o2", "r1", 1_000)
    before = everything(town)

    def ask(*change: str) -> dict[str, tuple[str, str, str]]:
        found = rows(laurel("referral", "what-if", "--community", town.community, *change))
        return {
            each["advocate"]: (each["before_minor"], each["after_minor"], each["difference_minor"])
            for each in found
        }

    assert ask() == {"ann": ("200", "200", "0"), "dan": ("1000", "1000", "0")}
    assert ask("--model", "first") == {"ann": ("200", "1200", "1000"), "dan": ("1000", "0", "-1000")}
    assert ask("--window", "14d") == {"ann": ("200", "0", "-200"), "dan": ("1000", "1000", "0")}
    assert ask("--window", "14d", "--model", "first")["dan"] == ("1000", "1000", "0")
    assert everything(town) == before


def test_what_if_of_one_program_shows_its_money_alone(town: Town, laurel: Laurel) -> None:
    town.program("sticky", model="sticky")
    town.advocate("dan", "sticky")
    town.buy("o1", click=town.click("ann", NOW - DAY), code=town.advocate("ann"))
    town.buy("o2", "eve", code=town.advocate("ann", "sticky"), amount_minor=3_000)
    said = laurel("referral", "what-if", "--community", town.community, "--program", "sticky")
    assert [(each["advocate"], each["before_minor"], each["after_minor"]) for each in rows(said)] == [
        ("ann", "300", "300")
    ]
    assert said.err.startswith("0 of 1 joins and orders that concern sticky would")
    found = rows(laurel("referral", "what-if", "--community", town.community, "--program", "spring"))
    assert [(each["advocate"], each["before_minor"]) for each in found] == [("ann", "50")]


def test_what_if_of_a_program_that_is_not_there_is_refused(town: Town, laurel: Laurel) -> None:
    said = laurel("referral", "what-if", "--community", town.community, "--program", "none")
    assert said.code != 0
    assert laurel("referral", "what-if", "--community", town.community, "--window", "x").code != 0


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("command", ["audit", "what-if"])
def test_of_several_communities_one_must_be_named(laurel: Laurel, command: str) -> None:
    new_community()
    said = laurel("referral", command)
    assert (said.code, "--community SLUG" in said.err) == (1, True)
    assert laurel("referral", command, "--community", "nowhere").code == 1


def test_the_only_community_need_not_be_named() -> None:
    assert communities.only(["bees"]) == "bees"
    with pytest.raises(Invalid, match=r"\(there is none yet\)"):
        communities.only([])
    with pytest.raises(Invalid, match=r"\(a, b, c, d, e, …\)"):
        communities.only(list("abcdef"))
