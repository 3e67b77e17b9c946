"""Badges as data through the door: defined, refused with the place, redefined, retired, back-filled."""

from typing import Any

import pytest

from tests.fixtures import Courier, Door, redefine

BADGES = "/v1/badges"


def badge(**more: Any) -> dict[str, Any]:
    """Two posts make a Helper, or what `more` says."""
    written = {
        "name": "Helper",
        "description": "You posted twice.",
        "criterion": {"kind": "count", "where": {"type": "Create"}},
        "at": 2,
        **more,
    }
    return {name: value for name, value in written.items() if value is not ...}


def of_kind(kind: str, **options: Any) -> dict[str, Any]:
    """A definition of a kind with options."""
    return badge(criterion={"kind": kind, **options})


def where(condition: Any) -> dict[str, Any]:
    """A definition with a condition."""
    return of_kind("count", where=condition)


def creates(*days: int, actor: str = "ann") -> list[dict[str, Any]]:
    """Posts on days of January."""
    return [
        {
            "id": f"{actor} {day}",
            "type": "Create",
            "actor": actor,
            "object": f"post {actor} {day}",
            "published": f"2026-01-{day:02}T12:00:00Z",
        }
        for day in days
    ]


def held(badges: Door, member: str = "ann") -> list[tuple[str, str | None, str]]:
    """What a member holds: badge, level, day."""
    answer = badges("GET", f"/v1/members/{member}/badges")
    return [(each["badge"], each["level"], each["awarded_at"][:10]) for each in answer.json["items"]]


def test_a_badge_reads_back_as_it_was_defined(badges: Door) -> None:
    defined = badges("PUT", f"{BADGES}/helper", badge())
    assert defined.status_code == 200
    assert defined.json == {
        **badge(),
        "slug": "helper",
        "repeat": "member",
        "policy": "sticky",
        "status": "active",
        "version": 1,
        "held": 0,
    }
    assert badges("GET", f"{BADGES}/helper").json == defined.json
    assert badges("GET", BADGES).json == {"items": [defined.json]}
    assert badges("GET", f"{BADGES}/nope").status_code == 404


def test_defining_the_same_again_makes_no_version(badges: Door) -> None:
    for definition, version in ((badge(), 1), (badge(), 1), (badge(at=3), 2), (badge(), 3)):
        assert badges("PUT", f"{BADGES}/helper", definition).json["version"] == version


LEVELS = [{"name": "bronze", "at": 1}, {"name": "silver", "at": 2}]
DEEP: Any = {"type": "Create"}
for _ in range(20):
    DEEP = {"not": DEEP}

WRONG: list[tuple[Any, list[str]]] = [
    ({}, ["/name", "/criterion"]),
    ([], [""]),
    (badge(name=""), ["/name"]),
    (badge(name="x" * 101), ["/name"]),
    (badge(description=None), ["/description"]),
    (badge(slug="helper"), ["/slug"]),
    (badge(status="retired"), ["/status"]),
    (badge(policy="sometimes"), ["/policy"]),
    (badge(repeat=None), ["/repeat"]),
    (badge(at=...), ["/at"]),
    (badge(at=0), ["/at"]),
    (badge(at=1.5), ["/at"]),
    (badge(at=True), ["/at"]),
    (badge(at="2"), ["/at"]),
    (badge(at=10**30), ["/at"]),
    (badge(levels=LEVELS), ["/at"]),
    (badge(at=..., levels=[]), ["/levels"]),
    (badge(at=..., levels=LEVELS[::-1]), ["/levels/1/at"]),
    (badge(at=..., levels=[LEVELS[0], {"name": "bronze", "at": 2}]), ["/levels"]),
    (badge(at=..., levels=[{"name": "", "at": "x"}, 5]), ["/levels/0/name", "/levels/0/at", "/levels/1"]),
    (badge(at=..., levels=[{"name": "a", "at": 1, "colour": "red"}]), ["/levels/0/colour"]),
    (badge(criterion="count"), ["/criterion"]),
    (badge(criterion={}), ["/criterion"]),
    (badge(criterion={"kind": ["count"]}), ["/criterion"]),
    (of_kind("magic"), ["/criterion/kind"]),
    (of_kind("count", role="boss"), ["/criterion/role"]),
    (of_kind("count", **{"$where": "1"}), ["/criterion/$where"]),
    (of_kind("first"), ["/at"]),
    (of_kind("manual"), ["/at"]),
    (of_kind("distinct"), ["/criterion/of"]),
    (of_kind("distinct", of=["days"]), ["/criterion/of"]),
    (of_kind("object-score", accepted=1), ["/criterion/accepted"]),
    (of_kind("object-score", weights={"Like": 10**30}), ["/criterion/weights/Like"]),
    (of_kind("object-score", weights={"a/b": "1"}), ["/criterion/weights/a~1b"]),
    (of_kind("object-score", weights={"a\0b": 1}), ["/criterion/weights"]),
    (of_kind("object-score", weights={"": 1}), ["/criterion/weights"]),
    (of_kind("object-score", weights={}), ["/criterion/weights"]),
    (where([]), ["/criterion/where"]),
    (where({"name": "x"}), ["/criterion/where/name"]),
    (where({"type": 1}), ["/criterion/where/type"]),
    (where({"type": {}}), ["/criterion/where/type"]),
    (where({"type": {"$gt": ""}}), ["/criterion/where/type/$gt"]),
    (where({"type": {"in": ["a", 1]}}), ["/criterion/where/type/in/1"]),
    (where({"value": {"gte": "1"}}), ["/criterion/where/value/gte"]),
    (where({"value": 10**30}), ["/criterion/where/value"]),
    (where({"value": {"lt": -(10**30)}}), ["/criterion/where/value/lt"]),
    (where({"any": []}), ["/criterion/where/any"]),
    (where({"any": [{"type": "a"}, {"x": 1}]}), ["/criterion/where/any/1/x"]),
    (where(DEEP), ["/criterion/where" + "/not" * 9]),
]


def test_a_wrong_definition_is_refused_with_the_place(badges: Door) -> None:
    for definition, places in WRONG:
        answer = badges("PUT", f"{BADGES}/wrong", definition)
        found = [place["pointer"] for place in answer.json["errors"]]
        assert (definition, answer.status_code, found) == (definition, 422, places)
    assert badges("GET", BADGES).json["items"] == []


@pytest.mark.parametrize("slug", ["Upper", "a_b", "-a", "a-", "x" * 65, "%D1%97", "a%2Fb", "a%00"])
def test_a_slug_is_plain(badges: Door, slug: str) -> None:
    assert badges("PUT", f"{BADGES}/{slug}", badge()).status_code == 422


def test_a_draft_is_seen_by_those_who_manage_alone(badges: Door, activity: Door, courier: Courier) -> None:
    activity("POST", "/v1/activities", creates(1, 2))
    badges("PUT", f"{BADGES}/draft", badge(status="draft"))
    courier.carry()
    assert held(badges) == []
    for kind, status in (("admin", 200), ("rep", 200), ("server", 404)):
        headers = {"Authorization": f"Bearer {badges.token(kind)}"}
        assert badges("GET", f"{BADGES}/draft", headers=headers).status_code == status
        assert badges("GET", f"{BADGES}/draft/holders", headers=headers).status_code == status
        assert len(badges("GET", BADGES, headers=headers).json["items"]) == (status == 200)
    assert badges("GET", "/v1/members/ann/badges/draft").status_code == 404
    assert badges("GET", "/v1/members/ann/progress").json["items"] == []


def test_activation_gives_it_to_who_qualifies_with_the_date_of_the_deed(
    badges: Door, activity: Door, courier: Courier
) -> None:
    activity("POST", "/v1/activities", [*creates(1, 5, 9), *creates(3, actor="bob")])
    courier.carry()
    badges("PUT", f"{BADGES}/helper", badge())
    courier.carry()
    assert held(badges) == [("helper", None, "2026-01-05")]
    assert held(badges, "bob") == []
    assert badges("GET", f"{BADGES}/helper").json["held"] == 1


def test_a_new_definition_decides_anew(badges: Door, activity: Door, courier: Courier) -> None:
    badges("PUT", f"{BADGES}/helper", badge())
    activity("POST", "/v1/activities", creates(1, 5, 9))
    courier.carry()
    for definition, expected in (
        (badge(at=3), [("helper", None, "2026-01-09")]),
        (badge(at=4), []),
        (badge(at=1), [("helper", None, "2026-01-01")]),
        (badge(status="draft"), []),
        (badge(), [("helper", None, "2026-01-05")]),
    ):
        redefine(badges, "helper", definition)
        courier.carry()
        assert held(badges) == expected


def test_levels_are_reached_one_after_the_other(badges: Door, activity: Door, courier: Courier) -> None:
    levels = [{"name": "bronze", "at": 1}, {"name": "silver: 3", "at": 3}, {"name": "gold", "at": 4}]
    badges("PUT", f"{BADGES}/poster", badge(at=..., levels=levels))
    activity("POST", "/v1/activities", creates(1, 2, 3))
    courier.carry()
    assert held(badges) == [("poster", "silver: 3", "2026-01-03"), ("poster", "bronze", "2026-01-01")]
    why = badges("GET", "/v1/members/ann/badges/poster").json
    assert why["missing"] == {"level": "gold", "at": 4, "value": 3, "missing": 1, "object": None}
    assert [each["activity"] for each in why["evidence"]] == ["ann 3", "ann 2", "ann 1"]
    assert [each["decided"] for each in why["evidence"]] == [True, False, True]


def test_awards_of_many_levels_and_objects_never_meet(badges: Door, activity: Door, courier: Courier) -> None:
    levels = [{"name": "a", "at": 1}, {"name": "a:b", "at": 2}]
    definition = badge(criterion={"kind": "count"}, at=..., levels=levels, repeat="object")
    badges("PUT", f"{BADGES}/poster", definition)
    deeds = [
        {
            "id": f"{name} {number}",
            "type": "Like",
            "actor": "ann",
            "object": name,
            "published": "2026-01-01T00:00:00Z",
        }
        for name in ("b:x", "x")
        for number in range(2)
    ]
    activity("POST", "/v1/activities", deeds)
    courier.carry()
    items = badges("GET", "/v1/members/ann/badges").json["items"]
    assert {(each["level"], each["object"]) for each in items} == {
        (level, name) for level in ("a", "a:b") for name in ("b:x", "x")
    }


def test_a_retired_badge_is_kept_and_earned_no_more(badges: Door, activity: Door, courier: Courier) -> None:
    badges("PUT", f"{BADGES}/helper", badge())
    activity("POST", "/v1/activities", creates(1, 2))
    courier.carry()
    assert badges("DELETE", f"{BADGES}/helper").status_code == 204
    assert badges("DELETE", f"{BADGES}/helper").status_code == 204
    assert badges("DELETE", f"{BADGES}/nope").status_code == 404
    later = [
        {**each, "id": f"later {each['id']}", "published": "2990-01-01T00:00:00Z"} for each in creates(1, 2)
    ]
    activity("POST", "/v1/activities", [{**each, "actor": "bob"} for each in later])
    courier.carry()
    assert held(badges) == [("helper", None, "2026-01-02")]
    assert held(badges, "bob") == []
    shown = badges("GET", f"{BADGES}/helper").json
    assert (shown["status"], shown["held"]) == ("retired", 1)
    assert badges("GET", "/v1/members/bob/progress").json["items"] == []
    badges("PUT", f"{BADGES}/helper", badge())
    courier.carry()
    assert held(badges, "bob") == [("helper", None, "2990-01-01")]
