"""Programs over HTTP: whole, in versions, and refused with the place of the fault."""

from typing import Any
from urllib.parse import quote

import pytest

from services.referral.repository import programs
from shared import http
from tests.fixtures import Door

FRIENDS: dict[str, Any] = {
    "name": "Friends",
    "effective": "2026-01-01T00:00:00Z",
    "landing_url": "https://shop.example/welcome",
    "model": "first",
    "window": "30d",
    "grace": "36h",
    "hold": "14d",
    "least_order_minor": 1_000,
    "currencies": ["EUR", "UAH"],
    "rewards": [
        {
            "name": "sale",
            "to": "advocate",
            "rate": "2.9%",
            "months": 12,
            "tiers": [{"reached": 10, "rate": "5%"}],
        },
        {"name": "welcome", "to": "friend", "on": "join", "amount_minor": 500, "currency": "EUR"},
        {"name": "upstream", "to": "upstream", "rate": "10%", "base": "reward"},
        {
            "name": "ten",
            "to": "advocate",
            "on": "milestone",
            "friends": 10,
            "amount_minor": 5_000,
            "currency": "EUR",
        },
    ],
    "caps": {"advocate_month_minor": 100_000, "friend_minor": None},
    "standing": {"badges": ["nice-answer"], "titles": ["most-helpful"], "hold": "3d"},
    "enrolment": {"badges": ["poster"], "titles": []},
    "satisfaction": {"nps": 9, "csat": 4},
    "holdout": "10%",
    "quiet": {"from": "21:00", "until": "08:00"},
    "disclosure": "I get a reward when you buy.",
    "generations": 5,
}


def test_a_program_is_told_as_it_was_defined(referral: Door, community: str) -> None:
    said = referral("PUT", "/v1/programs/friends", FRIENDS)
    assert said.status_code == 200, said.text
    shown = referral("GET", "/v1/programs/friends").json
    assert shown == said.json
    assert (shown["state"], shown["version"], shown["effective"]) == (
        "running",
        1,
        "2026-01-01T00:00:00.000Z",
    )
    assert shown["rewards"][0]["rate"] == "2.9%"
    assert shown["rewards"][0]["tiers"] == [{"reached": 10, "rate": "5%", "amount_minor": None}]
    assert shown["quiet"] == FRIENDS["quiet"]
    assert shown["currencies"] == FRIENDS["currencies"]
    assert referral("GET", "/v1/programs").json["items"] == [shown]
    loaded = programs.load(community, "friends")
    assert loaded is not None
    assert programs.every(community) == [loaded]


def test_the_same_again_changes_nothing_and_a_change_is_another_version(referral: Door) -> None:
    referral("PUT", "/v1/programs/friends", FRIENDS)
    again = {name: value for name, value in FRIENDS.items() if name != "effective"}
    assert referral("PUT", "/v1/programs/friends", again).json["version"] == 1
    later = {**FRIENDS, "model": "last", "effective": "2990-01-01T00:00:00Z"}
    assert referral("PUT", "/v1/programs/friends", later).json["version"] == 1
    listed = referral("GET", "/v1/programs/friends/versions").json["items"]
    assert [(each["version"], each["model"]) for each in listed] == [(1, "first"), (2, "last")]
    shown = referral("PUT", "/v1/programs/friends", {**again, "model": "sticky"}).json
    assert (shown["version"], shown["model"]) == (3, "sticky")
    assert shown["planned"] == [{"version": 2, "effective": "2990-01-01T00:00:00.000Z"}]


def test_what_is_shown_can_be_sent_back_and_changed(referral: Door) -> None:
    referral("PUT", "/v1/programs/friends", FRIENDS)
    shown = referral("GET", "/v1/programs/friends").json
    assert referral("PUT", "/v1/programs/friends", shown).json == shown
    changed = referral("PUT", "/v1/programs/friends", {**shown, "window": "60d"}).json
    assert (changed["version"], changed["window"], changed["rewards"]) == (2, "60d", shown["rewards"])
    assert changed["effective"] > shown["effective"]
    stale = referral("PUT", "/v1/programs/friends", {**shown, "window": "90d"})
    assert (stale.status_code, stale.json["errors"][0]["pointer"]) == (422, "/effective")
    elsewhere = referral("PUT", "/v1/programs/others", changed)
    assert (elsewhere.status_code, elsewhere.json["errors"][0]["pointer"]) == (422, "/slug")
    said = http.document(referral.client.application)["components"]["schemas"]["ProgramWanted"]["properties"]
    assert {name for name, each in said.items() if each.get("readOnly")} == {"slug", "state", "planned"}


def test_a_program_ends_and_stays_readable(referral: Door) -> None:
    referral("PUT", "/v1/programs/friends", FRIENDS)
    assert referral("DELETE", "/v1/programs/friends").status_code == 204
    ended = referral("GET", "/v1/programs/friends").json
    assert ended["state"] == "ended"
    assert referral("DELETE", "/v1/programs/friends").status_code == 204
    assert referral("GET", "/v1/programs/friends").json["ends"] == ended["ends"]
    assert referral("DELETE", "/v1/programs/nothing").status_code == 404


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"window": "30"}, "/window"),
        ({"window": "3651d"}, "/window"),
        ({"hold": 14}, "/hold"),
        ({"landing_url": "javascript:alert(1)"}, "/landing_url"),
        ({"landing_url": "https://shop.example\\@evil.example/"}, "/landing_url"),
        ({"landing_url": "https://me@shop.example/"}, "/landing_url"),
        ({"landing_url": "/welcome"}, "/landing_url"),
        ({"landing_url": "https://shop.example\u2028/"}, "/landing_url"),
        ({"landing_url": "https://shop.example\u0085evil/"}, "/landing_url"),
        ({"landing_url": "https://shop.example:99999/"}, "/landing_url"),
        ({"currencies": ["EURO"]}, "/currencies/0"),
        ({"holdout": "101%"}, "/holdout"),
        ({"quiet": {"from": "25:00", "until": "08:00"}}, "/quiet/from"),
        ({"quiet": {"from": "08:00", "until": "08:00"}}, "/quiet/until"),
        ({"satisfaction": {"nps": 11}}, "/satisfaction/nps"),
        ({"enrolment": {"badges": ["Nice Answer"]}}, "/enrolment/badges/0"),
        ({"caps": {"friend_minor": -1}}, "/caps/friend_minor"),
        ({"caps": {"friend_minor": 1.5}}, "/caps/friend_minor"),
        ({"surprise": 1}, "/surprise"),
        ({"effective": "yesterday"}, "/effective"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(
    referral: Door, change: dict[str, Any], pointer: str
) -> None:
    said = referral("PUT", "/v1/programs/friends", {**FRIENDS, **change})
    assert (said.status_code, [each["pointer"] for each in said.json["errors"]]) == (422, [pointer])


@pytest.mark.parametrize(
    ("rule", "pointer"),
    [
        ({}, "/rewards/0/rate"),
        ({"rate": "5%", "amount_minor": 5, "currency": "EUR"}, "/rewards/0/rate"),
        ({"rate": "0.1"}, "/rewards/0/rate"),
        ({"rate": 0.1}, "/rewards/0/rate"),
        ({"rate": "5%", "currency": "EUR"}, "/rewards/0/currency"),
        ({"amount_minor": 500}, "/rewards/0/currency"),
        ({"rate": "5%", "on": "join"}, "/rewards/0/rate"),
        ({"rate": "5%", "base": "reward"}, "/rewards/0/base"),
        ({"rate": "5%", "friends": 5}, "/rewards/0/friends"),
        ({"amount_minor": 5, "currency": "EUR", "on": "milestone"}, "/rewards/0/friends"),
        (
            {"amount_minor": 5, "currency": "EUR", "on": "milestone", "friends": 3, "to": "friend"},
            "/rewards/0/to",
        ),
        ({"amount_minor": 5, "currency": "EUR", "on": "join", "months": 3}, "/rewards/0/months"),
        ({"rate": "5%", "to": "me"}, "/rewards/0/to"),
        # A peer compares 50 % with 100 cents, and 50 % loses.
        ({"rate": "50%", "tiers": [{"reached": 2, "amount_minor": 100}]}, "/rewards/0/tiers/0"),
        (
            {"amount_minor": 5, "currency": "EUR", "tiers": [{"reached": 2, "rate": "5%"}]},
            "/rewards/0/tiers/0",
        ),
        (
            {"rate": "5%", "tiers": [{"reached": 2, "rate": "6%"}, {"reached": 2, "rate": "7%"}]},
            "/rewards/0/tiers/1/reached",
        ),
    ],
)
def test_a_rule_that_cannot_be_computed_is_refused(
    referral: Door, rule: dict[str, Any], pointer: str
) -> None:
    rules = [{"name": "sale", "to": "advocate", **rule}]
    said = referral("PUT", "/v1/programs/friends", {**FRIENDS, "rewards": rules})
    assert (said.status_code, [each["pointer"] for each in said.json["errors"]]) == (422, [pointer])


def test_two_rules_of_one_name_are_refused(referral: Door) -> None:
    rules = [FRIENDS["rewards"][0], FRIENDS["rewards"][0]]
    said = referral("PUT", "/v1/programs/friends", {**FRIENDS, "rewards": rules})
    assert (said.status_code, said.json["errors"][0]["pointer"]) == (422, "/rewards/1/name")


@pytest.mark.parametrize("slug", ["Friends", "a:b", "a/b", "-a", "a" * 65])
def test_a_slug_can_stand_in_the_name_of_an_account(referral: Door, slug: str) -> None:
    assert referral("PUT", f"/v1/programs/{quote(slug, safe='')}", FRIENDS).status_code == 422


def test_a_landing_page_goes_into_a_header_whatever_it_is_written_in(referral: Door) -> None:
    page = "https://müller.example/каталог/café?пошук=€#ü"
    wanted = {**FRIENDS, "landing_url": page}
    said = referral("PUT", "/v1/programs/friends", wanted)
    assert said.json["landing_url"] == (
        "https://xn--mller-kva.example/%D0%BA%D0%B0%D1%82%D0%B0%D0%BB%D0%BE%D0%B3/caf%C3%A9"
        "?%D0%BF%D0%BE%D1%88%D1%83%D0%BA=%E2%82%AC#%C3%BC"
    )
    again = referral("PUT", "/v1/programs/friends", wanted)
    assert again.json["version"] == said.json["version"]
