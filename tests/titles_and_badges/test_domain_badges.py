"""Definitions of badges: what they may say, and the place of every fault."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.titles_and_badges.domain import badges
from services.titles_and_badges.domain.badges import Rules, Threshold
from services.titles_and_badges.domain.criteria import KINDS
from services.titles_and_badges.domain.facts import Fact
from shared.errors import Invalid

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
COUNT: dict[str, Any] = {"criterion": {"kind": "count"}, "at": 1}
MINIMAL: dict[str, dict[str, Any]] = {
    "compound": {"criterion": {"kind": "compound", "any": [{"kind": "first"}]}},
    "chain": {"criterion": {"kind": "chain", "all": [{"badge": "x"}]}},
    "count": COUNT,
    "distinct": {"criterion": {"kind": "distinct", "of": "days"}, "at": 1},
    "first": {"criterion": {"kind": "first"}},
    "manual": {"criterion": {"kind": "manual"}},
    "nth": {"criterion": {"kind": "nth"}, "at": 1},
    "object-score": {"criterion": {"kind": "object-score"}, "at": 1},
    "rank": {"criterion": {"kind": "rank", "board": "helpers"}, "at": 1},
    "referral": {"criterion": {"kind": "referral"}, "at": 1},
    "ratio": {"criterion": {"kind": "ratio", "part": {}, "whole": {}, "least": 1}, "at": 1},
    "streak": {"criterion": {"kind": "streak"}, "at": 1},
    "sum": {"criterion": {"kind": "sum"}, "at": 1},
    "tenure": {"criterion": {"kind": "tenure"}, "at": 1},
}
NO_NUMBERS: list[Any] = [1.0, 1.5, "1", True, []]
BY_KIND = [(kind, MINIMAL[kind]) for kind in sorted(MINIMAL)]


def levels(*said: tuple[Any, Any]) -> dict[str, Any]:
    return {"criterion": {"kind": "count"}, "levels": [{"name": name, "at": at} for name, at in said]}


def json(*values: Any) -> tuple[Any, ...]:
    """Whatever JSON can hold."""
    return values


def scored(**options: Any) -> dict[str, Any]:
    return {"criterion": {"kind": "object-score", **options}, "at": 1}


def test_every_kind_is_tried() -> None:
    assert MINIMAL.keys() == KINDS.keys()


@pytest.mark.parametrize(("kind", "definition"), BY_KIND)
def test_a_definition_is_sticky_and_once_a_member_unless_it_says_otherwise(
    kind: str, definition: dict[str, Any]
) -> None:
    made = badges.badge("a-badge", definition)
    assert (made.kind, made.policy, made.repeat, made.thresholds) == (
        kind, "sticky", "member", (Threshold(level=None, at=1),)
    )  # fmt: skip
    policy = "sticky" if kind == "nth" else "live"
    if kind == "chain":  # which is held once a member
        return
    other = badges.badge("a-badge", {**definition, "policy": policy, "repeat": "object"})
    assert (other.policy, other.repeat, other.by_object) == (policy, "object", True)
    assert made.by_object is (kind == "object-score")


def test_levels_rise() -> None:
    made = badges.badge("x", levels(("bronze", 1), ("silver", 3), ("gold", 10**12)))
    assert [(each.level, each.at) for each in made.thresholds] == [
        ("bronze", 1),
        ("silver", 3),
        ("gold", 10**12),
    ]


@pytest.mark.parametrize("slug", ["a", "9", "nice-answer", "a" * 64, "a--b"])
def test_slugs(slug: str) -> None:
    assert badges.badge(slug, COUNT).slug == slug


@pytest.mark.parametrize("slug", ["", "-a", "a-", "A", "a_b", "a:b", "a#", "ї", "a\n", "a" * 65])
def test_other_slugs_are_refused(slug: str) -> None:
    with pytest.raises(Invalid) as refused:
        badges.badge(slug, COUNT)
    assert refused.value.errors[0]["pointer"] == "/slug"


@pytest.mark.parametrize(
    ("definition", "pointer"),
    [
        ({"at": 1}, "/criterion"),
        ({"criterion": "count", "at": 1}, "/criterion"),
        ({"criterion": {}, "at": 1}, "/criterion/kind"),
        ({"criterion": {"kind": "luck"}, "at": 1}, "/criterion/kind"),
        ({"criterion": {"kind": ["count"]}, "at": 1}, "/criterion/kind"),
        ({"criterion": {"kind": "count"}}, "/at"),
        ({**COUNT, "levels": [{"name": "a", "at": 1}]}, "/at"),
        *(({**COUNT, "at": at}, "/at") for at in json(*NO_NUMBERS, 0, -1, 10**12 + 1)),
        *(({**levels(), "levels": each}, "/levels") for each in json([], "ab", {"a": 1}, 5, [{}] * 101)),
        ({**levels(), "levels": [1]}, "/levels/0"),
        *((levels((name, 1)), "/levels/0/name") for name in (None, "", 1, "x" * 51)),
        (levels(("a", 1), ("b", None)), "/levels/1/at"),
        (levels(("a", 1), ("b", 1)), "/levels/1/at"),
        (levels(("a", 1), ("b", 3), ("c", 2)), "/levels/2/at"),
        (levels(("a", 1), ("a", 2)), "/levels"),
        ({**MINIMAL["first"], "at": 1}, "/at"),
        ({**MINIMAL["manual"], "levels": [{"name": "a", "at": 1}]}, "/levels"),
        *(({**COUNT, "repeat": each}, "/repeat") for each in json("always", None, 1, [])),
        *(({**COUNT, "policy": each}, "/policy") for each in json("sometimes", None, {})),
        *(
            ({"criterion": {"kind": "count", "role": each}, "at": 1}, "/criterion/role")
            for each in json("a", None, [], {})
        ),
        ({"criterion": {"kind": "count", "where": {"x": 1}}, "at": 1}, "/criterion/where/x"),
        ({"criterion": {"kind": "count", "where": None}, "at": 1}, "/criterion/where"),
        ({"criterion": {"kind": "sum", "weights": {}}, "at": 1}, "/criterion/weights"),
        ({"criterion": {"kind": "first", "of": "days"}}, "/criterion/of"),
        ({"criterion": {"kind": "manual", "where": {}}}, "/criterion/where"),
        ({"criterion": {"kind": "count", "a/b": 1}, "at": 1}, "/criterion/a~1b"),
        *(
            ({"criterion": {"kind": "distinct", "of": each}, "at": 1}, "/criterion/of")
            for each in json(None, "years", [])
        ),
        (scored(role="actor"), "/criterion/role"),
        *((scored(accepted=each), "/criterion/accepted") for each in json(1, "yes", None)),
        *((scored(weights=each), "/criterion/weights") for each in json({}, [], 1, None)),
        *(
            (scored(weights={"a/b": each}), "/criterion/weights/a~1b")
            for each in json(*NO_NUMBERS, None, 10**6 + 1, -(10**7))
        ),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(definition: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        badges.badge("a-badge", definition)
    assert [place["pointer"] for place in refused.value.errors] == [pointer]


def like(**said: Any) -> Fact:
    known: dict[str, Any] = {
        "member": "ann",
        "activity": "1",
        "version": 1,
        "roles": ("author",),
        "type": "Like",
    }
    return Fact(**{**known, "published": NOON, "actor": "bob", "object": "o", "object_author": "ann", **said})


def test_a_retired_badge_counts_what_was_done_before() -> None:
    made = badges.badge("x", {"criterion": {"kind": "count", "role": "author"}, "at": 1}, until=NOON)
    assert not made.concerns(like())
    assert made.concerns(like(published=NOON - timedelta(milliseconds=1)))


def test_what_is_about_nothing_counts_for_no_object() -> None:
    definition = {"criterion": {"kind": "count", "role": "author"}, "at": 1}
    assert badges.badge("x", definition).concerns(like(object=None))
    assert not badges.badge("x", {**definition, "repeat": "object"}).concerns(like(object=None))


def test_rules_name_the_badges_that_a_fact_concerns() -> None:
    made = [
        badges.badge(
            "likes", {"criterion": {"kind": "count", "role": "author", "where": {"type": "Like"}}, "at": 1}
        ),
        badges.badge("creations", {"criterion": {"kind": "count", "where": {"type": "Create"}}, "at": 1}),
        badges.badge("anything", {"criterion": {"kind": "count", "role": "author"}, "at": 1}),
        badges.badge("score", scored()),
        badges.badge("gift", MINIMAL["manual"]),
    ]
    rules = Rules(1, made)
    for _ in range(2):  # the second time it remembers
        assert [each.slug for each in rules.concerned(like())] == ["likes", "anything", "score"]
        assert not rules.concerned(like(actor="ann"))  # nobody is thanked by himself
        assert [each.slug for each in rules.concerned(like(type="Join", actor="ann"))] == ["anything"]
        assert [each.slug for each in rules.concerned(like(type="Join"))] == ["anything"]
        assert not rules.concerned(like(type="Join", roles=("actor",)))
