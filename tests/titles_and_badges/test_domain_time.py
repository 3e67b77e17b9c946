"""What time does to badges: tenure, expiry, campaigns, hysteresis; and n-th deeds, ratios, givers."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.titles_and_badges.domain import awards, badges
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.versions import Earlier
from shared.errors import Invalid
from tests.titles_and_badges.folding import NOBODY, at, badge, deed, fold, in_zone, spans, value


def tenure(at: int = 1, **options: Any) -> Any:
    return badge({"kind": "tenure", **options}, at=at)


def test_tenure_is_reached_at_the_anniversary_whenever_somebody_looks() -> None:
    deeds = [deed("2024-02-29T10:00"), deed("2025-06-01")]
    assert spans(tenure(), deeds[:1], "2025-02-28T09:59") == [None]
    for now in ("2025-02-28T10:00", "2025-12-01", "2031-01-01"):
        assert spans(tenure(), deeds, now) == [("2025-02-28T10:00", None)]
    assert spans(tenure(2), deeds[:1], "2031-01-01") == [("2026-02-28T10:00", None)]


def test_what_time_decided_names_no_deed() -> None:
    years = tenure()
    earned = awards.derived(years, {None: fold(years, [deed("2024-01-01")])}, now=at("2026-01-01"))
    assert [(each.awarded_at, each.by) for each in earned.values()] == [(at("2025-01-01"), None)]


def test_tenure_is_counted_on_the_community_s_calendar() -> None:
    kyiv = in_zone("Europe/Kyiv")
    days = badge({"kind": "tenure", "unit": "day"}, at=30)
    # Summer time begins in between: the same time of day is an hour earlier in UTC.
    assert spans(days, [deed("2026-03-10T10:00")], context=kyiv) == [("2026-04-09T09:00", None)]
    months = badge({"kind": "tenure", "unit": "month"}, at=1)
    assert spans(months, [deed("2026-01-31")], context=kyiv) == [("2026-02-28", None)]


def test_tenure_since_joining_needs_a_deed() -> None:
    joined = in_zone("UTC", joined=at("2020-01-01"))
    since = tenure(2, since="joined")
    assert spans(since, [], context=joined) == [None]
    assert spans(since, [deed("2021-03-01")], context=joined) == [("2022-01-01", None)]
    assert spans(since, [deed("2026-03-01")], context=joined) == [("2026-03-01", None)]
    assert spans(since, [deed("2021-03-01")]) == [("2023-03-01", None)]


def test_only_active_years_count_where_it_says_so() -> None:
    active = tenure(2, active=True)
    deeds = [deed("2020-01-01"), deed("2020-06-01"), deed("2023-03-01")]
    assert spans(active, deeds, "2023-12-31") == [None]
    assert spans(active, deeds) == [("2024-01-01", None)]
    assert spans(active, deeds[:2]) == [None]
    assert spans(tenure(1, active=True), deeds[:1]) == [("2021-01-01", None)]


def test_an_expiring_badge_is_lost_and_renewed_by_what_earns_it() -> None:
    yearly = badge({"kind": "first"}, expires_after={"months": 12})
    first = deed("2024-01-31")
    assert spans(yearly, [first], "2025-01-30T23:00") == [("2024-01-31", None)]
    assert spans(yearly, [first], "2026-01-01") == [("2024-01-31", "2025-01-31")]
    assert spans(yearly, [first, deed("2024-07-01")]) == [("2024-01-31", "2025-07-01")]
    assert spans(yearly, [first, deed("2026-05-05")], "2026-06-01") == [("2026-05-05", None)]
    days = badge({"kind": "count"}, at=2, expires_after={"days": 10})
    assert spans(days, [deed("2026-01-01"), deed("2026-01-02")]) == [("2026-01-02", "2026-01-12")]


def test_time_that_passes_renews_nothing() -> None:
    levels = [{"name": "one", "at": 1}, {"name": "two", "at": 2}]
    years = badge({"kind": "tenure"}, levels=levels, expires_after={"months": 18})
    assert spans(years, [deed("2020-01-01")]) == [("2021-01-01", "2022-07-01"), ("2022-01-01", "2023-07-01")]


def test_a_campaign_counts_what_was_done_in_it() -> None:
    campaign = badge(
        {"kind": "count"}, **{"at": 2, "from": "2026-05-01T00:00:00Z", "until": "2026-06-01T00:00:00Z"}
    )
    deeds = [
        deed("2026-04-30T23:59:59.999"),
        deed("2026-05-01"),
        deed("2026-05-31T23:59:59"),
        deed("2026-06-01"),
    ]
    assert spans(campaign, deeds) == [("2026-05-31T23:59", None)]
    assert value(campaign, deeds) == 2


def vote(day: int, kind: str = "Like", actor: str | None = "bob", **said: Any) -> Fact:
    return deed(
        f"2026-01-{day:02}", f"{day} {actor}", type=kind, actor=actor, roles=("author",),
        object="o", object_author="ann", **said,
    )  # fmt: skip


def test_a_live_badge_is_lost_only_below_what_it_keeps() -> None:
    kept = badge({"kind": "object-score"}, at=10, policy="live", keep=80)
    up = [vote(day, actor=f"m{day}") for day in range(1, 11)]
    down = [vote(day, "Dislike", actor=f"m{day}") for day in range(11, 14)]
    assert spans(kept, [*up, *down[:2]]) == [("2026-01-10", None)]  # 8 of 10
    assert spans(kept, [*up, *down]) == [("2026-01-10", "2026-01-13")]
    assert spans(kept, [*up, *down, vote(14)]) == [("2026-01-10", "2026-01-13")]  # 8 are not 10
    assert spans(kept, [*up, *down, *(vote(day, actor=f"m{day}") for day in (14, 15, 16))]) == [
        ("2026-01-16", None)
    ]


def test_the_nth_deed_is_the_nth_in_event_order() -> None:
    nth = badge({"kind": "nth"}, levels=[{"name": "1st", "at": 1}, {"name": "3rd", "at": 3}])
    deeds = [deed(f"2026-01-0{day}", str(day)) for day in (4, 2, 3, 1)]
    tally = fold(nth, deeds)
    assert [each and each.since[2] for each in tally.reached] == ["1", "3"]
    assert [each and each.since[2] for each in fold(nth, deeds[:-1]).reached] == ["2", "4"]


def test_a_ratio_has_a_minimum_of_what_it_is_a_part_of() -> None:
    ratio = badge(
        {
            "kind": "ratio", "least": 3,
            "part": {"role": "author", "where": {"type": "Accept"}},
            "whole": {"where": {"type": "Create"}},
        },
        at=66,
    )  # fmt: skip
    answers = [deed(f"2026-01-0{day}") for day in (1, 2, 3)]
    assert value(ratio, [*answers[:2], vote(4, "Accept"), vote(5, "Accept")]) == 0
    assert value(ratio, [*answers, vote(4, "Accept")]) == 33
    assert spans(ratio, [*answers, vote(4, "Accept"), vote(5, "Accept")]) == [("2026-01-05", None)]
    assert value(ratio, [*answers, vote(4, "Accept", actor="ann"), vote(5, "Accept")]) == 33


LIKED = {"kind": "count", "role": "author", "where": {"type": "Like"}}


def test_one_giver_gives_so_much_and_no_more() -> None:
    ring = [vote(day, actor=("bob", "cat")[day % 2]) for day in range(1, 21)]
    assert value(badge(LIKED), ring) == 20
    assert value(badge({**LIKED, "per_giver": {"most": 3}}), ring) == 6
    assert value(badge({**LIKED, "per_giver": {"percent": [100, 50, 25]}}), ring) == 3  # 350 %, rounded down
    assert value(badge({"kind": "object-score", "per_giver": {"most": 1}}), ring) == 2
    worth = [vote(day, value=10) for day in (1, 2, 3)]
    summed = {"kind": "sum", "role": "author", "per_giver": {"percent": [100, 10]}}
    assert value(badge(summed), worth) == 11


def test_what_a_giver_took_back_he_may_give_anew() -> None:
    capped = badge({**LIKED, "per_giver": {"most": 3}})
    given = [vote(day) for day in (1, 2, 3, 4)]
    assert value(capped, given) == 3
    assert value(capped, [*given[:1], *given[2:]]) == 3  # the second is retracted, the fourth moves up


def test_anonymous_givers_are_one() -> None:
    assert value(badge({**LIKED, "per_giver": {"most": 1}}), [vote(1, actor=None), vote(2, actor=None)]) == 1


@pytest.mark.parametrize(
    "criterion",
    [
        {"kind": "count", "role": "author"},
        {"kind": "sum", "role": "author"},
        {"kind": "distinct", "of": "people", "role": "author"},
        {"kind": "distinct", "of": "days", "role": "author"},
        {"kind": "object-score"},
        {"kind": "object-score", "accepted": True},
        {"kind": "count", "role": "author", "per_giver": {"most": 3}},
    ],
)
def test_nobody_is_thanked_by_himself(criterion: dict[str, Any]) -> None:
    own = [vote(1, actor="ann", value=5), vote(2, "Accept", actor="ann", value=5, parent_author="ann")]
    assert value(badge(criterion), own) == 0


@pytest.mark.parametrize(
    ("definition", "pointer"),
    [
        ({"criterion": {"kind": "nth"}, "at": 1, "policy": "live"}, "/policy"),
        ({"criterion": {"kind": "tenure", "unit": "week"}, "at": 1}, "/criterion/unit"),
        ({"criterion": {"kind": "tenure"}, "at": 201}, "/at"),
        ({"criterion": {"kind": "ratio", "part": {}, "least": 1}, "at": 1}, "/criterion/whole"),
        ({"criterion": {"kind": "ratio", "part": {}, "whole": {}}, "at": 1}, "/criterion/least"),
        (
            {"criterion": {**LIKED, "role": "actor", "per_giver": {"most": 1}}, "at": 1},
            "/criterion/per_giver",
        ),
        ({"criterion": {**LIKED, "per_giver": {"most": 0}}, "at": 1}, "/criterion/per_giver/most"),
        (
            {"criterion": {**LIKED, "per_giver": {"percent": [101]}}, "at": 1},
            "/criterion/per_giver/percent/0",
        ),
        ({"criterion": {"kind": "count"}, "at": 1, "keep": 80}, "/keep"),
        ({"criterion": {"kind": "count"}, "at": 1, "keep": 101, "policy": "live"}, "/keep"),
        ({"criterion": {"kind": "count"}, "at": 1, "expires_after": {"years": 1}}, "/expires_after"),
        ({"criterion": {"kind": "count"}, "at": 1, "expires_after": {"months": 0}}, "/expires_after/months"),
        ({"criterion": {"kind": "count"}, "at": 1, "from": "yesterday"}, "/from"),
        ({"criterion": {"kind": "count"}, "at": 1, "from": "2026-01-01T00:00:00"}, "/from"),
        ({"criterion": {"kind": "count"}, "at": 1, "most_holders": 0}, "/most_holders"),
        ({"criterion": {"kind": "count"}, "at": 1, "secret": 1}, "/secret"),
        ({"criterion": {"kind": "object-score"}, "at": 1, "repeat": "month"}, "/repeat"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_place(definition: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        badge(definition.pop("criterion"), **definition)
    assert refused.value.errors[0]["pointer"] == pointer


STREAK = {"kind": "streak", "unit": "day"}
COUNT = {"kind": "count", "at": 1}


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ({"kind": "count"}, {"kind": "sum"}),
        ({"kind": "distinct", "of": "days"}, {"kind": "distinct", "of": "people"}),
        (STREAK, {**STREAK, "unit": "week"}),
        ({"kind": "compound", "any": [COUNT, COUNT]}, {"kind": "compound", "any": [COUNT]}),
        ({"kind": "compound", "any": [COUNT, COUNT]}, {"kind": "compound", "any": [COUNT, {**STREAK, "at": 3}]}),
        ({"kind": "compound", "any": [COUNT, COUNT]}, {"kind": "compound", "any": [COUNT, {"kind": "sum", "at": 1}]}),
    ],
)  # fmt: skip
def test_what_was_counted_goes_on_only_as_what_it_was(before: Any, now: Any) -> None:

    change = datetime(2026, 1, 10, tzinfo=UTC)
    at = {} if before["kind"] == "compound" else {"at": 1}
    with pytest.raises(Invalid) as refused:
        badges.badge(
            "x",
            {"criterion": now, **at},
            effective=change,
            earlier=[Earlier(change, {"criterion": before, **at})],
        )
    assert refused.value.errors[0]["pointer"] == "/effective"


def test_values_change_from_a_date_on_and_what_was_done_before_keeps_its_own() -> None:

    change = datetime(2026, 1, 10, tzinfo=UTC)

    def redefined(old: int, new: int, policy: str) -> Any:
        before, now = (
            {"criterion": {"kind": "object-score", "weights": {"Like": weight}}, "at": at, "policy": policy}
            for weight, at in ((1, old), (5, new))
        )
        return badges.badge("x", now, effective=change, earlier=[Earlier(change, before)])

    likes = [vote(day, actor=f"m{day}") for day in (1, 2, 3, 11)]
    assert value(redefined(3, 20, "sticky"), likes, NOBODY) == 8  # three of one, one of five
    assert spans(redefined(3, 20, "sticky"), likes) == [("2026-01-03", None)]
    assert spans(redefined(3, 20, "live"), likes) == [("2026-01-03", "2026-01-10")]
    assert spans(redefined(9, 3, "sticky"), likes[:3]) == [("2026-01-10", None)]
    with pytest.raises(Invalid):
        badges.badge(
            "x", {"criterion": {"kind": "count"}, "at": 1}, effective=change,
            earlier=[Earlier(change, {"criterion": {"kind": "sum"}, "levels": [{"name": "a", "at": 1}]})],
        )  # fmt: skip
