"""Rules 18a to 18c of versioned delivery: batches beside batches, and beside changes of zone, profiles and rules."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from services.titles_and_badges.repository import awards, communities, facts
from services.titles_and_badges.use_cases import counting, recounting
from shared.errors import Fault
from shared.events import activity as events
from shared.kafka import PARTITIONS
from tests.interleaving import held
from tests.titles_and_badges.consumer_rules.conftest import NICE, Listener

FIRST = {"name": "First", "criterion": {"kind": "object-score"}, "at": 1}
DAYS = {"name": "Days", "criterion": {"kind": "distinct", "of": "days"}, "at": 2}


@pytest.mark.parametrize("partition", [0, PARTITIONS - 1])
def test_rule_18a_a_fact_parallel_to_a_profile(listener: Listener, partition: int) -> None:
    listener.define("nice", NICE)
    with _older(listener, lambda: listener.hear(listener.like("x"), partition=partition)):
        listener.follow(listener.bot("V"))
        listener.recount()
    assert listener.value("nice") == 0


def test_rule_18a_a_fact_parallel_to_a_change_of_zone(listener: Listener) -> None:
    listener.define("days", DAYS)
    evening = listener.deed("x", published=datetime(2026, 5, 1, 20, tzinfo=UTC))
    night = listener.deed("y", published=datetime(2026, 5, 1, 22, tzinfo=UTC))  # in Kyiv the next day already
    with _older(listener, lambda: listener.hear(evening, night)):
        listener.follow(listener.zone("Europe/London"))
        listener.recount()
    assert listener.value("days") == 1


def test_rule_18a_a_first_fact_parallel_to_other_rules(listener: Listener) -> None:
    listener.define("nice", NICE)
    with _older(listener, lambda: listener.hear(listener.like("x"), listener.like("y", actor="W"))):
        listener.define("nice", {**NICE, "at": 3})
    assert listener.held("A") == []


def test_rule_18a_a_recount_waits_for_the_batches_before_it(listener: Listener) -> None:
    listener.define("nice", NICE)
    with ThreadPoolExecutor(1) as pool:
        with held(lambda: listener.hear(listener.like("x")), facts, "load"):
            listener.follow(listener.bot("V"))
            recount = pool.submit(listener.recount)
            wait([recount], timeout=0.3)  # without the barrier it would be done by now
        recount.result()
    assert listener.value("nice") == 0


def test_rule_18a_a_partition_without_a_barrier_stops_the_process(listener: Listener) -> None:
    with pytest.raises(Fault, match="laurel init"):
        listener.hear(listener.like("x"), partition=PARTITIONS + 1)


def test_rule_18a_a_grant_parallel_to_other_rules(listener: Listener) -> None:
    listener.define("thanks", {"name": "Thanks", "criterion": {"kind": "manual"}})
    with _older(listener, lambda: listener.grant("thanks", "A")):
        listener.define("thanks", {"name": "Thanks", "criterion": {"kind": "manual"}, "status": "draft"})
    assert listener.held("A") == []


def test_rule_18b_a_voter_found_to_be_a_bot_later_counts_for_nobody(listener: Listener) -> None:
    listener.define("nice", NICE)
    listener.people("B", "W")
    for partition, member in enumerate("AB"):
        listener.hear(
            listener.like(f"x{member}", member),
            listener.like(f"y{member}", member, "W"),
            partition=partition,
        )
    assert listener.held("A") == listener.held("B") == [("nice", "o")]
    listener.follow(listener.bot("V"))
    listener.recount()
    assert listener.held("A") == listener.held("B") == []
    listener.follow(listener.profile("V"))
    listener.recount()
    assert listener.held("A") == listener.held("B") == [("nice", "o")]


def test_rule_18b_a_recount_goes_on_until_all_are_reached(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recounting, "MEMBERS_A_STEP", 2)
    listener.define("first", FIRST)
    names = [f"A{number}" for number in range(5)]
    listener.people(*names)
    listener.hear(*(listener.like("x", name) for name in names))
    assert all(listener.held(name) for name in names)
    listener.follow(listener.bot("V"))
    listener.recount()
    assert not any(listener.held(name) for name in names)


def test_rule_18b_a_recount_takes_few_members_at_once_who_have_many_facts(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "FACTS_A_STEP", 3)
    counted: list[int] = []
    recount = counting.recount_members

    def note(community: str, members: Sequence[str]) -> None:
        counted.append(len(members))
        recount(community, members)

    monkeypatch.setattr(counting, "recount_members", note)
    listener.define("first", FIRST)
    names = [f"A{number}" for number in range(4)]
    listener.people(*names)
    listener.hear(*(listener.like(each, name) for name in names for each in ("x", "y")))
    bots = [listener.bot(name) for name in (*names, "V")]
    listener.follow(*bots)
    listener.recount()
    assert not any(listener.held(name) for name in names)
    assert set(counted) == {1, 2}, "V has no facts and shares a step"


def test_rule_18a_a_batch_leaves_those_with_many_facts_to_the_recount(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "FACTS_A_STEP", 1)
    listener.people("B")
    listener.hear(listener.like("x"), listener.like("x", "B"))
    assert listener.badges("PUT", "/v1/badges/nice", NICE).status_code == 200
    listener.hear(listener.like("y", actor="W"), listener.like("y", "B", "W"))
    assert sorted([listener.held("A"), listener.held("B")]) == [[], [("nice", "o")]]
    listener.recount()
    assert listener.held("A") == listener.held("B") == [("nice", "o")]


def test_rule_18a_a_back_fill_goes_on_until_all_are_reached(
    listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recounting, "MEMBERS_A_STEP", 2)
    names = [f"A{number}" for number in range(5)]
    listener.people(*names)
    listener.hear(*(listener.like("x", name) for name in names))
    listener.define("first", FIRST)
    assert all(listener.held(name) == [("first", None)] for name in names)


def test_rule_18b_facts_are_found_by_actor_author_and_parents_author(listener: Listener) -> None:
    parent = events.Parent(id="q", author=listener.member("Q"))
    described = events.Object(id="o", author=listener.member("O"), parent=parent)
    listener.hear(listener.deed("x", "A", "V", object=described))
    for name in "AVOQ":
        assert facts.members_involved_with([listener.member(name)], "", 10) == [listener.member("A")]


def test_rule_18c_two_batches_of_one_member_lose_no_update(listener: Listener) -> None:
    listener.define("nice", NICE)
    with held(lambda: listener.hear(listener.like("x")), facts, "load"):
        listener.hear(listener.like("y", actor="W"), partition=1)
    assert listener.value("nice", "A") == 2
    assert listener.held("A") == [("nice", "o")]


def test_rule_18c_a_batch_collides_where_it_changed_nothing_that_the_other_one_wrote(
    listener: Listener,
) -> None:
    # Both read the tallies of o and p; each writes one of them, and the award only in the batch that changes it.
    listener.define("first", FIRST)
    listener.hear(listener.like("x", about="o"))
    assert listener.held("A") == [("first", None)]
    with held(lambda: listener.hear(listener.retraction("x")), awards, "decisions"):
        later = listener.like("y", about="p", published=datetime(2026, 6, 1, tzinfo=UTC))
        listener.hear(later, partition=1)
    assert listener.award("A")["decided_by"] == "y"


@contextmanager
def _older(listener: Listener, call: Callable[[], object]) -> Iterator[None]:
    """A batch or a decision whose snapshot is older than what the body commits, and that goes on after it."""
    real = communities.pass_barrier

    def look_first(number: int) -> None:
        communities.definition(listener.community, "a read that begins the snapshot")
        real(number)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(communities, "pass_barrier", look_first)
        with held(call, communities, "definition"):
            yield
