"""Boards through the door: what is counted, taken back and answered."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.titles_and_badges.queries import awards
from services.titles_and_badges.queries import boards as queries
from services.titles_and_badges.repository import communities
from services.titles_and_badges.use_cases import projecting
from shared import clock
from shared.http import kept
from tests.titles_and_badges.boards.conftest import ALL, MAY, Boards, liked
from tests.titles_and_badges.consumer_rules.conftest import HOUR


def test_an_answer_says_what_it_is_about(boards: Boards) -> None:
    boards.put(ties="dense", windows=["month", "last-30-days"])
    boards.hear(*liked(boards, ann=2, bob=1))
    shown = boards.standings(MAY)
    assert {
        name: shown[name] for name in ("board", "window", "period", "from", "until", "time_zone", "ties")
    } == {
        "board": "likes",
        "window": "month",
        "period": "2026-05",
        "from": "2026-05-01",
        "until": "2026-06-01",
        "time_zone": "Europe/Kyiv",
        "ties": "dense",
    }
    assert (shown["sealed"], shown["total"], shown["name"]) == (False, 2, "Likes")
    assert shown["as_of"] == boards.standings("?window=last-30-days")["as_of"]
    assert boards.standings()["window"] == "month"
    assert boards.standings()["items"] == []  # of the present month, which is short


def test_retracted_at_any_age_its_credits_go_and_no_others(boards: Boards) -> None:
    boards.put(cap_a_day=3)
    old = HOUR - timedelta(days=300)
    boards.hear(*(boards.like(f"x{n}", "ann", f"fan-{n}", published=old) for n in range(4)))
    boards.hear(*liked(boards, ann=2, bob=1))
    assert boards.rows(ALL) == [(1, "ann", 5), (2, "bob", 1)]
    boards.hear(boards.retraction("x1", "ann"))
    assert boards.rows(ALL) == [(1, "ann", 5), (2, "bob", 1)]  # of four, three still fit under the cap
    boards.hear(boards.retraction("x2", "ann"), boards.retraction("x3", "ann"))
    assert boards.rows(ALL) == [(1, "ann", 3), (2, "bob", 1)]
    boards.hear(*(boards.retraction(name, "ann") for name in ("x0", "ann-0", "ann-1")))
    assert boards.rows(ALL) == [(1, "bob", 1)]


def test_my_place_is_the_place_in_the_list_also_among_ties(boards: Boards) -> None:
    names = [f"m{number}" for number in range(9)]
    boards.people(*names)
    for ties in ("competition", "dense", "ordinal"):
        boards.put(ties=ties)
        boards.hear(*liked(boards, **{name: 1 + number % 3 for number, name in enumerate(names)}))
        listed = boards.rows(MAY + "&limit=100")
        assert len(listed) == 9
        for index, (place, member, score) in enumerate(listed):
            mine = boards.standings(f"/{member}{MAY}&around=2")
            assert (mine["rank"], mine["score"], mine["of"]) == (place, score, 9)
            near = [(row["rank"], row["member"]["id"], row["score"]) for row in mine["neighbours"]]
            assert near == listed[max(0, index - 2) : index + 3]


def test_any_page_by_cursor_and_by_place(boards: Boards) -> None:
    names = [f"m{number:02}" for number in range(12)]
    boards.people(*names)
    boards.put()
    boards.hear(*liked(boards, **{name: 1 + number // 3 for number, name in enumerate(names)}))
    whole = boards.rows(MAY + "&limit=100")
    assert [place for place, *_ in whole] == [1, 1, 1, 4, 4, 4, 7, 7, 7, 10, 10, 10]
    page, seen = boards.standings(MAY + "&limit=5"), []
    while True:
        seen += [(row["rank"], row["member"]["id"], row["score"]) for row in page["items"]]
        if page["next"] is None:
            break
        page = boards.standings(f"{MAY}&limit=5&cursor={page['next']}")
    assert seen == whole
    assert boards.rows(MAY + "&limit=3&rank=4") == whole[3:6]
    assert boards.rows(MAY + "&limit=3&rank=6") == whole[3:6]  # all who share the place are shown
    assert boards.rows(MAY + "&rank=13") == []
    boards.put(ties="ordinal")
    assert [row[0] for row in boards.rows(MAY + "&limit=3&rank=6")] == [6, 7, 8]
    boards.put(ties="dense")
    assert [row[0] for row in boards.rows(MAY + "&limit=4&rank=3")] == [3, 3, 3, 4]
    assert boards.badges("GET", "/v1/boards/likes/standings?cursor=eHg").status_code == 422


def test_movement_is_since_the_period_before_and_past_ones_stay(boards: Boards) -> None:
    boards.put(windows=["day", "week", "month", "all"])
    april = HOUR - timedelta(days=30)
    boards.hear(*liked(boards, ann=3, bob=1, eve=2))
    boards.hear(*(boards.like(f"april-{n}", "bob", f"fan-{n}", published=april) for n in range(5)))
    boards.hear(boards.like("april", "ann", "fan-1", published=april))
    moved = {row["member"]["id"]: row["movement"] for row in boards.standings(MAY)["items"]}
    assert moved == {"ann": 1, "bob": -2, "eve": None}
    assert boards.rows("?window=month&period=2026-04") == [(1, "bob", 5), (2, "ann", 1)]
    assert boards.rows("?window=day&period=2026-05-01")[0] == (1, "ann", 3)
    assert boards.rows("?window=week&period=2026-W18")[0] == (1, "ann", 3)
    assert boards.standings(f"/ann{MAY}")["movement"] == 1
    assert boards.standings(f"/ann{ALL}")["movement"] is None


def test_what_was_gained_since_yesterday_a_week_and_four_weeks(boards: Boards) -> None:
    boards.put(windows=["all"])
    now = clock.now()
    for member, days in {"ann": [1], "bob": [1, 7, 28]}.items():
        boards.hear(
            *(boards.like(f"{member}-{n}", member, "fan", published=now - timedelta(days=n)) for n in days)
        )
    gained = {name: boards.standings(f"/{name}{ALL}")["gained"] for name in ("ann", "bob")}
    assert list(gained["ann"].values()) == [1, 1, 1]
    assert list(gained["bob"].values()) == [1, 2, 3]


def test_what_is_not_shown_yet_is_pending_and_then_is_not(boards: Boards) -> None:
    boards.put()
    boards.hear(*liked(boards, ann=1))
    assert projecting.is_behind(boards.community)
    assert awards.pending()["boards"] > 0
    boards.courier.carry()
    assert not projecting.is_behind(boards.community)


def test_an_answer_has_a_tag_that_changes_with_it_alone(boards: Boards) -> None:
    boards.put()
    boards.hear(*liked(boards, ann=1))
    boards.courier.carry()
    path = f"/v1/boards/likes/standings{ALL}"
    first = boards.badges("GET", path)
    again = boards.badges("GET", path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    boards.hear(*liked(boards, bob=2))
    boards.courier.carry()
    changed = boards.badges("GET", path, headers={"If-None-Match": first.headers["ETag"]})
    assert (changed.status_code, changed.headers["ETag"] != first.headers["ETag"]) == (200, True)


def test_what_is_asked_again_at_once_asks_nobody_and_is_for_the_same_token_and_page_alone(
    boards: Boards, monkeypatch: pytest.MonkeyPatch
) -> None:
    boards.put()
    boards.hear(*liked(boards, ann=1))
    boards.courier.carry()
    monkeypatch.setattr(kept, "FRESH_SECONDS", 60.0)
    page, path = "https://shop.example", f"/v1/boards/likes/standings{ALL}"
    token = boards.badges.token("publishable", origins=[page])

    def ask(**more: str) -> Any:
        return boards.badges("GET", path, headers={"Authorization": f"Bearer {token}", "Origin": page} | more)

    first = ask()
    monkeypatch.setattr(queries, "standing", None)
    monkeypatch.setattr(queries, "revision", None)
    monkeypatch.setattr(communities, "load", None)
    again, unchanged = ask(), ask(**{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (200, first.data)
    assert (unchanged.status_code, unchanged.data) == (304, b"")
    for name in ("ETag", "Cache-Control", "Access-Control-Allow-Origin", "X-Content-Type-Options", "Vary"):
        assert again.headers[name] == unchanged.headers[name] == first.headers[name]
    assert ask(**{"X-Request-Id": "mine"}).headers["X-Request-Id"] == "mine"
    assert ask(Origin="https://evil.example").status_code == 403
    assert ask(Authorization="Bearer x").status_code == 401
    assert boards.badges.client.get(path).status_code == 401


@pytest.mark.parametrize(
    "query",
    [
        "?window=decade",
        "?window=day",
        "?window=month&period=2026-13",
        "?window=all&period=2026-10",
        "?window=month&period=x",
    ],
)
def test_a_period_that_is_none_is_refused(boards: Boards, query: str) -> None:
    boards.put()
    assert boards.badges("GET", f"/v1/boards/likes/standings{query}").status_code == 422
    assert boards.badges("GET", f"/v1/boards/likes/standings/ann{query}").status_code == 422


def test_two_viewers_in_two_zones_see_one_board(boards: Boards) -> None:
    boards.put()
    boards.hear(boards.like("x", "ann", "fan", published=datetime(2026, 4, 30, 21, 30, tzinfo=UTC)))
    west, east = (
        {"Accept-Language": each, "X-Time-Zone": zone} for each, zone in (("en", "GMT-1"), ("uk", "GMT+1"))
    )
    boards.courier.carry()
    answers = [
        boards.badges("GET", f"/v1/boards/likes/standings{MAY}", headers=each).data for each in (west, east)
    ]
    assert answers[0] == answers[1]
    assert b'"ann"' in answers[0]  # in the community's zone it was already May
