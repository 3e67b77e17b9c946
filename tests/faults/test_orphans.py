"""A process that is killed inside a transaction holds up nobody for long."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator

import pytest
from pymongo import MongoClient

from shared import mongo, orphans
from shared.lease import COLLECTION, Lease
from tests.fixtures import ACTIVITY
from tests.live import dies_with_us, wait_for

THINGS = "orphans_test"
VICTIM = """
import sys, time
from pymongo import MongoClient
client = MongoClient(sys.argv[1])
with client.start_session() as session, session.start_transaction():
    client["activity"][sys.argv[2]].update_one({"_id": sys.argv[3]}, {"$inc": {"count": 100}}, session=session)
    print("inside", flush=True)
    time.sleep(600)
"""


@contextlib.contextmanager
def inside(mongo_url: str, collection: str, name: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process inside a transaction that has written to a document."""
    command = [*dies_with_us(), sys.executable, "-c", VICTIM, mongo_url, collection, name]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603 (our own script)
        assert process.stdout is not None
        assert process.stdout.readline() == b"inside\n"
        yield process
        process.kill()


@pytest.fixture
def victim(databases: object, mongo_url: str) -> Iterator[subprocess.Popen[bytes]]:
    """One that has written to a thing."""
    del databases
    mongo.collection(ACTIVITY, THINGS).replace_one({"_id": "1"}, {"count": 0}, upsert=True)
    with inside(mongo_url, THINGS, "1") as process:
        yield process


def test_who_collides_with_the_transaction_of_a_killed_process_ends_it(
    victim: subprocess.Popen[bytes],
) -> None:
    victim.kill()
    victim.wait()
    _count_up()
    found = mongo.collection(ACTIVITY, THINGS).find_one({"_id": "1"})
    assert found is not None
    assert found["count"] == 1


def test_transactions_of_the_living_are_left_alone(victim: subprocess.Popen[bytes], mongo_url: str) -> None:
    assert victim.poll() is None
    with MongoClient[mongo.Document](mongo_url) as client:
        assert orphans.end(client) == 0


def test_the_lease_of_who_died_inside_a_fenced_step_is_free_when_it_runs_out(
    databases: object, mongo_url: str
) -> None:
    assert databases
    first, second = (Lease(ACTIVITY, THINGS, seconds=1) for _ in range(2))
    assert first.hold()
    with inside(mongo_url, COLLECTION, THINGS) as process:
        assert not second.hold(), "its holder is in the middle of a step"
        process.kill()
        process.wait()
        wait_for(second.hold, "the lease", seconds=30)  # MongoDB would take a minute or longer


@mongo.in_transaction(ACTIVITY)
def _count_up() -> None:
    mongo.collection(ACTIVITY, THINGS).update_one({"_id": "1"}, {"$inc": {"count": 1}})
