"""What others lost or counted twice, on the real store: several processes, one that dies, collisions, reposts."""

import signal
from collections import Counter
from typing import Any

from services.titles_and_badges import consumers
from services.titles_and_badges.repository import DATABASE, awards
from shared import consumer, mongo, outbox
from shared.events import activity as events
from shared.settings import Settings
from tests.interleaving import held
from tests.titles_and_badges import processes
from tests.titles_and_badges.consumer_rules.conftest import Listener

PROCESSES, EACH = 4, 200
FIRST = {"name": "First", "criterion": {"kind": "object-score"}, "at": 1}
POSTS: dict[str, Any] = {"kind": "count", "where": {"type": "Create"}}


def announced(listener: Listener) -> Counter[tuple[str, str]]:
    """(type, member) of all that was announced."""
    found = mongo.collection(DATABASE, outbox.COLLECTION).find({"community": listener.community})
    messages = [message for parcel in found for message in outbox.messages(parcel)]
    return Counter((dict(each.headers)["ce_type"], each.key) for each in messages)


def test_four_processes_that_add_200_each_to_one_tally_make_exactly_800(
    listener: Listener, databases: Settings
) -> None:
    listener.define("many", {"name": "Many", "criterion": {"kind": "count", "role": "author"}, "at": 800})
    likes = [listener.like(f"{number:03}") for number in range(PROCESSES * EACH)]
    parts = [likes[part::PROCESSES] for part in range(PROCESSES)]
    running = [
        processes.start(processes.consume, databases, part, ours, 20) for part, ours in enumerate(parts)
    ]
    assert [processes.ended(each) for each in running] == [0] * PROCESSES
    assert listener.value("many") == 800
    assert listener.award("A")["decided_by"] == "799"
    assert set(announced(listener).values()) == {1}


def test_an_award_is_announced_once_though_its_consumer_dies_before_the_offset_moves(
    listener: Listener, databases: Settings
) -> None:
    listener.define("first", FIRST)
    record = listener.courier.record("activity.events", events.delivery(listener.like("x")))
    died = processes.start(processes.consume_and_die, databases, [record])
    assert processes.ended(died) == -signal.SIGKILL
    # Whoever has the partition next reads the same batch again.
    consumer.apply(consumers.HANDLERS["activity.events"], record.partition, [record])
    assert listener.held("A") == [("first", None)]
    assert announced(listener) == {("badge.awarded", listener.member("A")): 1}


def test_of_three_awards_in_a_batch_one_collides_and_the_others_stay(listener: Listener) -> None:
    listener.people("B", "C")
    listener.define("first", FIRST)
    three = [listener.like("x", name) for name in "ABC"]
    with held(lambda: listener.hear(*three), awards, "of_members"):
        listener.hear(listener.like("x", "A"), partition=1)
    assert [listener.held(name) for name in "ABC"] == [[("first", None)]] * 3
    assert announced(listener) == {("badge.awarded", listener.member(name)): 1 for name in "ABC"}


def test_who_deletes_and_posts_again_earns_no_more_than_who_did_not(listener: Listener) -> None:
    """Facts are never pruned, and what was retracted leaves a tombstone: there is no history to earn anew from."""
    capped = {**POSTS, "per_giver": {"most": 3}, "role": "author", "where": {"type": "Like"}}
    listener.define("once", {"name": "Once", "criterion": POSTS, "at": 2})
    listener.define("liked", {"name": "Liked", "criterion": capped, "at": 4})
    listener.hear(*(listener.deed(name) for name in "abc"), *(listener.like(f"like {n}") for n in range(5)))
    assert (listener.value("once"), listener.value("liked")) == (3, 3)
    for turn in range(3):
        listener.hear(listener.retraction(f"like {turn}"), listener.retraction("abc"[turn]))
        listener.hear(listener.like(f"again {turn}"), listener.deed(f"again {turn} c"))
        listener.hear(listener.like(f"like {turn}"), listener.deed("abc"[turn]))  # an old copy, come late
        assert (listener.value("once"), listener.value("liked")) == (3, 3)
    assert listener.held("A") == [("once", None)]
    facts = mongo.collection(DATABASE, "facts")
    assert facts.count_documents({"community": listener.community, "retracted": {"$exists": True}}) == 6
    assert not [name for name, index in facts.index_information().items() if "expireAfterSeconds" in index]
