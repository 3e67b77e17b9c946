"""What was said of somebody who was merged belongs to his survivor, whatever comes first: ranks, outcomes, refunds."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from services.titles_and_badges.queries import titles
from services.titles_and_badges.repository import DATABASE, communities
from services.titles_and_badges.use_cases import outcomes, recognising
from shared import identity, mongo, work
from shared.events import referral
from tests.fixtures import MEMBER_KEY, Courier, Door
from tests.interleaving import held as meanwhile
from tests.titles_and_badges.months import OCTOBER, Village
from tests.titles_and_badges.test_outcomes import WHEN, deliver, kind

if TYPE_CHECKING:
    from collections.abc import Callable

IN_OCTOBER = datetime(2026, 10, 5, tzinfo=UTC)
FANS = [f"fan{number}" for number in range(4)]
RANKED = {"name": "Top", "criterion": {"kind": "rank", "board": "liked", "best": 1}, "at": 1}


@pytest.fixture
def people(activity: Door, courier: Courier) -> dict[str, Any]:
    """What events of old and of new have in common; old is to become new."""
    activity("POST", "/v1/members", [{"id": "old", "name": "Old"}, {"id": "new", "name": "New"}])
    courier.carry()
    return {
        name: {
            "community": courier.community,
            "member": identity.member_id(MEMBER_KEY.encode(), courier.community, name),
            "loop": "l1",
        }
        for name in ("old", "new")
    }


def merge(activity: Door, courier: Courier) -> None:
    assert activity("POST", "/v1/members/old/merge", {"into": "new"}).status_code < 300
    courier.carry()


def badges_of(badges: Door, member: str = "new") -> list[tuple[str, str]]:
    items = badges("GET", f"/v1/members/{member}/badges").json["items"]
    return sorted((each["badge"], each["decided_by"]) for each in items)


def nothing_is_left_of(member: str) -> bool:
    which = {"member": member}
    facts = mongo.collection(DATABASE, "facts").count_documents({**which, "retracted": {"$exists": False}})
    return not facts and not mongo.collection(DATABASE, "awards").count_documents({**which, "state": "held"})


@pytest.mark.parametrize("order", list(itertools.permutations(["joined", "merge", "bought"])))
def test_outcomes_are_the_survivors_whatever_comes_first(
    badges: Door, activity: Door, courier: Courier, people: dict[str, Any], order: tuple[str, ...]
) -> None:
    for outcome in ("joined", "purchased"):
        badges("PUT", f"/v1/badges/{outcome}", kind(outcome, outcome))
    happen: dict[str, Callable[[], None]] = {
        "joined": lambda: deliver(
            courier, referral.ReferralJoined(joined_at=WHEN, version=1, **people["old"])
        ),
        "bought": lambda: deliver(
            courier, referral.ReferralPurchased(purchased_at=WHEN, version=1, order="o1", **people["old"])
        ),
        "merge": lambda: merge(activity, courier),
    }
    for each in order:
        happen[each]()
    assert badges_of(badges) == [("joined", "referral.joined:l1:"), ("purchased", "referral.purchased:l1:o1")]
    assert nothing_is_left_of(people["old"]["member"])


@pytest.mark.parametrize("order", list(itertools.permutations(["bought", "merge", "refunded"])))
def test_a_refund_takes_back_what_was_bought_across_a_merge(
    badges: Door, activity: Door, courier: Courier, people: dict[str, Any], order: tuple[str, ...]
) -> None:
    badges("PUT", "/v1/badges/purchased", kind("Bought", "purchased"))
    said = {"version": 1, "order": "o1", **people["old"]}
    happen: dict[str, Callable[[], None]] = {
        "bought": lambda: deliver(courier, referral.ReferralPurchased(purchased_at=WHEN, **said)),
        "refunded": lambda: deliver(courier, referral.ReferralRefunded(refunded_at=WHEN, **said)),
        "merge": lambda: merge(activity, courier),
    }
    for each in order:
        happen[each]()
    assert badges_of(badges) == []
    assert nothing_is_left_of(people["old"]["member"])


def test_a_newer_word_about_the_survivor_stands_and_moving_twice_changes_nothing(
    badges: Door, activity: Door, courier: Courier, people: dict[str, Any]
) -> None:
    badges("PUT", "/v1/badges/joined", kind("Joined", "joined"))
    deliver(courier, referral.ReferralJoined(joined_at=WHEN, version=1, **people["old"]))
    deliver(courier, referral.ReferralJoined(joined_at=WHEN, version=2, withdrawn=True, **people["new"]))
    merge(activity, courier)
    assert badges_of(badges) == []
    deliver(courier, referral.ReferralJoined(joined_at=WHEN, version=3, **people["old"]))
    again(courier, people)
    assert badges_of(badges) == [("joined", "referral.joined:l1:")]


def test_a_move_that_dies_half_way_goes_on(
    badges: Door, activity: Door, courier: Courier, people: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    badges("PUT", "/v1/badges/joined", kind("Joined", "joined"))
    deliver(courier, referral.ReferralJoined(joined_at=WHEN, version=1, **people["old"]))
    untouched, calls = recognising.recognise, itertools.count()

    def dies(*said: Any, **how: Any) -> int:
        if how.get("of_survivors") or next(calls):
            return untouched(*said, **how)
        raise ConnectionError

    monkeypatch.setattr(recognising, "recognise", dies)
    merge(activity, courier)
    assert next(calls) == 1, "it died between the two"
    monkeypatch.undo()
    again(courier, people)
    assert badges_of(badges) == [("joined", "referral.joined:l1:")]
    assert nothing_is_left_of(people["old"]["member"])


def test_what_is_being_counted_while_two_are_merged_is_the_survivors(
    badges: Door, activity: Door, courier: Courier, people: dict[str, Any]
) -> None:
    badges("PUT", "/v1/badges/joined", kind("Joined", "joined"))
    event = referral.ReferralJoined(joined_at=WHEN, version=1, **people["old"])
    with meanwhile(lambda: outcomes.take(0, [event], {}), communities, "pass_barrier", after=False) as other:
        merge(activity, courier)
    other.result()
    courier.carry()
    assert badges_of(badges) == [("joined", "referral.joined:l1:")]
    assert nothing_is_left_of(people["old"]["member"])


def test_ranks_of_sealed_months_are_the_survivors_at_once_and_by_their_revision(
    badges: Door, activity: Door, courier: Courier, people: dict[str, Any]
) -> None:
    village = Village(activity, courier)
    village.define()
    badges("PUT", "/v1/badges/top", RANKED)
    village.likes("old", FANS)
    village.likes("bob", FANS[:2])
    village.likes("new", FANS[:1])
    village.seal()
    courier.carry()
    assert badges_of(badges, "old") == [("top", f"board.ranked:month:{OCTOBER}:liked")]
    merge(activity, courier)
    assert village.sealed()["revision"] == 1
    assert nothing_is_left_of(people["old"]["member"])
    village.seal_what_is_late()
    courier.carry()
    assert village.sealed()["revision"] == 2
    assert badges_of(badges) == [("top", f"board.ranked:month:{OCTOBER}:liked")]
    assert badges_of(badges, "bob") == []


def test_ranks_kept_after_a_merge_are_the_survivors_and_the_best_of_both(
    badges: Door, activity: Door, courier: Courier, people: dict[str, Any]
) -> None:
    assert people
    village = Village(activity, courier)
    village.define()
    badges("PUT", "/v1/badges/top", RANKED)
    village.likes("new", FANS[:1])
    village.likes("old", FANS)
    village.seal()
    while (mark := mongo.collection(DATABASE, work.COLLECTION).find_one_and_delete(
        {"community": village.community, "kind": outcomes.RANKS}
    )) is not None:  # fmt: skip
        kept = mark
    merge(activity, courier)
    while remember := outcomes.keep_ranks(kept):
        kept |= remember
    assert badges_of(badges) == [("top", f"board.ranked:month:{OCTOBER}:liked")]


CONNECTORS = {"name": "Connectors", "points": [{"outcome": "purchased", "points": 20}]}


def test_what_a_board_gives_for_outcomes_is_the_survivors_in_sealed_months_too(
    activity: Door, courier: Courier, people: dict[str, Any]
) -> None:
    village = Village(activity, courier)
    village.define(CONNECTORS)
    bought = [referral.ReferralPurchased(purchased_at=IN_OCTOBER, version=1, order=f"o{number}", **people["old"])
              for number in range(3)]  # fmt: skip
    deliver(courier, *bought)
    village.seal()
    assert holders_of(village) == [("old", 60)]
    merge(activity, courier)
    village.seal_what_is_late()
    assert (village.sealed()["revision"], holders_of(village)) == (2, [("new", 60)])


def test_what_is_refunded_or_bought_late_revises_the_month_of_the_order(
    activity: Door, courier: Courier, people: dict[str, Any]
) -> None:
    village = Village(activity, courier)
    village.define(CONNECTORS)
    said: dict[str, Any] = {"version": 1, "order": "o1", **people["old"]}
    deliver(courier, referral.ReferralPurchased(purchased_at=IN_OCTOBER, **said))
    village.seal()
    deliver(courier, referral.ReferralRefunded(refunded_at=IN_OCTOBER + timedelta(days=45), **said))
    village.seal_what_is_late()
    assert (village.sealed()["revision"], holders_of(village)) == (2, [])
    deliver(courier, referral.ReferralPurchased(purchased_at=IN_OCTOBER, **{**said, "order": "o2"}))
    village.seal_what_is_late()
    assert (village.sealed()["revision"], holders_of(village)) == (3, [("old", 20)])


def holders_of(village: Village) -> list[tuple[str, int]]:
    found = [each for each in titles.rows(village.community) if each["status"] == "held"]
    return [(each["member"], each["score"]) for each in found]


def again(courier: Courier, people: dict[str, Any]) -> None:
    """The move is done once more, as after a process that died behind it."""
    mark: dict[str, Any] = {"members": [people["old"]["member"]], "barrier": True}
    assert outcomes.move(mark) is None
    assert outcomes.move(mark) is None
    courier.carry()
