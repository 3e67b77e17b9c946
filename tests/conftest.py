"""The real servers that tests run on, started when the first test asks for one and stopped at the end."""

import contextlib
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from deploy.embedded import kafka, mongod, ports
from deploy.embedded.server import Server
from tests.live import LIVE, Live, running

pytest_plugins = ["tests.fixtures", "tests.side_by_side"]

# How long an example takes says how busy the machine is; all else stays as Hypothesis has it here, or under `CI`.
settings.register_profile(
    "whatever-the-load", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("whatever-the-load")

#: Whoever uses one of these, even through another fixture, is marked `servers`.
SERVER_FIXTURES = frozenset({"mongo_server", "kafka_server", "live"})


def pytest_configure(config: pytest.Config) -> None:
    """Declare the mark by which `make test-rules` leaves out what needs a server."""
    config.addinivalue_line("markers", "servers: runs on a real MongoDB or Kafka (set by itself)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need a server: a forgotten mark would put one among the quick ones."""
    for item in items:
        if SERVER_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("servers")


@pytest.fixture(scope="session")
def mongo_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A MongoDB replica set of one; who pauses or kills it brings it back before the test ends."""
    directory = tmp_path_factory.mktemp("mongod")
    server = mongod.start(directory, *ports.free(1))
    yield server
    server.stop()
    shutil.rmtree(directory / "data")  # 300 MB; the log stays for whoever looks into a failure


@pytest.fixture(scope="session")
def kafka_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """An Apache Kafka broker; who pauses or kills it brings it back before the test ends."""
    directory = tmp_path_factory.mktemp("kafka")
    server = kafka.start(directory, *ports.free(2))
    yield server
    server.stop()
    shutil.rmtree(directory / "data")


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Live]:
    """All services with all their processes, on servers of their own; tests keep apart by communities."""
    with contextlib.ExitStack() as stack:
        request.session.stash[LIVE] = stack
        yield stack.enter_context(running(tmp_path_factory.mktemp("live")))


@pytest.fixture(scope="session")
def mongo_url(mongo_server: Server) -> str:
    """What LAUREL_MONGO_URL holds; a database of its own is for the test to name."""
    return mongo_server.url


@pytest.fixture(scope="session")
def kafka_servers(kafka_server: Server) -> str:
    """What LAUREL_KAFKA_SERVERS holds."""
    return kafka_server.url
