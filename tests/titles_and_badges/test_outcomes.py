"""Outcomes of referrals and ranks of sealed months earn badges, as facts that nobody can post; refunds take back."""

import itertools
from datetime import UTC, datetime
from typing import Any

import pytest

from services.titles_and_badges.consumers import HANDLERS
from services.titles_and_badges.queries import titles
from services.titles_and_badges.use_cases import outcomes
from shared import consumer, identity, kafka, outbox
from shared.events import referral
from tests.fixtures import BADGES, MEMBER_KEY, Courier, Door
from tests.titles_and_badges.months import Village

WHEN = datetime(2026, 5, 1, 12, tzinfo=UTC)


def kind(name: str, outcome: str, at: int = 1) -> dict[str, Any]:
    return {"name": name, "description": "", "criterion": {"kind": "referral", "outcome": outcome}, "at": at}


def deliver(courier: Courier, *events: referral.Event) -> None:
    """Hand outcomes over as the topic would."""
    records = [courier.record(referral.EVENTS.name, referral.message(event)) for event in events]
    for partition, group in itertools.groupby(records, key=lambda record: record.partition):
        consumer.apply(HANDLERS[partition.topic], kafka.Partition(*partition), list(group))
    courier.carry()


def held(badges: Door) -> list[tuple[str, str]]:
    items = badges("GET", "/v1/members/ann/badges").json["items"]
    return sorted((each["badge"], each["decided_by"]) for each in items)


@pytest.fixture
def ann(activity: Door, courier: Courier) -> dict[str, Any]:
    activity("PUT", "/v1/members/ann", {"name": "Ann"})
    courier.carry()
    member = identity.member_id(MEMBER_KEY.encode(), courier.community, "ann")
    return {"community": courier.community, "member": member, "loop": "l1", "version": 1}


def test_what_became_of_recommendations_earns_badges(
    badges: Door, courier: Courier, ann: dict[str, Any]
) -> None:
    for outcome in ("joined", "purchased", "satisfied", "advocate"):
        badges("PUT", f"/v1/badges/{outcome}", kind(outcome, outcome))
    events = [
        referral.ReferralJoined(joined_at=WHEN, **ann),
        referral.ReferralPurchased(purchased_at=WHEN, order="o1", amount=4900, currency="EUR", **ann),
        referral.ReferralSatisfied(satisfied_at=WHEN, **ann),
        referral.AdvocateBorn(born_at=WHEN, **ann),
    ]
    deliver(courier, *events, *events)
    assert held(badges) == [
        ("advocate", "referral.advocate:l1:"),
        ("joined", "referral.joined:l1:"),
        ("purchased", "referral.purchased:l1:o1"),
        ("satisfied", "referral.satisfied:l1:"),
    ]


@pytest.mark.parametrize("refund_first", [False, True])
def test_a_refund_takes_back_also_before_its_order(
    badges: Door, courier: Courier, ann: dict[str, Any], *, refund_first: bool
) -> None:
    badges("PUT", "/v1/badges/bought", kind("Bought", "purchased"))
    bought = referral.ReferralPurchased(purchased_at=WHEN, order="o1", **ann)
    refunded = referral.ReferralRefunded(refunded_at=WHEN, order="o1", **ann)
    deliver(courier, *([refunded, bought] if refund_first else [bought]))
    assert len(held(badges)) == (not refund_first)
    deliver(
        courier, referral.ReferralRefunded(refunded_at=WHEN, order="o2", whole=False, **ann), refunded, bought
    )
    assert held(badges) == []


def test_what_somebody_else_turns_out_to_have_recommended_is_withdrawn(
    badges: Door, courier: Courier, ann: dict[str, Any]
) -> None:
    badges("PUT", "/v1/badges/joined", kind("Joined", "joined"))
    said = [
        referral.ReferralJoined(joined_at=WHEN, **{**ann, "version": version}, withdrawn=version == 2)
        for version in (1, 2, 3)
    ]
    deliver(courier, said[1], said[0])
    assert held(badges) == []
    deliver(courier, said[2], *said)
    assert held(badges) == [("joined", "referral.joined:l1:")]


def test_what_no_badge_looks_at_is_passed_over(badges: Door, courier: Courier, ann: dict[str, Any]) -> None:
    badges("PUT", "/v1/badges/joined", kind("Joined", "joined"))
    of_no_badge = (
        referral.ReferralAttributed(attributed_at=WHEN, attribution="a1", subject="join", **ann),
        referral.SatisfactionLow(
            community=courier.community, member=ann["member"], version=1, answered_at=WHEN,
            answer="s1", scale="nps", score=3, recovery=True,
        ),
    )  # fmt: skip
    deliver(courier, *of_no_badge, referral.ReferralJoined(joined_at=WHEN, **ann))
    letters = [each for each in outbox.by_turns(BADGES, 10_000) if each["topic"].endswith(".dead-letters")]
    assert not [each for parcel in letters for each in outbox.messages(parcel) if each.key == ann["member"]]
    assert held(badges) == [("joined", "referral.joined:l1:")]


def test_nobody_posts_an_outcome(badges: Door, activity: Door, courier: Courier) -> None:
    badges("PUT", "/v1/badges/joined", kind("Joined", "joined"))
    badges(
        "PUT", "/v1/badges/first", {**kind("First", "joined"), "criterion": {"kind": "rank", "board": "b"}}
    )
    activities = [
        {"id": name, "type": name, "actor": "ann", "object": {"id": "b", "type": "month"}, "value": 1,
         "published": WHEN.isoformat()}
        for name in ("referral.joined", "board.ranked")
    ]  # fmt: skip
    assert activity("POST", "/v1/activities", activities).json["accepted"] == 2
    courier.carry()
    assert badges("GET", "/v1/members/ann/badges").json["items"] == []


def test_a_rank_in_sealed_months_earns_a_badge_and_a_revision_may_take_it(
    badges: Door, activity: Door, courier: Courier
) -> None:
    board = {"name": "Makers", "points": [{"role": "actor", "where": {"type": "Create"}}]}
    defined = badges("PUT", "/v1/boards/makers", board)
    assert defined.status_code == 200, defined.json
    best = {"kind": "rank", "board": "makers", "best": 1}
    badges("PUT", "/v1/badges/top", {"name": "Top", "description": "", "criterion": best, "at": 1})
    activity("POST", "/v1/activities", creates("ann", 1, 2) + creates("bob", 3))
    courier.carry()
    seal(courier)
    awards = badges("GET", "/v1/members/ann/badges").json["items"]
    assert [(each["badge"], each["awarded_at"]) for each in awards] == [("top", "2026-02-28T22:00:00.000Z")]
    assert badges("GET", "/v1/members/bob/badges").json["items"] == []
    activity("POST", "/v1/activities", creates("bob", 4, 5))
    courier.carry()
    seal(courier)
    assert badges("GET", "/v1/members/ann/badges").json["items"] == []
    assert [each["badge"] for each in badges("GET", "/v1/members/bob/badges").json["items"]] == ["top"]


def creates(actor: str, *days: int) -> list[dict[str, Any]]:
    return [
        {"id": f"{actor} {day}", "type": "Create", "actor": actor, "object": f"{actor} {day}",
         "published": f"2026-02-{day:02}T12:00:00Z"}
        for day in days
    ]  # fmt: skip


def seal(courier: Courier) -> None:
    from services.titles_and_badges.use_cases import sealing  # noqa: PLC0415 (of this test alone)

    sealing.seal(courier.community, "2026-02")
    courier.carry()
    assert outcomes.STEPS


def test_the_connector_of_a_month_is_who_brought_most_buyers_until_they_are_refunded(
    activity: Door, courier: Courier, ann: dict[str, Any]
) -> None:
    village = Village(activity, courier)
    village.declare(bob={})
    bob = {**ann, "member": identity.member_id(MEMBER_KEY.encode(), courier.community, "bob"), "loop": "l2"}
    courier.carry()
    village.define(
        {"name": "Connectors", "points": [{"outcome": "purchased", "points": 20}]},
        connector={"name": "Connector of the month", "board": "liked"},
    )
    october = datetime(2026, 10, 5, tzinfo=UTC)
    deliver(
        courier,
        *(referral.ReferralPurchased(purchased_at=october, order=f"a{number}", **ann) for number in range(3)),
        *(referral.ReferralPurchased(purchased_at=october, order=f"b{number}", **bob) for number in range(2)),
    )
    village.seal()
    assert holders(village) == [("ann", 60)]
    deliver(
        courier,
        *(referral.ReferralRefunded(refunded_at=october, order=f"a{number}", **ann) for number in range(2)),
    )
    village.seal()
    assert holders(village) == [("bob", 40)]


@pytest.mark.parametrize("line", [{"outcome": "bought"}, {"outcome": "joined", "role": "actor"}])
def test_an_outcome_on_a_board_is_one_that_there_is_and_nobodys_deed(
    badges: Door, line: dict[str, Any]
) -> None:
    said = badges("PUT", "/v1/boards/connectors", {"name": "Connectors", "points": [{**line, "points": 1}]})
    assert said.status_code == 422
    assert said.json["errors"][0]["pointer"].startswith("/points/0/")


def holders(village: Village) -> list[tuple[str, int]]:
    found = [each for each in titles.rows(village.community) if each["status"] == "held"]
    return [(each["member"], each["score"]) for each in found]
