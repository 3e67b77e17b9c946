"""The shape of a fact decides for criteria what they would decide themselves, on every fact."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.titles_and_badges.domain import badges, shapes
from services.titles_and_badges.domain.badges import Rules
from services.titles_and_badges.domain.facts import Fact

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TYPES = ["Like", "Accept", "Create"]
people = st.sampled_from(["ann", "bob", "cid", None])

facts = st.builds(
    Fact,
    member=st.sampled_from(["ann", "bob"]),
    activity=st.just("1"),
    version=st.just(1),
    roles=st.sampled_from([("actor",), ("author",), ("actor", "author"), ["author"]]),
    type=st.sampled_from([*TYPES, "Share"]),
    published=st.sampled_from([NOON, NOON + timedelta(days=1)]),
    actor=people,
    value=st.sampled_from([None, 1, 5]),
    object=st.sampled_from(["o", "p", None]),
    object_type=st.sampled_from(["Answer", "Question", None]),
    object_author=people,
    object_published=st.sampled_from([NOON, None]),
    object_tags=st.sampled_from([(), ("x",), ("z", "y"), ["x", "y"]]),
    parent=st.sampled_from(["q", None]),
    parent_type=st.sampled_from(["Question", None]),
    parent_author=people,
    parent_published=st.sampled_from([NOON - timedelta(days=9), None]),
)
of_fields = st.one_of(
    st.fixed_dictionaries({"type": st.sampled_from([*TYPES, {"in": TYPES[:2]}, {"not": "Like"}])}),
    st.fixed_dictionaries({"object.type": st.sampled_from(["Answer", {"not": "Answer"}])}),
    st.fixed_dictionaries({"parent.type": st.just("Question")}),
    st.fixed_dictionaries({"object.own": st.booleans(), "object.replies_to_own": st.booleans()}),
    st.fixed_dictionaries({"actor.is_author": st.booleans(), "actor.is_parent_author": st.booleans()}),
    st.fixed_dictionaries({"value": st.sampled_from([1, {"gte": 3}])}),
    st.fixed_dictionaries({"object.id": st.just("o")}),
    st.fixed_dictionaries({"object.tag": st.sampled_from(["x", {"not": "y"}, {"in": ["x", "y"]}])}),
    st.fixed_dictionaries({"object.days_after_parent": st.just({"gte": 5})}),
)
conditions = st.recursive(
    of_fields,
    lambda inner: st.one_of(
        st.fixed_dictionaries({"not": inner}),
        st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=2)}),
        st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=2)}),
    ),
    max_leaves=3,
)
criteria = st.one_of(
    st.fixed_dictionaries(
        {"kind": st.sampled_from(["count", "sum"]), "role": st.sampled_from(["actor", "author"])},
        optional={"where": conditions},
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("distinct"),
            "of": st.sampled_from(["days", "people", "objects"]),
            "role": st.sampled_from(["actor", "author"]),
        },
        optional={"where": conditions},
    ),
    st.fixed_dictionaries(
        {"kind": st.just("object-score"), "accepted": st.booleans()}, optional={"where": conditions}
    ),
)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(
    st.lists(criteria, min_size=1, max_size=4),
    st.sampled_from([None, NOON + timedelta(hours=1)]),
    st.lists(facts, min_size=2, max_size=20),
)
def test_facts_of_one_shape_concern_the_same_criteria(
    written: list[dict[str, Any]], until: datetime | None, asked: list[Fact]
) -> None:
    made = [
        badges.badge(f"b{index}", {"criterion": each, "at": 1}, until=until)
        for index, each in enumerate(written)
    ]
    rules = Rules(1, made)
    for fact in asked:
        concerned = {badge.slug for badge in rules.concerned(fact)}
        assert concerned == {badge.slug for badge in made if badge.concerns(fact)}


def test_what_nobody_listed_is_asked_of_every_fact() -> None:
    asked = {"any": [{"type": "Like"}, {"not": {"object.tag": {"in": ["x", "y"]}}}]}
    assert shapes.asked_tags({"kind": "count", "where": asked}) == {"x", "y"}
    assert shapes.asked_tags({"kind": "a new kind"}) is None
    assert shapes.asked_tags({"kind": "count", "a new option": 1}) is None
    assert shapes.asked_tags({"kind": "count", "where": {"all": [{"value": 1}]}}) is None
    assert shapes.asked_tags({"kind": "count", "where": {"not": {"object.id": "x"}}}) is None


def test_shapes_from_outside_do_not_fill_the_memory(monkeypatch: Any) -> None:
    monkeypatch.setattr(shapes, "MOST", 3)
    rules = Rules(1, [badges.badge("likes", {"criterion": {"kind": "count"}, "at": 1})])
    for number in range(10):
        strange = Fact(
            member="ann", activity="1", version=1, roles=("actor",), type=f"type {number}", published=NOON
        )
        assert [badge.slug for badge in rules.concerned(strange)] == ["likes"]
        assert len(rules._by_shape) <= 3  # noqa: SLF001 (what it holds is the point)
