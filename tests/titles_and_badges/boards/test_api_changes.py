"""Boards whose definition changes, or whose people, or whose zone."""

from datetime import UTC, datetime, timedelta

from shared import clock
from shared.clock import BEGINNING
from shared.events.activity import RoleSince
from tests.titles_and_badges.boards.conftest import ALL, MAY, Boards, liked
from tests.titles_and_badges.consumer_rules.conftest import HOUR


def test_changed_points_hold_from_now_on_and_for_the_past_only_when_ordered(boards: Boards) -> None:
    boards.put()
    boards.hear(*liked(boards, ann=2))
    dearer = [{"role": "author", "where": {"type": "Like"}, "points": 10}]
    assert boards.put(points=dearer).json["version"] == 2
    boards.hear(boards.like("new", "bob", "fan", published=clock.now() + timedelta(seconds=1)))
    boards.hear(boards.like("late", "bob", "fan-2", published=HOUR))
    assert boards.rows(ALL) == [(1, "bob", 11), (2, "ann", 2)]
    answer = boards.put(points=dearer, effective="always")
    assert [each["effective"] for each in answer.json["policies"]] == ["always"]
    assert boards.rows(ALL) == [(1, "ann", 20), (1, "bob", 20)]
    boards.put(effective="2026-05-01T10:01:00Z")
    assert boards.rows(ALL) == [(1, "ann", 11), (1, "bob", 11)]


def test_a_new_board_counts_all_that_was_ever_done_and_a_name_alone_counts_nothing_anew(
    boards: Boards,
) -> None:
    boards.hear(*liked(boards, ann=2, bob=1))
    boards.put()
    assert boards.rows(ALL) == [(1, "ann", 2), (2, "bob", 1)]
    before = boards.standings(ALL)["revision"]
    boards.put(name="Other", description="Likes.", ties="ordinal")
    shown = boards.standings(ALL)
    assert (shown["name"], shown["ties"], shown["revision"]) == ("Other", "ordinal", before)


def test_a_window_that_is_added_is_filled_and_one_that_is_dropped_is_gone(boards: Boards) -> None:
    boards.put(windows=["month"])
    boards.hear(*liked(boards, ann=2))
    assert boards.badges("GET", f"/v1/boards/likes/standings{ALL}").status_code == 422
    boards.put(windows=["all"])
    assert boards.rows(ALL) == [(1, "ann", 2)]
    assert boards.badges("GET", f"/v1/boards/likes/standings{MAY}").status_code == 422
    boards.put(windows=["month", "all"])
    assert boards.rows(MAY) == [(1, "ann", 2)]


def test_a_retired_board_counts_no_more_and_stays(boards: Boards) -> None:
    boards.put()
    boards.hear(*liked(boards, ann=2))
    assert boards.badges("DELETE", "/v1/boards/likes").status_code == 204
    boards.hear(boards.like("new", "bob", "fan", published=clock.now() + timedelta(seconds=1)))
    assert boards.rows(ALL) == [(1, "ann", 2)]
    assert boards.badges("GET", "/v1/boards/likes").json["status"] == "retired"


def test_a_draft_is_seen_by_admins_alone_and_counts_nothing(boards: Boards) -> None:
    boards.put(status="draft")
    boards.hear(*liked(boards, ann=2))
    server = {"Authorization": f"Bearer {boards.badges.token('server')}"}
    assert boards.badges("GET", "/v1/boards/likes").json["status"] == "draft"
    assert boards.badges("GET", "/v1/boards/likes", headers=server).status_code == 404
    assert boards.badges("GET", "/v1/boards", headers=server).json == {"items": []}
    assert boards.badges("GET", "/v1/boards/likes/standings").status_code == 404
    boards.put()
    assert boards.rows(ALL) == [(1, "ann", 2)]


def test_two_accounts_that_become_one_have_one_standing(boards: Boards) -> None:
    boards.put()
    boards.hear(*liked(boards, ann=2, bob=3))
    assert boards.rows(ALL) == [(1, "bob", 3), (2, "ann", 2)]
    # What `activity` tells of a merge: bob's facts are withdrawn from him, and are ann's in a higher version.
    boards.hear(*(boards.retraction(f"bob-{n}", "bob") for n in range(3)))
    boards.hear(*(boards.like(f"bob-{n}", "ann", f"fan-{n}", version=2) for n in range(3)))
    boards.follow(boards.profile("bob", merged_into=boards.member("ann")))
    assert boards.rows(ALL) == [(1, "ann", 5)]
    assert boards.standings(f"/bob{ALL}")["rank"] == 1  # his old name finds who he is now


def test_an_exclusion_goes_with_the_person_and_its_name_with_an_erasure(boards: Boards) -> None:
    why = {"reason": "Judges do not compete.", "from": "2026-01-01"}
    boards.put(exclude={"ranking": [{"member": "ann", **why}]})
    boards.hear(*liked(boards, ann=5, bob=3, eve=1))
    assert boards.rows(ALL) == [(1, "bob", 3), (2, "eve", 1)]
    mine = boards.standings(f"/ann{ALL}")
    assert (mine["rank"], mine["score"], mine["neighbours"]) == (None, 5, [])
    assert mine["excluded"] == {"reason": why["reason"], "from": "2026-01-01", "until": None}
    boards.follow(boards.profile("ann", merged_into=boards.member("bob")))
    assert boards.rows(ALL) == [
        (1, "eve", 1)
    ]  # bob is who ann was, and her facts are still on their way to him
    boards.follow("ann")
    shown = boards.badges("GET", "/v1/boards/likes").json
    assert shown["exclude"] == {"ranking": []}


def test_whoever_is_not_known_cannot_be_excluded(boards: Boards) -> None:
    refused = boards.put(exclude={"earning": [{"member": "nobody", "reason": "Who?"}]})
    assert refused.status_code == 422
    assert refused.json["errors"][0]["pointer"] == "/exclude/earning/0/member"


def test_who_becomes_staff_or_opts_out_leaves_the_ranking(boards: Boards) -> None:
    boards.put(exclude={"ranking": [{"role": "staff", "reason": "Paid."}]})
    boards.hear(*liked(boards, ann=3, bob=2, eve=1))
    assert [row[1] for row in boards.rows(MAY)] == ["ann", "bob", "eve"]
    boards.follow(boards.profile("ann", roles=[RoleSince(role="staff", since=BEGINNING)]))
    assert boards.rows(MAY) == [(1, "bob", 2), (2, "eve", 1)]
    assert boards.standings(f"/ann{MAY}")["excluded"]["reason"] == "Paid."
    boards.follow(boards.profile("ann"))
    assert [row[1] for row in boards.rows(MAY)] == ["ann", "bob", "eve"]
    boards.follow(boards.bot("fan-0"))  # whose likes gave one point to each
    assert boards.rows(MAY) == [(1, "ann", 2), (2, "bob", 1)]


def test_a_change_of_zone_moves_what_was_done_at_the_border(boards: Boards) -> None:
    boards.put()
    boards.hear(boards.like("x", "ann", "fan", published=datetime(2026, 4, 30, 22, tzinfo=UTC)))
    assert boards.rows(MAY) == [(1, "ann", 1)]
    boards.follow(boards.zone("America/Los_Angeles"))
    assert boards.rows(MAY) == []
    assert boards.rows("?window=month&period=2026-04") == [(1, "ann", 1)]
