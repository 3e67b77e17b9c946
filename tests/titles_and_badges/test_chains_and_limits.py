"""Chains of badges, badges with a maximum of holders, secret ones: on the whole."""

from typing import Any

import pytest

from services.titles_and_badges.repository import DATABASE
from services.titles_and_badges.use_cases import comparing, comparing_holders
from shared import mongo
from tests.fixtures import Courier, Door

POSTED = {
    "name": "Posted",
    "description": "",
    "criterion": {"kind": "count", "where": {"type": "Create"}},
    "at": 2,
}
LOVED = {"name": "Loved", "description": "", "criterion": {"kind": "object-score"}, "at": 1, "policy": "live"}


def chain(*links: str | dict[str, Any], **more: Any) -> dict[str, Any]:
    every = [{"badge": link} if isinstance(link, str) else link for link in links]
    return {"name": "Chain", "description": "", "criterion": {"kind": "chain", "all": every}, **more}


def creates(actor: str, *days: int) -> list[dict[str, Any]]:
    return [
        {"id": f"{actor} {day}", "type": "Create", "actor": actor, "object": f"{actor} {day}",
         "published": f"2026-01-{day:02}T12:00:00Z"}
        for day in days
    ]  # fmt: skip


def like(day: int, liked: str, actor: str = "fan") -> dict[str, Any]:
    return {
        "id": f"like {day} {actor}", "type": "Like", "actor": actor, "object": liked,
        "published": f"2026-01-{day:02}T12:00:00Z",
    }  # fmt: skip


def held(badges: Door, member: str = "ann") -> dict[str, str]:
    items = badges("GET", f"/v1/members/{member}/badges").json["items"]
    return {each["badge"]: each["awarded_at"][:10] for each in items}


@pytest.mark.parametrize("policy", ["sticky", "live"])
def test_a_chain_is_reached_with_the_last_of_its_badges_and_outlives_them_unless_live(
    badges: Door, activity: Door, courier: Courier, policy: str
) -> None:
    badges("PUT", "/v1/badges/posted", POSTED)
    badges("PUT", "/v1/badges/loved", LOVED)
    badges("PUT", "/v1/badges/both", chain("posted", "loved", policy=policy))
    badges("PUT", "/v1/badges/all", chain("both", "posted", policy=policy))
    activity("POST", "/v1/activities", [*creates("ann", 1, 5), like(7, "ann 1")])
    courier.carry()
    complete = {"posted": "2026-01-05", "loved": "2026-01-07", "both": "2026-01-07", "all": "2026-01-07"}
    assert held(badges) == complete
    why = badges("GET", "/v1/members/ann/badges/both").json["awards"]
    assert [each["decided_by"] for each in why] == ["like 7 fan"]
    dislike = {**like(9, "ann 1", "foe"), "type": "Dislike"}
    activity("POST", "/v1/activities", [dislike])
    courier.carry()
    left = {"posted", "both", "all"} if policy == "sticky" else {"posted"}
    assert held(badges).keys() == left
    # What was taken back never happened: then there was no chain either.
    activity("DELETE", "/v1/activities/like 7 fan")
    courier.carry()
    assert held(badges).keys() == {"posted"}


def test_losing_one_badge_leaves_another_untouched(badges: Door, activity: Door, courier: Courier) -> None:
    badges("PUT", "/v1/badges/posted", POSTED)
    badges("PUT", "/v1/badges/loved", LOVED)
    activity("POST", "/v1/activities", [*creates("ann", 1, 2), like(3, "ann 1")])
    courier.carry()
    activity("DELETE", "/v1/activities/like 3 fan")
    courier.carry()
    assert held(badges) == {"posted": "2026-01-02"}


def test_what_people_decide_is_followed_by_chains(badges: Door, activity: Door, courier: Courier) -> None:
    badges("PUT", "/v1/badges/gift", {"name": "Gift", "description": "", "criterion": {"kind": "manual"}})
    badges("PUT", "/v1/badges/posted", POSTED)
    badges("PUT", "/v1/badges/both", chain("gift", "posted", policy="live"))
    activity("POST", "/v1/activities", creates("ann", 1, 2))
    courier.carry()
    assert held(badges).keys() == {"posted"}
    badges("POST", "/v1/badges/gift/grants", {"member": "ann", "reason": "for all of it"})
    assert held(badges).keys() == {"posted", "gift", "both"}
    badges("POST", "/v1/badges/gift/revocations", {"member": "ann", "reason": "it was another Ann"})
    assert held(badges).keys() == {"posted"}


def test_chains_without_an_end_are_refused_with_the_place(badges: Door) -> None:
    levels = [{"name": "one", "at": 1}]
    badges(
        "PUT",
        "/v1/badges/a",
        {key: value for key, value in {**POSTED, "levels": levels}.items() if key != "at"},
    )
    badges("PUT", "/v1/badges/b", chain("a"))
    for definition, place in (
        (chain("a", "nope"), "/criterion/all/1/badge"),
        (chain({"badge": "a", "level": "two"}), "/criterion/all/0/level"),
        (chain("b"), "/criterion/all/0/badge"),
        (chain(), "/criterion/all"),
        (chain("a", repeat="object"), "/repeat"),
    ):
        answer = badges("PUT", "/v1/badges/b", definition)
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, place)
    badges("PUT", "/v1/badges/c", chain("b"))
    answer = badges("PUT", "/v1/badges/b", chain("c"))
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/criterion/all/0/badge")


@pytest.mark.parametrize("order", [["ann", "bob", "cy"], ["cy", "bob", "ann"]])
def test_the_first_in_event_order_hold_a_limited_badge_and_who_follows_comes_in(
    badges: Door, activity: Door, courier: Courier, order: list[str]
) -> None:
    badges("PUT", "/v1/badges/early", {**POSTED, "at": 1, "most_holders": 2})
    badges("PUT", "/v1/badges/chain", chain("early", policy="live"))
    days = {"ann": 1, "bob": 2, "cy": 3}
    for actor in order:
        activity("POST", "/v1/activities", creates(actor, days[actor]))
        courier.carry()
    assert [sorted(held(badges, member)) for member in days] == [["chain", "early"], ["chain", "early"], []]
    assert [each["member"]["id"] for each in badges("GET", "/v1/badges/early/holders").json["items"]] == [
        "bob",
        "ann",
    ]
    assert badges("GET", "/v1/members/cy/badges/early").json["held"] is False
    activity("DELETE", "/v1/activities/ann 1")
    courier.carry()
    assert [sorted(held(badges, member)) for member in days] == [[], ["chain", "early"], ["chain", "early"]]
    badges("PUT", "/v1/badges/early", {**POSTED, "at": 1, "most_holders": 1})
    courier.carry()
    assert [sorted(held(badges, member)) for member in days] == [[], ["chain", "early"], []]


def test_who_waits_for_a_place_has_no_chain_and_that_is_no_drift(
    badges: Door, activity: Door, courier: Courier
) -> None:
    badges("PUT", "/v1/badges/posted", {**POSTED, "most_holders": 1})
    badges("PUT", "/v1/badges/both", chain("posted"))
    activity("POST", "/v1/activities", [*creates("ann", 1, 5), *creates("bob", 1, 6)])
    courier.carry()
    assert (held(badges).keys(), held(badges, "bob").keys()) == ({"posted", "both"}, set())
    assert [each for step in comparing.compare(courier.community) for each in step.drift] == []


def test_whoever_holds_a_limited_badge_instead_of_an_earlier_one_is_named_and_repaired(
    badges: Door, activity: Door, courier: Courier
) -> None:
    badges("PUT", "/v1/badges/early", {**POSTED, "at": 1, "most_holders": 2})
    badges("PUT", "/v1/badges/chain", chain("early", policy="live"))
    for day, actor in enumerate(("ann", "bob", "cy", "dan"), start=1):
        activity("POST", "/v1/activities", creates(actor, day))
    courier.carry()
    community = courier.community
    assert list(comparing_holders.compare(community)) == []
    stored = mongo.collection(DATABASE, "awards")
    which = {"community": community, "badge": "early"}
    ann, _, cy, _ = stored.find(which, sort=[("awarded_at", 1)])
    stored.update_one({"_id": ann["_id"]}, {"$set": {"state": "waiting"}})
    stored.update_one({"_id": cy["_id"]}, {"$set": {"state": "held"}})
    drift = sorted(comparing_holders.compare(community), key=lambda each: each.stored)
    assert [(each.name, each.stored, each.expected) for each in drift] == [
        (cy["_id"], "held", "waiting"), (ann["_id"], "waiting", "held"),
    ]  # fmt: skip
    assert list(comparing_holders.repair(community)) == ["early"]
    courier.carry()
    assert list(comparing_holders.compare(community)) == []
    assert [sorted(held(badges, each)) for each in ("ann", "bob", "cy", "dan")] == [
        ["chain", "early"], ["chain", "early"], [], [],
    ]  # fmt: skip


def test_nobody_waits_for_a_badge_without_a_maximum(badges: Door, activity: Door, courier: Courier) -> None:
    badges("PUT", "/v1/badges/posted", POSTED)
    activity("POST", "/v1/activities", creates("ann", 1, 2))
    courier.carry()
    stored = mongo.collection(DATABASE, "awards")
    stored.update_one({"community": courier.community}, {"$set": {"state": "waiting"}})
    assert [each.kind for step in comparing.compare(courier.community) for each in step.drift] == ["award"]


def test_a_secret_badge_is_seen_by_who_holds_it(badges: Door, activity: Door, courier: Courier) -> None:
    badges("PUT", "/v1/badges/egg", {**POSTED, "secret": True})
    activity("POST", "/v1/activities", creates("ann", 1))
    courier.carry()
    page = "https://example.org"
    public = {"Authorization": f"Bearer {badges.token('publishable', origins=[page])}", "Origin": page}
    assert badges("GET", "/v1/badges", headers=public).json["items"] == []
    assert badges("GET", "/v1/members/ann/badges/egg", headers=public).status_code == 404
    assert badges("GET", "/v1/members/ann/progress", headers=public).json["items"] == []
    activity("POST", "/v1/activities", creates("ann", 2))
    courier.carry()
    assert held(badges) == {"egg": "2026-01-02"}
    assert badges("GET", "/v1/members/ann/badges/egg", headers=public).json["held"]
