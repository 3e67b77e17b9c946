"""One running Laurel for all tests in this folder."""

from collections.abc import Iterator

import pytest

from tests.live import Live, running


@pytest.fixture(scope="package")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """Both services with all their processes, on a MongoDB and a Kafka of their own."""
    with running(tmp_path_factory.mktemp("live")) as laurel:
        yield laurel
