"""Marks: made with what makes them necessary, claimed by one, worked off in steps, never forgotten."""

import threading
from collections.abc import Mapping
from datetime import UTC
from typing import Any

import pytest

from shared import mongo, work
from shared.clock import BEGINNING
from shared.errors import Refused
from tests.interleaving import held


def marks(service: str) -> list[mongo.Document]:
    return list(mongo.collection(service, work.COLLECTION).find(sort=[("_id", 1)]))


def add(service: str, **detail: Any) -> None:
    mongo.transact(service, lambda: work.add(service, "count", "a-community", **detail))


def forget_claims(service: str) -> None:
    """As when the server's clock has passed them."""
    mongo.collection(service, work.COLLECTION).update_many({}, {"$set": {"claimed_until": BEGINNING}})


def one_step(done: list[Any]) -> Mapping[str, work.Step]:
    """Work of one step, which notes the mark's `name`."""

    def step(mark: work.Mark) -> None:
        done.append(mark["name"])

    return {"count": step}


def three_steps(done: list[int], fail_at: int = -1) -> Mapping[str, work.Step]:
    """Work of three steps, which may die at one of them."""

    def step(mark: work.Mark) -> Mapping[str, Any] | None:
        at = mark.get("at", 0)
        done.append(at)
        if at == fail_at:
            raise SystemExit
        return {"at": at + 1, "seen": "$a.b"} if at < 2 else None

    return {"count": step}


def test_a_mark_lives_and_dies_with_its_transaction(service: str) -> None:
    def fail() -> None:
        work.add(service, "count", "a-community")
        message = "no"
        raise Refused(message)

    with pytest.raises(Refused):
        mongo.transact(service, fail)
    assert work.pending(service) == 0
    add(service)
    assert work.pending(service) == work.pending(service, "a-community") == 1
    assert work.pending(service, "another") == 0


def test_the_same_mark_made_twice_is_two_marks(service: str) -> None:
    add(service, keys=["a"])
    add(service, keys=["a"])
    assert work.pending(service) == 2


def test_the_oldest_mark_comes_first_and_goes_when_it_is_done(service: str) -> None:
    done: list[Any] = []
    for name in ("first", "second"):
        add(service, name=name)
    assert work.do_next(service, one_step(done))
    assert done == ["first"]
    assert work.do_next(service, one_step(done))
    assert not work.do_next(service, one_step(done))
    assert done == ["first", "second"]
    assert work.pending(service) == 0


def test_marks_of_a_kind_that_is_not_known_are_left_to_others(service: str) -> None:
    add(service, name="first")
    assert not work.do_next(service, {"another": lambda _: None})
    assert work.pending(service) == 1


def test_two_workers_never_have_one_mark(service: str) -> None:
    done: list[Any] = []
    add(service, name="first")
    add(service, name="second")
    with held(lambda: work.do_next(service, one_step(done)), work, "_claim"):
        assert work.do_next(service, one_step(done))
        assert not work.do_next(service, one_step(done))
        assert done == ["second"]
    assert done == ["second", "first"]


def test_work_goes_on_where_a_worker_died(service: str) -> None:
    done: list[int] = []
    add(service)
    with pytest.raises(SystemExit):  # as if it were killed
        work.do_next(service, three_steps(done, fail_at=1))
    assert not work.do_next(service, three_steps(done)), "the claim of the dead holds until it runs out"
    forget_claims(service)
    assert work.do_next(service, three_steps(done))
    assert done == [0, 1, 1, 2]
    assert work.pending(service) == 0


def test_a_claim_is_on_the_servers_clock_and_renewed_with_every_step(service: str) -> None:
    left: list[float] = []

    def step(mark: work.Mark) -> Mapping[str, Any] | None:
        server = mongo.database(service).command("hello")["localTime"].replace(tzinfo=UTC)
        left.append((mark["claimed_until"] - server).total_seconds())
        forget_claims(service)
        return None if mark.get("again") else {"again": True}

    add(service)
    work.do_next(service, {"count": step})
    assert len(left) == 2
    assert all(0 < seconds <= work.CLAIM_SECONDS for seconds in left)


def test_a_worker_that_was_overtaken_does_no_harm(service: str) -> None:
    done: list[int] = []
    add(service)
    with held(lambda: work.do_next(service, three_steps(done)), work, "_remember", after=False):
        forget_claims(service)  # its step took too long
        assert work.do_next(service, three_steps(done))
        assert work.pending(service) == 0
    assert done == [0, 0, 1, 2], "what is begun twice is done twice, and every step may be repeated"
    assert work.pending(service) == 0


def test_what_is_remembered_is_kept_to_the_letter(service: str) -> None:
    done: list[int] = []
    add(service, name="$name", keys=["$a", "b.c"])
    with pytest.raises(SystemExit):
        work.do_next(service, three_steps(done, fail_at=1))
    (mark,) = marks(service)
    assert (mark["seen"], mark["name"], mark["keys"]) == ("$a.b", "$name", ["$a", "b.c"])


def test_work_that_raises_is_put_off_says_why_and_holds_up_nothing(service: str) -> None:
    def step(mark: work.Mark) -> None:
        if mark["name"] == "bad":
            message = "$this is why"
            raise ValueError(message)

    add(service, name="bad")
    add(service, name="good")
    while work.do_next(service, {"count": step}):
        pass
    (mark,) = marks(service)
    assert mark["name"] == "bad"
    assert (mark["failures"], mark["fault"]) == (1, "ValueError('$this is why')")
    forget_claims(service)
    work.do_next(service, {"count": step})
    assert marks(service)[0]["failures"] == 2
    forget_claims(service)
    work.do_next(service, one_step([]))
    assert work.pending(service) == 0


def test_who_is_told_to_stop_ends_after_a_step_and_gives_the_mark_back(service: str) -> None:
    done: list[int] = []
    add(service)
    work.do_next(service, three_steps(done), stopping=lambda: len(done) == 1)
    assert done == [0]
    work.do_next(service, three_steps(done))
    assert done == [0, 1, 2]


def test_long_work_goes_on_behind_what_waits(service: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "TURN_SECONDS", 0)
    done: list[Any] = []

    def step(mark: work.Mark) -> Mapping[str, Any] | None:
        done.append(mark["name"])
        return {"name": "long"} if mark["name"] == "long" and len(done) < 5 else None

    for name in ("long", "short", "shorter"):
        add(service, name=name)
    while work.do_next(service, {"count": step}):
        pass
    assert done == ["long", "short", "shorter", "long", "long"]
    assert work.pending(service) == 0


def test_running_works_off_what_comes_until_told_to_stop(service: str) -> None:
    stop = threading.Event()
    done: list[Any] = []

    def step(mark: work.Mark) -> None:
        done.append(mark["name"])
        if len(done) == 2:
            stop.set()

    runner = threading.Thread(target=work.run, args=(service, {"count": step}, stop.is_set))
    runner.start()
    add(service, name="a")
    add(service, name="b")
    runner.join(10)
    assert done == ["a", "b"]
