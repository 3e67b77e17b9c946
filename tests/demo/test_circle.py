"""The demo's circle through all three services, their processes and Kafka: three generations, and told twice once."""

import io
import time
from pathlib import Path

import httpx
import pytest
from rich.console import Console

from deploy.demo import circle_tables
from deploy.demo.circle import FRIENDS, Circle
from shared import auth, clock
from tests.live import Live

pytestmark = pytest.mark.takes(30)
PAGE = "http://localhost:3000"


@pytest.fixture
def community(live: Live) -> str:
    slug = f"circle-{time.monotonic_ns()}"
    live.found(slug, definitions="community")
    live.handled()
    with live.client(slug) as activity:
        members = [{"id": "first", "name": "Noor"}, *({"id": each.id, "name": each.name} for each in FRIENDS)]
        assert activity.post("/v1/members", json=members).status_code == 200
    live.handled()
    return slug


def rep(live: Live, slug: str) -> httpx.Client:
    """Somebody who may grant, by the name under which the budget knows him."""
    key = Path(live.environment["LAUREL_TOKEN_SIGNING_KEY"])
    token = auth.mint(key, community=slug, kind="rep", subject="demo", now=clock.now())
    url = live.environment["LAUREL_REFERRAL_URL"]
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=60)


def test_a_recommendation_comes_full_circle(live: Live, community: str) -> None:
    with live.client(community, "REFERRAL") as admin, rep(live, community) as granting:
        circle = Circle(admin, granting, PAGE)
        assert not circle.is_told()
        circle.tell("first", live.handled)
        assert circle.is_told()

        found = circle.tree()
        brought = sorted((each["distance"], each["friend"], each["state"]) for each in found["items"])
        assert brought == [(1, "mia", "advocate"), (2, "jan", "advocate"), (3, "olu", "purchased")]
        last = circle.last()
        assert (last["ancestors"], last["generation"]) == (["jan", "mia", "first"], 3)

        owed = {(each["rule"], each["order"], each["member"]): each["net_minor"] for each in circle.rewards()}
        assert owed == {
            ("sale", "order-1001", "first"): 890,
            ("welcome", "order-1001", "mia"): 500,
            ("sale", "order-1002", "mia"): 425,
            ("welcome", "order-1002", "jan"): 500,
            ("upstream", "order-1002", "first"): 85,
            # A third of it was sent back.
            ("sale", "order-1003", "jan"): 800,
            ("welcome", "order-1003", "olu"): 333,
            ("upstream", "order-1003", "mia"): 160,
        }
        assert {each["id"]: each["state"] for each in circle.grants()} == {
            "thanks-1": "granted",
            "thanks-2": "waiting",
        }
        assert sorted(each["class"] for each in circle.clicks()) == ["person"] * 3 + ["preview"] * 3
    assert "Nothing differs." in live.laurel("referral", "audit", "--community", community)
    with live.client(community, "TITLES_AND_BADGES") as badges:
        for name in ("first", "mia", "jan"):
            held = badges.get(f"/v1/members/{name}/badges").json()["items"]
            assert [(each["badge"], each["level"]) for each in held] == [("connector", "bronze")]
        holders = badges.get("/v1/badges/connector/holders").json()["items"]
    console = Console(record=True, width=300, file=io.StringIO())
    circle_tables.recognised(console, holders, [{"state": "released", "to": "advocate", "member": "mia"}], {})
    told = console.export_text()
    assert "For it first, mia, jan hold the badge “Connector”" in told
    assert "mia waits for nothing" in told
