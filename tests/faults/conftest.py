"""One running Laurel for all tests in this folder, and what it looks like when nothing goes wrong."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.faults import storm
from tests.live import Live, running


@pytest.fixture(scope="package")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Both services with all their processes, on a MongoDB and a Kafka of their own."""
    with running(tmp_path_factory.mktemp("live")) as laurel:
        yield laurel


@pytest.fixture(scope="package")
def calm(live: Live) -> dict[str, Any]:
    """The state of a community that was imported once, in order, and undisturbed."""
    live.found("calm")
    live.laurel("import", "stackexchange", storm.FACTS, "--community", "calm")
    live.handled()
    return storm.state(live, "calm")
