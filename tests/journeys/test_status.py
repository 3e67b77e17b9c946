"""`laurel status` on the running whole: what waits, and when everything accepted has been handled."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from bson import ObjectId

from tests.live import Live, wait_for


def status(live: Live, *options: str, **changed: str) -> tuple[int, Any]:
    """The exit code, and what was printed as JSON."""
    done = live.run("status", "--json", *options, **changed)
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


@contextmanager
def without(live: Live, name: str) -> Iterator[None]:
    """Let one process rest."""
    kept = live.processes[name]
    kept.stop()
    yield
    kept.wanted = True


@pytest.fixture(scope="module")
def community(live: Live) -> str:
    slug = f"status-{time.monotonic_ns()}"
    live.found(slug)
    live.handled()
    return slug


def post(live: Live, community: str, name: str) -> None:
    """Accept one activity."""
    with live.client(community) as client:
        deed = {
            "id": name,
            "type": "Like",
            "actor": "ann",
            "object": "o",
            "published": "2026-01-01T00:00:00Z",
        }
        assert client.post("/v1/activities", json=deed).status_code == 201


def test_when_nothing_waits_it_says_so_at_once(live: Live, community: str) -> None:
    assert community
    code, seen = status(live, "--wait", "60")
    assert (code, seen["handled"], seen["faults"]) == (0, True, [])
    assert {name: service["ready"] for name, service in seen["services"].items()} == {
        "activity": True,
        "titles-and-badges": True,
        "referral": True,
    }
    assert seen["services"]["activity"]["pending"] == {"outbox": 0, "work": 0, "profiles": 0}
    assert seen["services"]["titles-and-badges"]["pending"] == {"outbox": 0, "work": 0, "boards": 0, "lag": 0}
    said = live.laurel("status")  # for people
    assert live.environment["LAUREL_ACTIVITY_URL"] in said
    assert "Everything accepted has been handled." in said


def test_what_waits_is_named_until_it_is_handled(live: Live, community: str) -> None:
    with without(live, "activity-relay"), without(live, "activity-jobs"):
        post(live, community, "a")
        code, seen = status(live, "--wait", "0.1")
        assert (code, seen["handled"]) == (1, False)
        pending = seen["services"]["activity"]["pending"]
        assert pending["outbox"] > 0
        assert pending["work"] > 0
        assert status(live)[0] == 0  # all is well, only not done
    with without(live, "badges-consume"):
        post(live, community, "b")
        wait_for(lambda: status(live)[1]["services"]["titles-and-badges"]["pending"]["lag"], "lag")
    code, seen = status(live, "--wait", "120")
    assert (code, seen["handled"]) == (0, True)


def test_what_cannot_be_asked_is_a_fault_and_never_done(live: Live) -> None:
    nowhere = {"LAUREL_KAFKA_SERVERS": "127.0.0.1:1", "LAUREL_ACTIVITY_URL": "http://127.0.0.1:1"}
    code, seen = status(live, **nowhere)
    assert (code, seen["handled"]) == (1, False)
    assert seen["services"]["activity"]["ready"] is False
    assert seen["services"]["titles-and-badges"]["ready"] is True
    assert len(seen["faults"]) == 1
    assert seen["faults"][0].startswith("Kafka does not answer")


def test_a_stuck_job_is_said_with_its_reason_and_counted(live: Live, community: str) -> None:
    work = live.database["titles_and_badges"]["work"]
    mark = {"_id": ObjectId(), "kind": "recount-members", "community": community, "turn": ObjectId()}
    work.insert_one(mark)  # it names no members, as no use case would leave it
    try:
        stuck = wait_for(lambda: status(live)[1]["services"]["titles-and-badges"]["stuck"], "the failure")
        assert [(each["kind"], each["community"], each["fault"]) for each in stuck] == [
            ("recount-members", community, "KeyError('members')")
        ]
        done = live.run("status")
        assert done.returncode == 1
        assert f"recount-members of {community} failed" in " ".join(done.stdout.split())
    finally:
        work.delete_one({"_id": mark["_id"]})
    code, seen = status(live, "--wait", "60")
    assert (code, seen["handled"]) == (0, True)
