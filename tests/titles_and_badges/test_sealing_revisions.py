"""What comes late for a sealed month makes a new visible revision; the old bytes stay, and holders follow."""

import pytest

from services.titles_and_badges.repository import closings
from tests.fixtures import Courier, Door
from tests.titles_and_badges.months import CROWD, OCTOBER, SEPTEMBER, TITLE, Village, bytes_of, holders


@pytest.fixture
def village(activity: Door, courier: Courier) -> Village:
    return Village(activity, courier)


def test_a_late_event_makes_a_new_visible_revision_and_the_old_bytes_stay(
    village: Village, badges: Door
) -> None:
    village.define()
    village.likes("ann", CROWD[:3])
    village.likes("bob", CROWD[:2])
    village.likes("cid", CROWD[:1])
    village.seal()
    first = bytes_of(village.sealed())
    village.told()
    village.likes("cid", CROWD)
    village.seal_what_is_late()
    assert bytes_of(village.sealed(number=1)) == first
    assert village.sealed()["revision"] == 2
    assert holders(badges) == [(OCTOBER, "cid", 1), (OCTOBER, "ann", 2)]
    corrected = [headers["ce_subject"] for kind, headers in village.told() if kind == "title.corrected"]
    assert len(corrected) == len(set(corrected)) == 2  # ann moved, bob lost it
    shown = badges("GET", f"/v1/periods/{OCTOBER}").json
    assert [each["revision"] for each in shown["revisions"]] == [2, 1]
    old = badges("GET", f"/v1/periods/{OCTOBER}?revision=1").json
    assert [each["member"]["id"] for each in old["titles"][0]["holders"]] == ["ann", "bob"]


def test_a_revision_says_nothing_of_holders_whom_it_leaves_as_they_were(
    village: Village, badges: Door
) -> None:
    village.define()
    village.likes("ann", CROWD[:3])
    village.likes("bob", CROWD[:2])
    village.seal()
    village.told()
    village.likes("cid", CROWD[:1])
    village.seal_what_is_late()
    assert (village.sealed()["revision"], holders(badges)) == (2, [(OCTOBER, "ann", 1), (OCTOBER, "bob", 2)])
    assert village.kinds() == ["period.sealed"]


def test_a_retraction_after_sealing_corrects_the_title_and_undoing_it_by_another_like_awards_it_again(
    village: Village, badges: Door
) -> None:
    village.define(**{"most-liked": {**TITLE, "holders": 1}})
    deeds = village.likes("ann", CROWD[:3])
    village.likes("bob", CROWD[:2])
    village.seal()
    for deed in deeds[1:]:
        village.activity("DELETE", f"/v1/activities/{deed.replace('/', '%2F')}")
    village.seal_what_is_late()
    assert holders(badges) == [(OCTOBER, "bob", 1)]
    village.likes("ann", CROWD[3:])
    village.seal_what_is_late()
    assert holders(badges) == [(OCTOBER, "ann", 1)]
    assert village.sealed()["revision"] == 3
    kinds = village.kinds()
    assert (kinds.count("title.awarded"), kinds.count("title.corrected")) == (3, 2)


def test_what_comes_late_and_changes_nothing_makes_no_revision(village: Village) -> None:
    village.define()
    village.likes("ann", CROWD[:3])
    village.seal()
    village.activity(
        "POST", "/v1/activities",
        {"id": "join", "type": "Join", "actor": "zoe", "published": "2026-10-05T00:00:00Z", "object": {"id": "event"}},
    )  # fmt: skip
    village.seal_what_is_late()
    assert closings.load(village.community)["due"] == []
    assert village.sealed()["revision"] == 1


def test_what_is_done_now_does_not_touch_a_sealed_month(village: Village) -> None:
    village.define()
    village.likes("ann", CROWD[:3])
    village.seal()
    village.likes("ann", CROWD, day="2026-11-05")
    village.courier.carry()
    assert "late_since" not in closings.load(village.community)


def test_who_turns_out_to_be_a_bot_or_of_the_staff_loses_the_title_by_a_revision(
    village: Village, badges: Door
) -> None:
    village.define()
    for name, number in (("ann", 4), ("bob", 3), ("cid", 2)):
        village.likes(name, CROWD[:number])
    village.seal()
    village.declare(ann={"role": "bot"}, bob={"role": "staff", "since": "2026-10-20T00:00:00Z"})
    village.seal_what_is_late()
    assert holders(badges) == [(OCTOBER, "cid", 1)]


def test_sealed_definitions_hold_for_later_revisions_until_somebody_orders_otherwise(
    village: Village, badges: Door
) -> None:
    village.define()
    village.likes("ann", CROWD[:3])
    village.likes("bob", CROWD[:2])
    village.seal()
    village.define(**{"most-liked": {**TITLE, "holders": 1}})
    village.seal()
    assert (village.sealed()["revision"], len(holders(badges))) == (1, 2)
    village.seal(redefined=True)
    assert (village.sealed()["revision"], holders(badges)) == (2, [(OCTOBER, "ann", 1)])


def test_a_cooldown_looks_at_sealed_months_and_follows_their_revisions(
    village: Village, badges: Door
) -> None:
    village.define(**{"most-liked": {**TITLE, "holders": 1, "cooldown": 1}})
    for day in ("2026-09-10", "2026-10-10"):
        village.likes("ann", CROWD[:3], day=day)
        village.likes("bob", CROWD[:2], day=day)
    village.seal(SEPTEMBER, OCTOBER)
    assert holders(badges) == [(OCTOBER, "bob", 1), (SEPTEMBER, "ann", 1)]
    why = badges("GET", f"/v1/members/ann/titles/most-liked?period={OCTOBER}").json
    assert (why["holds"], [each["detail"] for each in why["against"]]) == (
        False, ["the member held it in 2026-09, and can hold it again from 2026-11 on"],
    )  # fmt: skip
    village.likes("bob", CROWD, day="2026-09-11")  # September was bob's after all, so October is ann's
    village.seal_what_is_late()
    village.seal_what_is_late()
    assert holders(badges) == [(OCTOBER, "ann", 1), (SEPTEMBER, "bob", 1)]
