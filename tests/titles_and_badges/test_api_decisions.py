"""Badges that people grant and take back, each time with a reason."""

from typing import Any

import pytest

from tests.fixtures import Courier, Door, redefine

HERO = {"name": "Hero", "criterion": {"kind": "manual"}}
POSTER = {"name": "Poster", "criterion": {"kind": "count", "where": {"type": "Create"}}, "at": 1}


@pytest.fixture
def people(activity: Door, badges: Door, courier: Courier) -> Door:
    """Ann, who posted once, and Bob; three badges."""
    activity("POST", "/v1/members", [{"id": "ann", "name": "Ann"}, {"id": "bob"}])
    post = {"id": "c", "type": "Create", "actor": "ann", "object": "o", "published": "2026-01-01T00:00:00Z"}
    activity("POST", "/v1/activities", post)
    badges("PUT", "/v1/badges/hero", HERO)
    badges("PUT", "/v1/badges/saved", {**HERO, "name": "Saved", "repeat": "object"})
    badges("PUT", "/v1/badges/poster", POSTER)
    courier.carry()
    return badges


def decide(door: Door, what: str, slug: str, member: str = "ann", **more: Any) -> Any:
    """Grant or revoke."""
    return door("POST", f"/v1/badges/{slug}/{what}", {"member": member, "reason": "A good reason.", **more})


def held(door: Door, member: str = "ann") -> list[tuple[str, str | None]]:
    """What a member holds: badge and object."""
    answer = door("GET", f"/v1/members/{member}/badges")
    return sorted((each["badge"], each["object"]) for each in answer.json["items"])


def test_a_grant_is_held_and_explained(people: Door) -> None:
    granted = decide(people, "grants", "hero")
    assert granted.status_code == 200
    assert (granted.json["member"], granted.json["revoked_at"]) == ({"id": "ann", "name": "Ann"}, None)
    assert ("hero", None) in held(people)
    why = people("GET", "/v1/members/ann/badges/hero").json
    assert (why["held"], why["evidence"], why["missing"]) == (True, [], None)
    assert [(each["kind"], each["reason"]) for each in why["decisions"]] == [("grant", "A good reason.")]


def test_visitors_of_a_page_do_not_read_why_something_was_taken(people: Door) -> None:
    decide(people, "grants", "hero")
    decide(people, "revocations", "hero")
    origin = "https://bees.example"
    token = people.token("publishable", origins=[origin])
    headers = {"Authorization": f"Bearer {token}", "Origin": origin}
    for asked, kinds in (({}, ["grant", "revoke"]), ({"headers": headers}, ["grant"])):
        why = people("GET", "/v1/members/ann/badges/hero", **asked).json
        assert [each["kind"] for each in why["decisions"]] == kinds


def test_deciding_the_same_again_changes_nothing(people: Door) -> None:
    first = decide(people, "grants", "hero").json
    assert decide(people, "grants", "hero", reason="Another reason.").json == first
    revoked = decide(people, "revocations", "hero").json
    assert revoked["revoked_at"] is not None
    assert decide(people, "revocations", "hero").json == revoked
    assert len(people("GET", "/v1/members/ann/badges/hero").json["decisions"]) == 2


def test_what_was_granted_and_taken_back_was_held(people: Door) -> None:
    granted = decide(people, "grants", "hero").json
    decide(people, "revocations", "hero", reason="It was another.")
    why = people("GET", "/v1/members/ann/badges/hero").json
    assert (why["held"], len(why["awards"])) == (False, 1)
    assert why["awards"][0]["awarded_at"] == granted["awarded_at"]
    assert why["awards"][0]["revoked_at"] is not None
    assert ("hero", None) not in held(people)
    assert decide(people, "grants", "hero").json["revoked_at"] is None
    assert ("hero", None) in held(people)


def test_what_was_earned_can_be_taken_and_given_back(people: Door, activity: Door, courier: Courier) -> None:
    earned = people("GET", "/v1/members/ann/badges/poster").json["awards"][0]
    taken = decide(people, "revocations", "poster").json
    assert (taken["awarded_at"], taken["decided_by"]) == (earned["awarded_at"], "c")
    another = {
        "id": "d",
        "type": "Create",
        "actor": "ann",
        "object": "p",
        "published": "2026-01-02T00:00:00Z",
    }
    activity("POST", "/v1/activities", another)
    courier.carry()
    assert held(people) == []
    assert "poster" not in people("GET", "/v1/members/ann/progress").text
    assert decide(people, "grants", "poster").json == earned


def test_a_grant_that_is_earned_later_gets_the_date_of_the_deed(
    people: Door, activity: Door, courier: Courier
) -> None:
    assert decide(people, "grants", "poster", "bob").json["decided_by"] is None
    late = {"id": "d", "type": "Create", "actor": "bob", "object": "p", "published": "2025-01-02T00:00:00Z"}
    activity("POST", "/v1/activities", late)
    courier.carry()
    award = people("GET", "/v1/members/bob/badges/poster").json["awards"][0]
    assert (award["awarded_at"], award["decided_by"]) == ("2025-01-02T00:00:00.000Z", "d")


def test_a_badge_once_an_object_names_it(people: Door) -> None:
    assert decide(people, "grants", "saved").status_code == 409
    assert decide(people, "grants", "hero", object="o").status_code == 409
    for name in ("a/b #1", "Привіт"):
        assert decide(people, "grants", "saved", object=name).json["object"] == name
    assert decide(people, "revocations", "saved", object="never").status_code == 409
    decide(people, "revocations", "saved", object="a/b #1")
    assert held(people) == [("poster", None), ("saved", "Привіт")]


def test_what_is_not_there_cannot_be_decided_about(people: Door) -> None:
    people("PUT", "/v1/badges/draft", {**HERO, "status": "draft"})
    assert decide(people, "grants", "hero", "nobody").status_code == 404
    assert decide(people, "grants", "nope").status_code == 404
    assert decide(people, "grants", "draft").status_code == 404
    assert decide(people, "revocations", "hero").status_code == 409


def test_a_reason_is_needed(people: Door) -> None:
    for body in (
        {"reason": "   "},
        {"reason": "no"},
        {"reason": "x" * 501},
        {"reason": None},
        {"reason": {"$ne": 1}},
    ):
        answer = people("POST", "/v1/badges/hero/grants", {"member": "ann", **body})
        assert answer.status_code == 422
        assert {place["pointer"] for place in answer.json["errors"]} == {"/reason"}
    assert people("POST", "/v1/badges/hero/grants", {"reason": "Good."}).status_code == 422
    assert held(people) == [("poster", None)]


def test_nothing_is_granted_to_who_stays_out_or_of_what_is_retired(
    people: Door, activity: Door, courier: Courier
) -> None:
    decide(people, "grants", "hero", "bob")
    activity("PUT", "/v1/members/ann", {"opted_out": True})
    activity("PUT", "/v1/members/robot", {"role": "bot"})
    people("DELETE", "/v1/badges/hero")
    courier.carry()
    for slug, member in (("hero", "bob2"), ("saved", "ann"), ("saved", "robot"), ("hero", "ann")):
        activity("PUT", "/v1/members/bob2", {})
        courier.carry()
        answer = decide(people, "grants", slug, member, **({"object": "o"} if slug == "saved" else {}))
        assert (slug, member, answer.status_code) == (slug, member, 409)
    assert held(people, "bob") == [("hero", None)]
    assert decide(people, "revocations", "hero", "bob").status_code == 200


def test_a_decision_counts_who_is_behind_the_rules(people: Door, courier: Courier) -> None:
    levels = [{"name": "one", "at": 1}, {"name": "two", "at": 2}]
    redefine(people, "poster", {**{key: POSTER[key] for key in ("name", "criterion")}, "levels": levels})
    # Nobody was counted anew yet.
    award = decide(people, "grants", "poster").json
    assert (award["level"], award["decided_by"]) == ("one", "c")
    courier.carry()
    assert held(people) == [("poster", None)]


def test_decisions_go_with_a_merge_and_vanish_with_an_erasure(
    people: Door, activity: Door, courier: Courier
) -> None:
    decide(people, "grants", "hero", "bob", reason="Bob rescued the party.")
    activity("POST", "/v1/members/bob/merge", {"into": "ann"})
    courier.carry()
    assert held(people) == [("hero", None), ("poster", None)]
    assert "Bob rescued" in people("GET", "/v1/members/ann/badges/hero").text
    activity("DELETE", "/v1/members/ann")
    courier.carry()
    assert people("GET", "/v1/badges/hero/holders").json["items"] == []
    assert people("GET", "/v1/badges/hero").json["held"] == 0
