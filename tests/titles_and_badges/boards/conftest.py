"""Boards of one community, fed with events and asked through the door."""

from datetime import timedelta
from typing import Any

import pytest

from tests.fixtures import Courier, Door
from tests.titles_and_badges.consumer_rules.conftest import HOUR, Listener

MAY = "?window=month&period=2026-05"
ALL = "?window=all"


class Boards(Listener):
    """The consumer of one community, and what its boards show."""

    def put(self, **definition: Any) -> Any:
        """Define the board `likes`. Returns the answer."""
        standard = {"name": "Likes", "points": [{"role": "author", "where": {"type": "Like"}}]}
        answer = self.badges("PUT", "/v1/boards/likes", standard | definition)
        self.courier.carry()
        return answer

    def standings(self, path: str = "") -> Any:
        """What the board shows, once all is projected."""
        self.courier.carry()
        answer = self.badges("GET", f"/v1/boards/likes/standings{path}")
        assert answer.status_code == 200, answer.text
        return answer.json

    def rows(self, path: str = "") -> list[tuple[int, str, int]]:
        """(place, member, score) of a page."""
        return [(row["rank"], row["member"]["id"], row["score"]) for row in self.standings(path)["items"]]


@pytest.fixture
def boards(community: str, badges: Door, courier: Courier) -> Boards:
    """Boards whose community knows the members ann, bob and eve."""
    courier.carry()
    found = Boards(community, badges, courier)
    found.people("ann", "bob", "eve", "fan")
    return found


def liked(boards: Boards, **likes: int) -> list[Any]:
    """So many likes of members, each by another fan and a minute later."""
    return [
        boards.like(f"{member}-{number}", member, f"fan-{number}", published=HOUR + timedelta(minutes=number))
        for member, count in likes.items()
        for number in range(count)
    ]
