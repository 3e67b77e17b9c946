"""What may be a second old is read once a second, and what is not there each time."""

from typing import Any

import pytest

from shared import recent
from shared.recent import Recent


def test_what_was_read_is_told_until_its_second_is_over_or_it_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept: dict[str, dict[str, Any]] = {"bees": {"revision": 1}}
    clock = [10.0]
    monkeypatch.setattr(recent.time, "monotonic", lambda: clock[0])
    found = Recent(kept.get)
    assert found.one("bees") == {"revision": 1}
    kept["bees"] = {"revision": 2}
    assert found.one("bees") == {"revision": 1}
    clock[0] += 1.1
    assert found.one("bees") == {"revision": 2}
    kept["bees"] = {"revision": 3}
    found.forget()
    assert found.one("bees") == {"revision": 3}


def test_what_is_not_there_is_asked_for_each_time() -> None:
    kept: dict[str, dict[str, Any]] = {}
    found = Recent(kept.get)
    assert found.one("bees") is None
    kept["bees"] = {"revision": 1}
    assert found.one("bees") == {"revision": 1}
