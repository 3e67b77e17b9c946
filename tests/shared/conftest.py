"""A database of the chassis' own, with no service on it."""

import pytest

from shared import lease, mongo, outbox, work

SERVICE = "chassis"


@pytest.fixture(scope="session")
def chassis_database(mongo_url: str) -> str:
    """A database with what the chassis keeps, and a collection of things."""
    mongo.connect(SERVICE, mongo_url)
    outbox.ensure(SERVICE)
    work.ensure(SERVICE)
    for name in ("things", lease.COLLECTION, outbox.PARKED):
        mongo.ensure_collection(SERVICE, name)
    mongo.collection(SERVICE, "things").create_index("unique", unique=True, sparse=True)
    return SERVICE


@pytest.fixture
def service(chassis_database: str) -> str:
    """Its name; the test begins with nothing in it."""
    for name in ("things", lease.COLLECTION, outbox.COLLECTION, outbox.PARKED, work.COLLECTION):
        mongo.collection(chassis_database, name).delete_many({})
    return chassis_database
