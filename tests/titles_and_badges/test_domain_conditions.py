"""Conditions: every field and comparison, the place of every fault, no end of nesting, no operator of a database."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.titles_and_badges.domain import conditions
from services.titles_and_badges.domain.conditions import FIELDS
from services.titles_and_badges.domain.facts import Fact
from shared.errors import Invalid

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def fact(**said: Any) -> Fact:
    """Ann's own answer to Bob's question, of two and a half days later, which she values at 5."""
    known: dict[str, Any] = {
        "member": "ann", "activity": "1", "version": 1, "roles": ("actor", "author"), "type": "Create",
        "published": NOON, "actor": "ann", "value": 5, "object": "o", "object_type": "Answer",
        "object_author": "ann", "object_published": NOON + timedelta(days=2, hours=12), "object_tags": ("a", "b"),
        "parent": "q", "parent_type": "Question", "parent_author": "bob", "parent_published": NOON,
    }  # fmt: skip
    return Fact(**{**known, **said})


def holds(condition: Any, **said: Any) -> bool:
    """Whether it is true of a fact; its types must not say otherwise."""
    compiled = conditions.compile_condition(condition)
    true = compiled.predicate(fact(**said))
    assert not true or compiled.types is None or fact(**said).type in compiled.types
    return true


#: A field → conditions that hold of Ann's answer, and what else it may be so that they do not.
CASES: dict[str, list[tuple[Any, dict[str, Any]]]] = {
    "type": [("Create", {"type": "Like"}), ({"in": ["Like", "Create"]}, {"type": "Dislike"}),
             ({"not": "Like"}, {"type": "Like"}), ({"not": {"in": ["Like"]}}, {"type": "Like"})],
    "value": [(5, {"value": 4}), ({"gte": 5}, {"value": 4}), ({"gt": 4}, {"value": 4}), ({"lte": 5}, {"value": 6}),
              ({"lt": 6}, {"value": 6}), ({"gte": 5, "lt": 7}, {"value": 7}), ({"in": [4, 5]}, {"value": None}),
              ({"gte": -9}, {"value": None}), ({"not": {"gte": 6}}, {"value": 6}), ({"not": 0}, {"value": 0})],
    "object.id": [("o", {"object": "p"}), ({"in": ["o"]}, {"object": None}), ({"not": "p"}, {"object": "p"})],
    "object.type": [("Answer", {"object_type": "Note"}), ({"in": ["Answer"]}, {"object_type": None})],
    "object.tag": [("a", {"object_tags": ()}), ({"in": ["x", "b"]}, {"object_tags": ("c",)}),
                   ({"not": "c"}, {"object_tags": ("c", "a")}), ({"not": {"in": ["x"]}}, {"object_tags": ("x",)})],
    "object.own": [(True, {"object_author": "bob"}), (True, {"object_author": None}),
                   ({"not": False}, {"member": "bob"})],
    "object.replies_to_own": [(False, {"parent_author": "ann"}), ({"not": True}, {"parent_author": "ann"})],
    "object.days_after_parent": [(2, {"parent_published": None}), ({"gte": 2}, {"object_published": NOON}),
                                 ({"lt": 3}, {"object_published": NOON + timedelta(days=3)}),
                                 ({"gte": -1}, {"object_published": None})],
    "parent.type": [("Question", {"parent_type": None})],
    "actor.is_author": [(True, {"actor": "bob"}), (True, {"actor": None, "object_author": None})],
    "actor.is_parent_author": [(False, {"actor": "bob"}), ({"in": [False]}, {"actor": "bob"})],
}  # fmt: skip
EVERY = [(name, condition, other) for name, cases in CASES.items() for condition, other in cases]


def test_every_field_is_tried() -> None:
    assert CASES.keys() == FIELDS.keys()


@pytest.mark.parametrize(("name", "condition", "other"), EVERY)
def test_a_field_is_compared(name: str, condition: Any, other: dict[str, Any]) -> None:
    assert holds({name: condition})
    assert not holds({name: condition}, **other)
    assert not holds({"not": {name: condition}})
    assert holds({"not": {name: condition}}, **other)


def test_nobody_is_not_the_same_as_nobody() -> None:
    assert holds({"object.replies_to_own": False}, object_author=None, parent_author=None)
    assert holds({"actor.is_parent_author": False}, actor=None, parent_author=None)


def test_an_answer_before_its_question_is_negative_days_after_it() -> None:
    assert holds({"object.days_after_parent": {"lt": 0}}, object_published=NOON - timedelta(seconds=1))


def test_conditions_are_combined() -> None:
    answer, like, rich = {"object.type": "Answer"}, {"type": "Like"}, {"value": {"gte": 9}}
    assert holds({**answer, "type": "Create"})
    assert not holds({**answer, **like})
    assert holds({"any": [like, answer]})
    assert not holds({"any": [like, rich]})
    assert holds({"all": [answer, {"not": like}], "not": rich})
    assert not holds({"all": [answer, like]})
    assert holds({})


@pytest.mark.parametrize(
    ("condition", "types"),
    [
        ({"type": "Like"}, {"Like"}),
        ({"type": {"in": ["Like", "Dislike"]}}, {"Like", "Dislike"}),
        ({"type": {"not": "Like"}}, None),
        ({"type": {"in": ["Like"], "not": "Dislike"}}, None),
        ({"not": {"type": "Like"}}, None),
        ({"value": 1}, None),
        (
            {"type": {"in": ["Like", "Join"]}, "all": [{"type": {"in": ["Like", "Create"]}}, {"value": 1}]},
            {"Like"},
        ),
        ({"any": [{"type": "Like"}, {"type": "Join"}]}, {"Like", "Join"}),
        ({"any": [{"type": "Like"}, {"value": 1}]}, None),
        ({"all": [{"type": "Like"}, {"type": "Join"}]}, set()),
    ],
)
def test_the_types_that_a_condition_can_be_true_of_are_known(condition: Any, types: set[str] | None) -> None:
    assert conditions.compile_condition(condition).types == types


@pytest.mark.parametrize(
    ("condition", "pointer"),
    [
        ([], ""),
        ("Like", ""),
        (None, ""),
        ({"$where": "1"}, "/$where"),
        ({"typ": "Like"}, "/typ"),
        ({"a/b~c": 1}, "/a~1b~0c"),
        ({"type": {"$gt": ""}}, "/type/$gt"),
        ({"value": {"$gt": 0}}, "/value/$gt"),
        ({"object.tag": {"$in": ["a"]}}, "/object.tag/$in"),
        ({"type": {}}, "/type"),
        ({"type": 1}, "/type"),
        ({"type": None}, "/type"),
        ({"type": ["Like"]}, "/type"),
        ({"type": {"gte": "a"}}, "/type/gte"),
        ({"type": {"in": "Like"}}, "/type/in"),
        ({"type": {"in": []}}, "/type/in"),
        ({"type": {"in": ["a"] * 101}}, "/type/in"),
        ({"type": {"in": {"a": "b"}}}, "/type/in"),
        ({"type": {"in": ["a", 1]}}, "/type/in/1"),
        ({"type": {"not": {"in": [1]}}}, "/type/not/in/0"),
        ({"value": "1"}, "/value"),
        ({"value": True}, "/value"),
        ({"value": 1.0}, "/value"),
        ({"value": {"lt": "1"}}, "/value/lt"),
        ({"value": {"lt": False}}, "/value/lt"),
        ({"object.own": 1}, "/object.own"),
        ({"object.own": "true"}, "/object.own"),
        ({"object.own": {"gt": 0}}, "/object.own/gt"),
        ({"object.tag": 1}, "/object.tag"),
        ({"object.tag": {"gte": 1}}, "/object.tag/gte"),
        ({"any": []}, "/any"),
        ({"any": {}}, "/any"),
        ({"all": "Like"}, "/all"),
        ({"all": [{}] * 101}, "/all"),
        ({"any": [{"type": "Like"}, {"value": "x"}]}, "/any/1/value"),
        ({"not": [{"type": "Like"}]}, "/not"),
        ({"not": {"all": [{"nothing": 1}]}}, "/not/all/0/nothing"),
        ({f"x{number}": 1 for number in range(101)}, ""),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(condition: Any, pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        conditions.compile_condition(condition, "/where")
    assert [place["pointer"] for place in refused.value.errors] == [f"/where{pointer}"]


def nested(inner: Any, how: str, depth: int) -> Any:
    """A condition inside a condition inside a condition."""
    for _ in range(depth):
        inner = [inner] if how == "all" else inner
        inner = {how: inner}
    return inner


@pytest.mark.parametrize(("how", "inner"), [("not", {"type": "Like"}), ("all", {"type": "Like"})])
def test_conditions_nest_eight_deep_and_not_deeper(how: str, inner: Any) -> None:
    assert conditions.compile_condition(nested(inner, how, 8))
    for depth in (9, 5_000):
        with pytest.raises(Invalid, match="wrong"):
            conditions.compile_condition(nested(inner, how, depth))


def test_comparisons_nest_eight_deep_and_not_deeper() -> None:
    assert holds({"type": nested("Create", "not", 8)})
    for depth in (10, 5_000):
        with pytest.raises(Invalid, match="wrong"):
            conditions.compile_condition({"type": nested("Like", "not", depth)})
