"""Every kind and policy at once, live and counted from the facts alone: nothing drifts, whenever somebody looks."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.titles_and_badges.use_cases import comparing, passing
from shared import clock
from tests.fixtures import Courier, Door

START = datetime.fromisoformat("2040-03-01T12:00:00+00:00")
CREATE: dict[str, Any] = {"where": {"type": "Create"}}
LIKE: dict[str, Any] = {"role": "author", "where": {"type": "Like"}}
BADGES: dict[str, dict[str, Any]] = {
    "run": {"criterion": {"kind": "streak", "freeze": 1, **CREATE}, "at": 2, "policy": "live"},
    "old": {"criterion": {"kind": "tenure", "unit": "month"}, "at": 1, "expires_after": {"months": 1}},
    "nth": {"criterion": {"kind": "nth", **CREATE}, "at": 2},
    "part": {"criterion": {"kind": "ratio", "part": CREATE, "whole": {}, "least": 2}, "at": 60, "policy": "live"},
    "capped": {"criterion": {"kind": "count", **LIKE, "per_giver": {"most": 1}}, "at": 2},
    "score": {"criterion": {"kind": "object-score"}, "at": 2, "policy": "live", "keep": 50, "repeat": "object"},
    "early": {"criterion": {"kind": "first", **CREATE}, "most_holders": 1},
    "month": {"criterion": {"kind": "count", **CREATE}, "at": 2, "repeat": "month", "expires_after": {"days": 20}},
    "both": {
        "criterion": {
            "kind": "compound", "all": [{"kind": "first", **CREATE}, {"kind": "tenure", "unit": "day", "at": 9}],
        },
    },
    "chain": {"criterion": {"kind": "chain", "all": [{"badge": "nth"}, {"badge": "early"}]}, "policy": "live"},
}  # fmt: skip


def deeds() -> list[dict[str, Any]]:
    made = [
        {"id": f"{actor} {hour}", "type": "Create", "actor": actor, "object": f"{actor} {hour}",
         "published": (START + timedelta(hours=hour)).isoformat()}
        for actor in ("ann", "bob") for hour in (1, 25, 73, 24 * 35)
    ]  # fmt: skip
    votes = [
        {"id": f"{fan} {kind} {hour}", "type": kind, "actor": fan, "object": "ann 1",
         "published": (START + timedelta(hours=hour)).isoformat()}
        for fan, kind, hour in (("bob", "Like", 2), ("cy", "Like", 3), ("cy", "Like", 4), ("dan", "Dislike", 90))
    ]  # fmt: skip
    return [*made, *votes]


def drift(community: str) -> list[Any]:
    return [each for step in comparing.compare(community) for each in step.drift]


@pytest.mark.parametrize("order", [1, -1])
def test_nothing_drifts(
    badges: Door, activity: Door, courier: Courier, monkeypatch: pytest.MonkeyPatch, order: int
) -> None:
    def go(days: int) -> None:
        monkeypatch.setattr(clock, "now", lambda: START + timedelta(days=days))
        passing.notice()
        courier.carry()

    monkeypatch.setattr(clock, "now", lambda: START)
    for slug, badge in BADGES.items():
        assert (
            badges("PUT", f"/v1/badges/{slug}", {"name": slug, "description": "", **badge}).status_code == 200
        )
    for each in deeds()[::order]:
        activity("POST", "/v1/activities", [each])
    go(0)
    seen = []
    for days in (3, 6, 12, 33, 40, 70, 400):
        go(days)
        assert drift(courier.community) == []
        seen.append(tuple(sorted(each["badge"] for each in held(badges))))
    assert len(set(seen)) >= 3  # time does change them
    assert all("nth" in each and "early" in each for each in seen)


def held(badges: Door) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = badges("GET", "/v1/members/ann/badges").json["items"]
    return items
