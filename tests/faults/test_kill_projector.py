"""The projector takes kill -9 in the middle of its steps, and the boards are what was done, counted once."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from shared import clock, orphans
from tests.faults.crash_points import Kill, Point, kill_at
from tests.live import LONGEST_SECONDS, Live, wait_for

JOBS = "badges-jobs"
SLUG = "boards"
BOARD = {"name": "Likes", "points": [{"role": "author", "where": {"type": "Like"}, "points": 3}]}
#: A request every so many seconds, with so many likes.
PAUSE, LIKES = 0.4, 2
#: How often a kill is tried at one point.
MOST = 4

#: At each collection that a step writes to, before its end.
INSIDE = [
    *(
        Point(process=JOBS, command=command, collection=f"titles_and_badges.{collection}")
        for command, collection in (
            ("insert", "standings"),
            ("update", "score_counts"),
            ("insert", "shown_credits"),
            ("delete", "credit_marks"),
        )
    ),
    Point(process=JOBS, command="commitTransaction"),
]
#: Between a step's end and the next one.
BEHIND = [Point(process=JOBS, command="commitTransaction", after=True)]

pytestmark = pytest.mark.takes(35)


@pytest.mark.timeout(600)
def test_boards_are_what_was_done_though_projectors_are_killed_inside_their_steps(
    live: Live, show: Callable[[str], None]
) -> None:
    live.laurel("communities", "create", SLUG, "--time-zone", "UTC")
    live.handled()
    # A community without a badge leaves no marks: every transaction of these `jobs` is a step of the projector.
    with live.client(SLUG, "TITLES_AND_BADGES") as client:
        assert client.put("/v1/boards/likes", json=BOARD).status_code == 200
    live.handled()
    with liking(live) as likes:
        inside = [_kill_inside(live, point, alone=number == 0)[-1] for number, point in enumerate(INSIDE)]
        behind = [_kill(live, point) for point in BEHIND]
    live.handled()
    show("\n".join(f"kill -9 of {kill.point}" for kill in (*inside, *behind)))
    assert all(kill.in_transaction for kill in inside)
    assert shown(live) == {member: 3 * count for member, count in likes.items()}
    assert "nothing differs" in live.laurel("titles-and-badges", "verify", "--community", SLUG)


def _kill_inside(live: Live, point: Point, *, alone: bool = False) -> list[Kill]:
    """Kill projectors there until one dies with its transaction open: a busy machine may let the first one go on."""
    kills = [_kill(live, point, alone=alone)]
    while not kills[-1].in_transaction and len(kills) < MOST:
        kills.append(_kill(live, point))
    return kills


def _kill(live: Live, point: Point, *, alone: bool = False) -> Kill:
    """Kill a projector there; `alone`: its successor has to wait for the dead one's lease, as it would in earnest."""
    kill = kill_at(live, point, LONGEST_SECONDS)
    assert kill is not None, point
    if not alone:
        orphans.end(live.database)
        live.database["titles_and_badges"]["leases"].update_one(
            {"_id": "projector"}, {"$set": {"until": clock.BEGINNING}}
        )
    return kill


def shown(live: Live) -> dict[str, int]:
    """The whole board, member → score."""
    said = live.laurel(
        "titles-and-badges", "board", "likes", "--community", SLUG, "--window", "all", "--format", "csv"
    )
    rows = [line.split(",") for line in said.splitlines()[1:]]
    return {member: int(score) for _, member, score in rows}


@contextmanager
def liking(live: Live) -> Iterator[Counter[str]]:
    """Ever more likes of ever more people. Yields how many of each were acknowledged, complete at the end."""
    likes: Counter[str] = Counter()
    enough = threading.Event()

    def like() -> None:
        number = 0
        with live.client(SLUG) as client:
            while not enough.wait(PAUSE):
                number += 1
                old, new = f"member-{number % 3}", f"newcomer-{number}"
                deeds = [_post(old), _post(new), *_likes(number, old), *_likes(number, new)]
                wait_for(lambda: _is_taken(client, deeds), "the door to take likes")  # noqa: B023 (at once)
                likes.update({old: LIKES, new: LIKES})

    thread = threading.Thread(target=like, daemon=True)
    thread.start()
    try:
        yield likes
    finally:
        enough.set()
        thread.join(LONGEST_SECONDS)
        assert not thread.is_alive(), "the likes did not come to their end"


def _is_taken(client: httpx.Client, deeds: list[dict[str, Any]]) -> bool:
    try:
        return client.post("/v1/activities", json=deeds).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _post(member: str) -> dict[str, Any]:
    return {
        "id": f"post-{member}",
        "type": "Create",
        "actor": member,
        "object": {"id": f"post-{member}", "type": "Post"},
        "published": "2026-01-01T00:00:00Z",
    }


def _likes(number: int, member: str) -> list[dict[str, Any]]:
    return [
        {
            "id": f"like-{number}-{member}-{fan}",
            "type": "Like",
            "actor": f"fan-{fan}",
            "object": {"id": f"post-{member}"},
            "published": f"2026-0{1 + number % 9}-01T00:00:00Z",
        }
        for fan in range(LIKES)
    ]
