"""One condition, two compilations: the predicate and the query agree about every fact, on a real MongoDB."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.titles_and_badges.domain import condition_queries, conditions
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.repository import DATABASE, facts
from shared import mongo
from shared.errors import Invalid
from shared.settings import Settings

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
TEXTS = st.sampled_from(["Like", "Answer", "a", "$type", "{}", "", "і"])
PEOPLE = st.sampled_from(["ann", "bob", "cy"])
NUMBERS = st.sampled_from([0, 1, -1, 29, 30, 2**62, -(2**62)])
MOMENTS = st.sampled_from([0, 1, 86_399_999, 86_400_000, 86_400_001, 30 * 86_400_000, -1, -86_400_000]).map(
    lambda milliseconds: NOON + timedelta(milliseconds=milliseconds)
)


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(st.none(), strategy)


FACTS = st.builds(
    Fact,
    member=PEOPLE, activity=st.uuids().map(str), version=st.just(1), roles=st.just(("author",)), type=TEXTS,
    published=st.just(NOON), actor=maybe(PEOPLE), value=maybe(NUMBERS), object=maybe(TEXTS), object_type=maybe(TEXTS),
    object_author=maybe(PEOPLE), object_published=maybe(MOMENTS), object_tags=st.lists(TEXTS, max_size=3).map(tuple),
    parent_type=maybe(TEXTS), parent_author=maybe(PEOPLE), parent_published=maybe(MOMENTS),
)  # fmt: skip
BY_KIND: dict[type, st.SearchStrategy[Any]] = {str: TEXTS, list: TEXTS, int: NUMBERS, bool: st.booleans()}


def asked_of(kind: type) -> st.SearchStrategy[Any]:
    """What may be asked of a field of a kind."""
    values = BY_KIND[kind]
    asked = [values, st.lists(values, min_size=1, max_size=3).map(lambda each: {"in": each})]
    if kind is int:
        names = st.sampled_from(["gte", "gt", "lte", "lt"])
        asked.append(st.dictionaries(names, NUMBERS, min_size=1, max_size=2))
    plain = st.one_of(asked)
    return st.one_of(plain, plain.map(lambda each: {"not": each}))


FIELDS = st.one_of(
    [
        asked_of(field.kind).map(lambda test, name=name: {name: test})
        for name, field in conditions.FIELDS.items()
    ]
)
CONDITIONS = st.recursive(
    st.one_of(st.just({}), FIELDS, FIELDS, st.tuples(FIELDS, FIELDS).map(lambda two: {**two[0], **two[1]})),
    lambda inner: st.one_of(
        inner.map(lambda each: {"not": each}),
        st.lists(inner, min_size=1, max_size=3).map(lambda each: {"any": each}),
        st.lists(inner, min_size=1, max_size=3).map(lambda each: {"all": each}),
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def community(databases: Settings) -> Iterator[str]:
    """Where the facts of these tests lie."""
    del databases
    name = uuid.uuid4().hex
    yield name
    mongo.collection(DATABASE, "facts").delete_many({"community": name})


@settings(
    max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
@given(
    condition=CONDITIONS, some=st.lists(FACTS, min_size=1, max_size=12, unique_by=lambda fact: fact.activity)
)
def test_the_query_finds_what_the_predicate_says(community: str, condition: Any, some: list[Fact]) -> None:
    stored = mongo.collection(DATABASE, "facts")
    stored.delete_many({"community": community})
    stored.insert_many([{**facts.document(community, each, ())} for each in some])
    found = stored.find({"$and": [{"community": community}, condition_queries.query(condition)]})
    predicate = conditions.compile_condition(condition).predicate
    assert {each["activity"] for each in found} == {each.activity for each in some if predicate(each)}


@pytest.mark.parametrize(
    "wrong", [{"$where": "1"}, {"type": {"$gt": ""}}, {"type": {"in": [{"$ne": 1}]}}, []]
)
def test_operators_never_reach_a_query(wrong: Any) -> None:
    with pytest.raises(Invalid):
        condition_queries.query(wrong)
    assert condition_queries.query({"type": "$where"}) == {"type": {"$eq": "$where"}}
