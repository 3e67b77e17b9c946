"""A process that is killed inside a transaction holds up nobody for long."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from pymongo import MongoClient

from shared import mongo, orphans
from tests.fixtures import ACTIVITY
from tests.live import dies_with_us

THINGS = "orphans_test"
VICTIM = """
import sys, time
from pymongo import MongoClient
client = MongoClient(sys.argv[1])
with client.start_session() as session, session.start_transaction():
    client["activity"]["orphans_test"].update_one({"_id": 1}, {"$inc": {"count": 100}}, session=session)
    print("inside", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def victim(databases: object, mongo_url: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process inside a transaction that has written to a document."""
    del databases
    mongo.collection(ACTIVITY, THINGS).replace_one({"_id": 1}, {"count": 0}, upsert=True)
    command = [*dies_with_us(), sys.executable, "-c", VICTIM, mongo_url]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:  # noqa: S603 (our own script)
        assert process.stdout is not None
        assert process.stdout.readline() == b"inside\n"
        yield process
        process.kill()


def test_who_collides_with_the_transaction_of_a_killed_process_ends_it(
    victim: subprocess.Popen[bytes],
) -> None:
    victim.kill()
    victim.wait()
    _count_up()
    found = mongo.collection(ACTIVITY, THINGS).find_one({"_id": 1})
    assert found is not None
    assert found["count"] == 1


def test_transactions_of_the_living_are_left_alone(victim: subprocess.Popen[bytes], mongo_url: str) -> None:
    assert victim.poll() is None
    with MongoClient[mongo.Document](mongo_url) as client:
        assert orphans.end(client) == 0


@mongo.in_transaction(ACTIVITY)
def _count_up() -> None:
    mongo.collection(ACTIVITY, THINGS).update_one({"_id": 1}, {"$inc": {"count": 1}})
