"""What Laurel looks like when nothing goes wrong."""

from typing import Any

import pytest

from tests.faults import storm
from tests.live import Live


@pytest.fixture(scope="session")
def calm(live: Live) -> dict[str, Any]:
    """The state of a community that was imported once, in order, and undisturbed."""
    live.found("calm")
    live.laurel("import", "stackexchange", storm.FACTS, "--community", "calm")
    live.handled()
    return storm.state(live, "calm")
