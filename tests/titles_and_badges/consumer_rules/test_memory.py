"""What a consumer remembers of members between two batches may be outdated: then it is read, and nothing is lost."""

from typing import Any

import pytest

from services.titles_and_badges.repository import pages
from services.titles_and_badges.repository.pages import Memory, Page
from services.titles_and_badges.use_cases import recognising
from tests.titles_and_badges.consumer_rules.conftest import NICE, Listener

LIKES = {"name": "Likes", "criterion": {"kind": "count", "role": "author"}, "at": 3}


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Memory:
    """The memory of one process, with nothing in it yet."""
    made = Memory()
    monkeypatch.setattr(recognising, "_memory", made)
    return made


def test_who_is_remembered_is_not_read(
    listener: Listener, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []
    read = pages.read
    monkeypatch.setattr(pages, "read", lambda members: asked.append(list(members)) or read(members))
    listener.define("likes", LIKES)
    listener.hear(listener.like("1"))
    listener.hear(listener.like("2"), listener.like("3", "B"))
    assert [len(each) for each in asked] == [1, 1]
    assert memory.take([listener.member("A")])[listener.member("A")].read == 2


def test_another_process_wrote_meanwhile(
    listener: Listener, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener.define("likes", LIKES)
    listener.define("nice", NICE)
    listener.hear(listener.like("1"))
    for number in (2, 3):  # each has heard only half of it
        monkeypatch.setattr(recognising, "_memory", Memory() if number == 2 else memory)
        listener.hear(listener.like(f"{number}"), partition=number)
    assert (listener.value("likes"), listener.value("nice")) == (3, 3)
    assert listener.held("A") == [("likes", None), ("nice", "o")]


def test_a_recount_between_two_batches(listener: Listener, memory: Memory) -> None:
    listener.define("likes", LIKES)
    listener.hear(listener.like("1"), listener.like("2", actor="W"))
    listener.follow(listener.bot("W"))
    listener.recount()
    listener.hear(listener.like("3"))
    assert listener.value("likes") == 2
    assert memory.take([listener.member("A")])


def test_a_batch_that_fails_is_not_remembered(
    listener: Listener, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    listener.define("likes", LIKES)
    listener.hear(listener.like("1"))

    def fail(*_: Any) -> None:
        message = "a rule that raises"
        raise ValueError(message)

    with monkeypatch.context() as patch:
        patch.setattr(recognising, "_write_facts", fail)
        listener.hear(listener.like("2"))  # becomes a dead letter
    assert not memory.take([listener.member("A")])
    listener.hear(listener.like("3"))
    assert listener.value("likes") == 2


def page(member: str, buckets: int, seen: int = 0) -> Page:
    """A page as it was written."""
    made = Page(member, {"_id": member, "batches": 1, "buckets": {}})
    for number in range(buckets):
        made.put(f"b{number}", {"state": {"value": 1, "seen": ["x"] * seen}, "last": None, "reached": []})
    return made


def test_what_is_remembered_has_a_bound() -> None:
    memory = Memory(most=5)
    memory.keep([page("a", 2), page("b", 2)])
    memory.keep([page("a", 2)])
    memory.keep([page("c", 3)])
    assert memory.take("abc").keys() == {"a", "c"}  # least recently written: b
    assert not memory.take("ac"), "who took them has them alone"


def test_long_lists_are_not_remembered() -> None:
    memory = Memory()
    memory.keep([page("a", 1, seen=100), page("b", 1, seen=101)])
    assert memory.take("ab").keys() == {"a"}
