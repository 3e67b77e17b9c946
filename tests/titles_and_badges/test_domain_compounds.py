"""`compound`: all, any and not over other criteria; thirteen tests at once, kept down to 90 % of them."""

from datetime import timedelta
from typing import Any

import pytest

from services.titles_and_badges.domain.facts import Fact
from shared.errors import Invalid
from tests.titles_and_badges.folding import at, badge, deed, spans, value

ANSWERS = {"kind": "count", "where": {"type": "Create"}, "at": 2}
LIKED = {"kind": "count", "role": "author", "where": {"type": "Like"}, "at": 2}


def like(day: int, actor: str = "bob", month: int = 1, **said: Any) -> Fact:
    known: dict[str, Any] = {
        "type": "Like",
        "actor": actor,
        "roles": ("author",),
        "object": "o",
        "object_author": "ann",
    }
    return deed(f"2026-{month:02}-{day:02}", f"{actor} {day} {said}", **{**known, **said})


def test_all_parts_hold_after_the_last_of_them() -> None:
    both = badge({"kind": "compound", "all": [ANSWERS, LIKED]})
    deeds = [deed("2026-01-01"), like(2), deed("2026-01-03"), like(4)]
    assert spans(both, deeds) == [("2026-01-04", None)]
    assert value(both, deeds[:3]) == 1  # one part of two: so far he is
    assert spans(both, deeds[:3]) == [None]
    assert both.thresholds[0].at == 2


def test_any_and_not() -> None:
    either = badge({"kind": "compound", "any": [ANSWERS, LIKED]})
    assert spans(either, [deed("2026-01-01"), like(2), like(3)]) == [("2026-01-03", None)]
    flagged = {"kind": "count", "role": "author", "where": {"type": "Flag"}, "at": 1}
    clean = badge({"kind": "compound", "all": [ANSWERS, {"not": flagged}]}, policy="live")
    deeds = [deed("2026-01-01"), deed("2026-01-02")]
    assert spans(clean, deeds) == [("2026-01-02", None)]
    assert spans(clean, [*deeds, like(5, type="Flag")]) == [("2026-01-02", "2026-01-05")]


def test_groups_nest() -> None:
    nested = badge({"kind": "compound", "all": [{"any": [{"not": ANSWERS}, LIKED]}, {"kind": "first"}]})
    assert spans(nested, [deed("2026-01-01")]) == [("2026-01-01", None)]


def test_parts_of_one_object_hold_on_one_and_the_same() -> None:
    both = badge(
        {
            "kind": "compound",
            "all": [
                {"kind": "object-score", "at": 2},
                {"kind": "distinct", "of": "people", "role": "author", "at": 2},
            ],
        },
        repeat="object",
    )
    assert both.by_object
    assert spans(both, [like(1), like(2, "cy")]) == [("2026-01-02", None)]
    assert spans(both, [like(1), like(2, "bob")]) == [None]


def test_time_changes_parts() -> None:
    steady = badge(
        {
            "kind": "compound",
            "all": [{"kind": "streak", "at": 2}, {"kind": "tenure", "unit": "day", "at": 3}],
        },
        policy="live",
    )
    days = [deed(f"2026-01-0{day}") for day in (1, 2, 3)]
    assert spans(steady, days) == [("2026-01-04", "2026-01-05")]
    assert spans(steady, [*days, deed("2026-01-04T01:00")]) == [("2026-01-04", "2026-01-06")]


#: The tests of trust level 3, in its own numbers; a tenth of those for reading, which do not fit into a test.
TRUSTED = [
    {"kind": "distinct", "of": "days", "where": {"type": "View"}, "at": 50},
    {"kind": "distinct", "of": "objects", "where": {"type": "Create", "object.type": "Answer"}, "at": 10},
    {"kind": "distinct", "of": "objects", "where": {"type": "View"}, "at": 50},
    {"kind": "count", "where": {"type": "View"}, "at": 100},
    {"kind": "sum", "where": {"type": "Read"}, "at": 2_000},
    {"kind": "count", "where": {"type": "Read"}, "at": 20},
    {"not": {"kind": "distinct", "of": "people", "role": "author", "where": {"type": "Flag"}, "at": 6}},
    {"not": {"kind": "count", "role": "author", "where": {"type": "Suspend"}, "at": 1}},
    {"not": {"kind": "count", "role": "author", "where": {"type": "Silence"}, "at": 1}},
    {"kind": "count", "where": {"type": "Like"}, "at": 30},
    {"kind": "count", "role": "author", "where": {"type": "Like"}, "at": 20},
    {"kind": "distinct", "of": "people", "role": "author", "where": {"type": "Like"}, "at": 5},
    {"kind": "distinct", "of": "days", "role": "author", "where": {"type": "Like"}, "at": 7},
]


def year_of(likers: int = 5, likes: int = 20) -> list[Fact]:
    """What just fulfils all thirteen."""
    start = at("2026-01-01T08:00")
    days = [(start + timedelta(days=day)).isoformat() for day in range(50)]
    viewed = [deed(day, f"view {day} {n}", type="View", object=f"{day} {n}") for day in days for n in (1, 2)]
    answered = [deed(day, f"answer {day}", object=day, object_type="Answer") for day in days[:10]]
    read = [deed(day, f"read {day}", type="Read", value=100) for day in days[:20]]
    gave = [deed(day, f"like {day}", type="Like", object=f"x{day}", object_author="bob") for day in days[:30]]
    got = [like(1 + n % 7, f"m{n % likers}", 2, object=f"o{n}") for n in range(likes)]
    return [*viewed, *answered, *read, *gave, *got]


def test_trust_level_3_is_thirteen_tests_at_once() -> None:
    rule = badge({"kind": "compound", "all": TRUSTED}, policy="live", keep=90)
    assert (len(TRUSTED), rule.thresholds[0].at) == (13, 13)
    assert value(rule, year_of()) == 13
    assert spans(rule, year_of()) == [("2026-02-19T08:00", None)]  # the fiftieth day
    assert value(rule, year_of(likers=4)) == 12
    assert value(rule, year_of(likes=19)) == 12
    suspended = like(1, month=3, type="Suspend")
    assert spans(rule, [*year_of(), suspended]) == [("2026-02-19T08:00", "2026-03-01")]


def test_a_live_compound_is_kept_while_its_parts_are_near_enough() -> None:
    parts = [
        {"kind": "object-score", "at": 10},
        {"kind": "distinct", "of": "people", "role": "author", "at": 10},
    ]
    rule = badge({"kind": "compound", "all": parts}, policy="live", keep=90)
    up = [like(day, f"m{day}") for day in range(1, 11)]
    down = [like(day, f"m{day}", type="Dislike") for day in (11, 12)]
    assert spans(rule, [*up, *down[:1]]) == [("2026-01-10", None)]
    assert spans(rule, [*up, *down]) == [("2026-01-10", "2026-01-12")]


@pytest.mark.parametrize(
    ("criterion", "pointer"),
    [
        ({}, "/criterion"),
        ({"all": [], "any": []}, "/criterion"),
        ({"all": []}, "/criterion/all"),
        ({"all": [{"kind": "count"}]}, "/criterion/all/0/at"),
        ({"all": [{"kind": "compound", "any": []}]}, "/criterion/all/0/kind"),
        ({"all": [{"kind": "manual"}]}, "/criterion/all/0/kind"),
        ({"any": [{"not": {"kind": "count", "at": 0}}]}, "/criterion/any/0/not/at"),
        ({"any": [{"kind": "count", "at": 1, "where": {"x": 1}}]}, "/criterion/any/0/where/x"),
        ({"not": 5}, "/criterion/not"),
    ],
)
def test_what_is_no_compound_is_refused_with_its_place(criterion: dict[str, Any], pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        badge({"kind": "compound", **criterion})
    assert refused.value.errors[0]["pointer"] == pointer
