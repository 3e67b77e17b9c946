"""What the demo reads back, as any widget would."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

import httpx

from services.activity.importers import sending

Json = dict[str, Any]


def badges(client: httpx.Client) -> list[Json]:
    """Every badge of the community, with how many awards of it are held."""
    items: list[Json] = _get(client, "/v1/badges")["items"]
    return items


def latest_awards(client: httpx.Client, limit: int) -> list[Json]:
    """The awards of the latest deeds."""
    items: list[Json] = _get(client, f"/v1/awards?limit={limit}")["items"]
    return items


def holders(client: httpx.Client, badge: str) -> list[Json]:
    """The latest awards of one badge."""
    items: list[Json] = _get(client, f"/v1/badges/{badge}/holders?limit=50")["items"]
    return items


def explanation(client: httpx.Client, member: str, badge: str) -> Json:
    """Why a member holds a badge, or what is missing."""
    return _get(client, f"/v1/members/{quote(member, safe='')}/badges/{badge}")


def closest(client: httpx.Client, members: Iterable[str]) -> list[tuple[str, Json]]:
    """What is next for each of the members; those first who have least to go."""
    found = []
    for member in members:
        items = _get(client, f"/v1/members/{quote(member, safe='')}/progress")["items"]
        found += [(member, item) for item in items]
    return sorted(found, key=lambda entry: (-entry[1]["share"], entry[1]["missing"]["missing"]))


def period(client: httpx.Client, month: str) -> Json:
    """A sealed month with its titles."""
    return _get(client, f"/v1/periods/{month}")


def sealed_board(client: httpx.Client, month: str, board: str) -> list[Json]:
    """The first places of a board as it was sealed."""
    items: list[Json] = _get(client, f"/v1/periods/{month}/boards/{board}?limit=10")["items"]
    return items


def _get(client: httpx.Client, path: str) -> Json:
    response = sending.patiently(lambda: client.get(path))
    sending.stop_if_refused(response)
    answer: Json = response.json()
    return answer
