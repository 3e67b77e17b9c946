"""Previews of boards and titles: what would be seen, and who would hold what of sealed months; nothing changes."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from services.titles_and_badges.repository import DATABASE
from services.titles_and_badges.use_cases import previewing_boards
from shared import clock, mongo
from tests.fixtures import Courier, Door, Said
from tests.titles_and_badges.months import BOARD, OCTOBER, SEPTEMBER, TITLE, Village

FANS = [f"fan{number}" for number in range(6)]
#: A board of those who write instead of those who are liked, also for all that was ever done.
WRITERS = {"name": "Liked", "points": [{"role": "actor", "where": {"type": "Create"}}], "effective": "always"}


@pytest.fixture
def village(activity: Door, courier: Courier, monkeypatch: pytest.MonkeyPatch) -> Village:
    """Of October: ann is liked most, then bob, then cid, who writes most. It is November the 15th."""
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 15, 12, tzinfo=UTC))
    found = Village(activity, courier)
    found.define()
    found.likes("ann", FANS[:3])
    found.likes("bob", FANS[:2])
    for _ in range(3):
        found.likes("cid", [])
    found.likes("cid", FANS[:1])
    return found


def stored(community: str) -> list[Any]:
    """All that a preview must leave as it is."""
    rooms = ("facts", "credits", "credit_marks", "boards", "titles", "title_holders", "seals", "seal_chunks",
             "closings", "communities", "work", "outbox", "awards")  # fmt: skip
    which: dict[str, Any] = {"$or": [{"community": community}, {"_id": community}]}
    shown = {"_id": {"$gt": f"{community}:", "$lt": f"{community};"}}
    return [
        *(list(mongo.collection(DATABASE, room).find(which)) for room in rooms),
        *(list(mongo.collection(DATABASE, room).find(shown)) for room in ("standings", "score_counts")),
    ]


def changes(preview: Any) -> list[tuple[str, str, str]]:
    return sorted((row["period"], row["member"]["id"], row["change"]) for row in preview["changes"])


def test_a_title_says_who_would_hold_it_instead_and_nothing_changes(village: Village, badges: Door) -> None:
    village.seal()
    before = stored(village.community)
    one = badges("POST", "/v1/titles/most-liked/preview", {**TITLE, "holders": 1}).json
    assert changes(one) == [(OCTOBER, "ann", "stays"), (OCTOBER, "bob", "loses it")]
    assert (one["notifications"], one["months"], one["complete"]) == (1, [OCTOBER], True)
    three = badges("POST", "/v1/titles/most-liked/preview", {**TITLE, "holders": 3}).json
    assert changes(three)[-1] == (OCTOBER, "cid", "gains it")
    barred = {**TITLE, "excluded": [{"member": "ann", "reason": "She asked for it."}]}
    assert changes(badges("POST", "/v1/titles/most-liked/preview", barred).json) == [
        (OCTOBER, "ann", "loses it"), (OCTOBER, "bob", "moves"), (OCTOBER, "cid", "gains it"),
    ]  # fmt: skip
    new = {**TITLE, "measure": {"gives": [{"where": {"type": "Like"}}], "per": "post"}, "holders": 1}
    assert changes(badges("POST", "/v1/titles/another/preview", new).json) == [(OCTOBER, "ann", "gains it")]
    assert stored(village.community) == before


def test_several_sealed_months_are_looked_at_if_asked_for(village: Village, badges: Door) -> None:
    village.likes("bob", FANS, day="2026-09-10")
    village.seal(SEPTEMBER, OCTOBER)
    wanted = {**TITLE, "holders": 1}
    both = badges("POST", "/v1/titles/most-liked/preview?months=2", wanted).json
    assert changes(both) == [
        (SEPTEMBER, "bob", "stays"), (OCTOBER, "ann", "stays"), (OCTOBER, "bob", "loses it"),
    ]  # fmt: skip
    none = badges("POST", "/v1/titles/most-liked/preview?months=0", wanted).json
    assert (none["months"], none["changes"]) == ([], [])


def test_a_board_says_who_enters_and_leaves_its_top_and_which_titles_change(
    village: Village, badges: Door
) -> None:
    for author, fans in (("ann", FANS[:3]), ("bob", FANS[:2]), ("cid", FANS[:1])):
        village.likes(author, fans, day="2026-11-10")
    village.likes("cid", [], day="2026-11-11")
    village.likes("ann", [])
    village.seal()
    before = stored(village.community)
    said = badges("POST", "/v1/boards/liked/preview?top=2", WRITERS).json
    assert (said["window"], said["period"], said["complete"]) == ("month", "2026-11", True)
    assert [(row["member"]["id"], row["rank"], row["rank_before"], row["change"]) for row in said["rows"]] == [
        ("cid", 1, 3, "enters"), ("ann", 2, 1, "falls"), ("bob", 2, 2, "stays"),
    ]  # fmt: skip
    assert [row["member"]["id"] for row in said["enter"]] == ["cid"]
    assert (said["leave"], said["total"], said["total_before"], said["rise"], said["fall"]) == (
        [],
        3,
        3,
        1,
        1,
    )
    assert changes(said) == [
        (OCTOBER, "ann", "moves"), (OCTOBER, "bob", "loses it"), (OCTOBER, "cid", "gains it"),
    ]  # fmt: skip
    assert said["notifications"] == 3
    assert (said["cost"]["members"], said["cost"]["facts"]) == (3, 11)  # what they wrote, and no like
    assert stored(village.community) == before


def test_a_policy_from_now_on_moves_nothing_and_a_new_board_shows_what_it_would_show(
    village: Village, badges: Door
) -> None:
    village.likes("ann", FANS[:1], day="2026-11-10")
    village.seal()
    same = badges("POST", "/v1/boards/liked/preview", {**WRITERS, "effective": "now"}).json
    assert [(row["member"]["id"], row["change"]) for row in same["rows"]] == [("ann", "stays")]
    assert {change for *_, change in changes(same)} == {"stays"}
    every = {**BOARD, "windows": ["all"]}
    new = badges("POST", "/v1/boards/another/preview", every).json
    assert [(row["member"]["id"], row["rank"], row["score"]) for row in new["rows"]] == [
        ("ann", 1, 40), ("bob", 2, 20), ("cid", 3, 10),
    ]  # fmt: skip
    assert {row["change"] for row in new["rows"]} == {"enters"}
    assert (new["changes"], new["notifications"]) == ([], 0)


def test_a_preview_of_a_board_shows_what_defining_it_shows_then(village: Village, badges: Door) -> None:
    village.likes("ann", FANS[:2], day="2026-11-10")
    village.likes("bob", FANS[:4], day="2026-11-11")
    village.courier.carry()
    wanted = {
        **BOARD,
        "by_giver": {"shares": [100, 10]},
        "cap_a_day": 30,
        "exclude": {"ranking": [{"member": "ann", "reason": "She asked for it."}]},
        "effective": "always",
    }
    seen = badges("POST", "/v1/boards/liked/preview", wanted).json
    badges("PUT", "/v1/boards/liked", wanted)
    village.courier.carry()
    shown = badges("GET", "/v1/boards/liked/standings").json["items"]
    assert [(row["member"]["id"], row["rank"], row["score"]) for row in shown] == [("bob", 1, 30)]
    assert [(row["member"]["id"], row["rank"], row["score"]) for row in seen["rows"]] == [
        ("bob", 1, 30), ("ann", None, None),
    ]  # fmt: skip
    assert [row["member"]["id"] for row in seen["leave"]] == ["ann"]


def test_a_preview_that_is_broken_off_says_so(village: Village) -> None:
    village.seal()
    found = previewing_boards.preview(village.community, "liked", WRITERS, top=10, months=1, seconds=-1)
    assert not found["complete"]
    assert (found["months"], found["changes"]) == ([], [])


@pytest.mark.usefixtures("village")
def test_what_defining_refuses_its_preview_refuses(badges: Door) -> None:
    assert badges("POST", "/v1/titles/most-liked/preview", {**TITLE, "board": "nowhere"}).status_code == 422
    unknown = {**BOARD, "exclude": {"ranking": [{"member": "nobody", "reason": "x"}]}}
    assert badges("POST", "/v1/boards/liked/preview", unknown).status_code == 422
    assert badges("POST", "/v1/boards/liked/preview?months=99", BOARD).status_code == 422


def test_an_operator_previews_boards_and_titles_of_a_file(
    village: Village, laurel: Callable[..., Said], tmp_path: Path
) -> None:
    village.seal()
    file = tmp_path / "definitions.json"
    wanted = {
        "boards": [{"slug": "liked", **WRITERS}],
        "titles": [{"slug": "most-liked", **TITLE, "holders": 1}],
    }
    file.write_text(json.dumps(wanted))
    said = laurel("titles-and-badges", "preview", str(file), "--community", village.community)
    board, title = [json.loads(line) for line in said.out.splitlines()]
    assert (board["board"], board["period"], board["notifications"]) == ("liked", "2026-11", 3)
    assert (title["title"], changes(title)) == (
        "most-liked", [(OCTOBER, "ann", "stays"), (OCTOBER, "bob", "loses it")],
    )  # fmt: skip
