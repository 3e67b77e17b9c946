"""Changed facts become changed tallies: the incremental way equals counting from scratch, at any moment."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.titles_and_badges.domain import badges, recognition, tallies
from services.titles_and_badges.domain.badges import Rules
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.recognition import Bucket, Change
from services.titles_and_badges.domain.standing import Context, Profile

if TYPE_CHECKING:
    from services.titles_and_badges.domain.tallies import Tally

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
NOBODY = Context(profiles={"robot": Profile(roles=((NOON, "bot"),))})
RULES = Rules(
    1,
    [
        badges.badge("likes", {"criterion": {"kind": "count", "role": "author"}, "at": 2}),
        badges.badge("worth", {"criterion": {"kind": "sum", "role": "author"}, "at": 2, "policy": "live"}),
        badges.badge(
            "score", {"criterion": {"kind": "object-score"}, "at": 1, "policy": "live", "repeat": "object"}
        ),
        badges.badge(
            "best", {"criterion": {"kind": "object-score", "where": {"object.type": "Answer"}}, "at": 2}
        ),
        badges.badge("days", {"criterion": {"kind": "distinct", "of": "days", "role": "author"}, "at": 2}),
    ],
)


def fact(activity: str = "1", hours: int = 0, **said: Any) -> Fact:
    """Somebody's vote on Ann's answer, as it concerns her."""
    known: dict[str, Any] = {
        "member": "ann",
        "version": 1,
        "roles": ("author",),
        "type": "Like",
        "actor": "bob",
    }
    placed = {
        "activity": activity,
        "published": NOON + timedelta(hours=hours),
        "object": "o",
        "object_author": "ann",
    }
    return Fact(**{**known, **placed, **said})


class Book:
    """What is stored of Ann: facts with their buckets, and tallies."""

    def __init__(self) -> None:
        self.facts: dict[str, tuple[Fact, list[Bucket]]] = {}
        self.tallies: dict[Bucket, Tally] = {}

    def apply(self, batch: dict[str, Fact | None]) -> None:
        """One batch: for each activity its new fact, or None for a retraction."""
        changes = [
            Change(
                old=self.facts[name][0] if name in self.facts else None,
                counted_in=self.facts[name][1] if name in self.facts else (),
                new=new,
            )
            for name, new in batch.items()
        ]
        planned = recognition.plan(changes, RULES, NOBODY)
        known = {bucket: self.tallies[bucket] for bucket in planned.touched if bucket in self.tallies}
        stored = {bucket: self.stored(bucket) for bucket in recognition.to_recount(planned, known)}
        self.tallies.update(recognition.carry_out(planned, RULES, NOBODY, known, stored))
        for name, new in batch.items():
            self.facts.pop(name, None)
            if new is not None:
                self.facts[name] = (new, list(planned.buckets[name]))

    def stored(self, bucket: Bucket) -> list[Fact]:
        """The facts that are stored as counted in a bucket."""
        return [each for each, buckets in self.facts.values() if bucket in buckets]


facts = st.builds(
    fact,
    hours=st.integers(0, 40),
    type=st.sampled_from(["Like", "Like", "Dislike", "Share"]),
    object=st.sampled_from(["o", "p", None]),
    object_type=st.sampled_from(["Answer", None]),
    actor=st.sampled_from(["bob", "ann", "robot", None]),
    value=st.sampled_from([None, 1, 2, -2]),
    sequence=st.sampled_from([None, 0, 1]),
)
batches = st.dictionaries(
    st.sampled_from("123456"), st.one_of(facts, facts, st.none()), min_size=1, max_size=4
)


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.lists(batches, max_size=6))
def test_incremental_is_from_scratch(history: list[dict[str, Fact | None]]) -> None:
    book = Book()
    for batch in history:
        book.apply({name: each and fact_of(each, name) for name, each in batch.items()})
        of_fact, counted = recognition.from_scratch([each for each, _ in book.facts.values()], RULES, NOBODY)
        assert {name: buckets for name, (_, buckets) in book.facts.items()} == of_fact
        assert {bucket: tally for bucket, tally in book.tallies.items() if tally.last} == counted
        for bucket in book.tallies.keys() - counted.keys():
            assert book.tallies[bucket] == tallies.empty(RULES.badges[bucket[0]])


def fact_of(other: Fact, activity: str) -> Fact:
    """The same under another activity's name."""
    return Fact(**{**{name: getattr(other, name) for name in Fact.__slots__}, "activity": activity})


def test_what_comes_in_order_recounts_nothing() -> None:
    book = Book()
    book.apply({"1": fact("1", 1)})
    changes = [Change(old=None, counted_in=(), new=fact("2", 2))]
    planned = recognition.plan(changes, RULES, NOBODY)
    assert (recognition.to_recount(planned, book.tallies), planned.removed) == (set(), {})
    assert planned.touched == {("likes", None), ("score", "o"), ("days", None)}


def test_what_comes_late_recounts_its_buckets_alone() -> None:
    book = Book()
    book.apply({"1": fact("1", 5), "2": fact("2", 5, object="p")})
    late = Change(old=None, counted_in=(), new=fact("3", 4, object="new"))
    planned = recognition.plan([late], RULES, NOBODY)
    assert recognition.to_recount(planned, book.tallies) == {("likes", None), ("days", None)}


def test_what_was_counted_is_taken_out_of_where_it_was_counted() -> None:
    stored_elsewhere: list[Bucket] = [("score", "elsewhere"), ("a badge that is gone", None)]
    change = Change(old=fact(), counted_in=stored_elsewhere, new=None)
    planned = recognition.plan([change], RULES, NOBODY)
    assert planned.touched == recognition.to_recount(planned, {}) == {("score", "elsewhere")}
    assert planned.buckets == {}


def test_who_cannot_count_is_in_no_bucket() -> None:
    assert recognition.buckets(fact(actor="robot"), RULES, NOBODY) == []
    assert recognition.buckets(fact(roles=("actor",), actor="ann"), RULES, NOBODY) == []
    assert recognition.buckets(fact(value=1, object_type="Answer"), RULES, NOBODY) == [
        ("likes", None), ("worth", None), ("score", "o"), ("best", "o"), ("days", None),
    ]  # fmt: skip
