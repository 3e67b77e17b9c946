"""Who earns nothing and is told so; two accounts that are one person."""

from typing import Any

import pytest

from tests.fixtures import Courier, Door

POSTER = {"name": "Poster", "criterion": {"kind": "count", "where": {"type": "Create"}}, "at": 1}
LIKED = {"name": "Liked", "criterion": {"kind": "object-score"}, "at": 1}


def deed(actor: str | None, kind: str = "Create", about: str | None = None) -> dict[str, Any]:
    return {
        "id": f"{kind} of {actor}",
        "type": kind,
        "actor": actor,
        "object": about or f"thing of {actor}",
        "published": "2026-01-01T00:00:00Z",
    }


@pytest.fixture
def defined(badges: Door) -> Door:
    badges("PUT", "/v1/badges/poster", POSTER)
    badges("PUT", "/v1/badges/liked", LIKED)
    return badges


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"role": "bot"}, "bots earn nothing"),
        ({"opted_out": True, "since": "2020-01-01T00:00:00Z"}, "the member opted out"),
    ],
)
def test_who_may_earn_nothing_is_told_why(
    defined: Door, activity: Door, courier: Courier, said: dict[str, Any], reason: str
) -> None:
    activity("PUT", "/v1/members/ann", said)
    activity("POST", "/v1/activities", [deed("ann")])
    courier.carry()
    assert defined("GET", "/v1/awards").json["items"] == []
    assert defined("GET", "/v1/members/ann/badges/poster").json["excluded"] == reason


def test_a_deed_of_nobody_earns_nobody_anything_and_who_is_no_member_is_told_so(
    defined: Door, activity: Door, courier: Courier
) -> None:
    answer = activity("POST", "/v1/activities", [deed(None), deed(None, "Like", "thing of None")])
    assert answer.json["accepted"] == 2
    courier.carry()
    assert defined("GET", "/v1/awards").json["items"] == []
    assert activity("GET", "/v1/activities/Create%20of%20None").json["actor"] is None
    stranger = defined("GET", "/v1/members/nobody/badges/poster")
    assert (stranger.status_code, stranger.json["detail"]) == (
        404,
        "There is no member 'nobody' in this community.",
    )


def test_two_accounts_that_both_held_a_badge_hold_it_once_when_they_are_one(
    defined: Door, activity: Door, courier: Courier
) -> None:
    activity("POST", "/v1/activities", [deed("ann"), deed("bob"), deed("bob", "Like", "thing of ann")])
    courier.carry()
    assert len(defined("GET", "/v1/badges/poster/holders").json["items"]) == 2
    activity("POST", "/v1/members/bob/merge", {"into": "ann"})
    courier.carry()
    for path in ("/v1/badges/poster/holders", "/v1/awards", "/v1/members/bob/badges"):
        held = [(each["badge"], each["member"]["id"]) for each in defined("GET", path).json["items"]]
        assert held == [("poster", "ann")], path  # and what he gave himself was no like
    assert defined("GET", "/v1/members/ann/badges/poster").json["value"] == 2
