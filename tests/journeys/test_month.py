"""A month on the running whole: it closes through Kafka, is sealed by whichever `jobs` is alive, and stays."""

import csv
import io
import threading
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.live import Live, wait_for

BOARD = {"name": "Liked", "points": [{"role": "author", "where": {"type": "Like"}, "points": 10}]}
TITLE = {"name": "Most liked", "board": "liked", "holders": 2, "cooldown": 1}
MONTHS = ("2026-09", "2026-10")
KILLS = 4
KILL_EVERY_SECONDS = 5.0
AUTHORS = {"ann": 4, "bob": 3, "cid": 2, "dan": 1}


def deeds(month: str) -> list[dict[str, Any]]:
    """Everybody writes something, and is liked by so many."""
    found = []
    for author, likes in AUTHORS.items():
        post = {"id": f"{month}/{author}", "type": "Post", "attributedTo": author}
        for giver in (author, *(f"fan{number}" for number in range(likes))):
            kind = "Create" if giver == author else "Like"
            found.append(
                {"id": f"{kind}/{month}/{author}/{giver}", "type": kind, "actor": giver, "object": post,
                 "published": f"{month}-10T10:00:00Z"}
            )  # fmt: skip
    return found


def founded_long_ago(live: Live, slug: str) -> None:
    """A community that has been there since August, whose months have not been looked at for all that time."""
    live.found(slug)
    live.handled()
    with live.client(slug, "TITLES_AND_BADGES") as badges:
        assert badges.put("/v1/boards/liked", json=BOARD).is_success
        assert badges.put("/v1/titles/most-liked", json=TITLE).is_success
    with live.client(slug) as activity:
        assert activity.post(
            "/v1/activities", json=[deed for month in MONTHS for deed in deeds(month)]
        ).is_success
    live.handled()
    live.database["activity"]["communities"].update_one(
        {"_id": slug}, {"$set": {"created": datetime(2026, 8, 20, tzinfo=UTC), "closes_at": None}}
    )


def holders(live: Live, slug: str) -> list[tuple[str, str]]:
    listed = live.laurel("titles-and-badges", "titles", "--community", slug, "--format", "csv")
    return [
        (row["period"], row["member"])
        for row in csv.DictReader(io.StringIO(listed))
        if row["status"] == "held"
    ]


@pytest.mark.timeout(300)
def test_months_are_closed_and_sealed_once_in_order_though_jobs_are_killed(
    live: Live,
) -> None:
    slug = f"month-{time.monotonic_ns()}"
    sealed = threading.Event()

    def kill() -> None:
        for _ in range(KILLS):
            if sealed.wait(KILL_EVERY_SECONDS):
                return
            for name in ("activity-jobs", "badges-jobs"):
                live.processes[name].kill()

    killer = threading.Thread(target=kill)
    founded_long_ago(live, slug)
    killer.start()
    try:
        with live.client(slug, "TITLES_AND_BADGES") as badges:
            wait_for(lambda: badges.get(f"/v1/periods/{MONTHS[-1]}").is_success, "the seal of October", 200)
    finally:
        sealed.set()
        killer.join()
    # Who held it in September rests in October.
    assert holders(live, slug) == [
        (MONTHS[0], "ann"),
        (MONTHS[0], "bob"),
        (MONTHS[1], "cid"),
        (MONTHS[1], "dan"),
    ]
    rows = live.database["titles_and_badges"]["title_holders"].find({"community": slug})
    assert {row["version"] for row in rows} == {1}  # each was announced once
    for month in MONTHS:
        verified = live.laurel(
            "titles-and-badges", "seal", "--community", slug, "--period", month, "--verify"
        )
        assert "revision 1: the bytes have the root" in verified
