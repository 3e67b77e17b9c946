"""`distinct`: days in the community's zone, people on the other side, objects; each counted once."""

from datetime import UTC, datetime

import pytest

from services.titles_and_badges.domain import badges, tallies
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.standing import Context
from shared.clock import BEGINNING
from shared.errors import Invalid

KYIV = Context(profiles={}, zones=[(BEGINNING, "Europe/Kyiv")])


def badge(of: str, at: int = 2, role: str = "actor") -> badges.Badge:
    criterion = {"kind": "distinct", "of": of, "role": role}
    return badges.badge("a-badge", {"name": "A badge", "criterion": criterion, "at": at})


def deed(name: str, published: str, **said: str) -> Fact:
    moment = datetime.fromisoformat(published).astimezone(UTC)
    return Fact(
        member="ann",
        activity=name,
        version=1,
        roles=("actor", "author"),
        type="Create",
        published=moment,
        **said,
    )


def value(of: str, *deeds: Fact, role: str = "actor", at: int = 10) -> int:
    rule = badge(of, at=at, role=role)
    return tallies.recount(rule, [each for each in deeds if rule.concerns(each)], KYIV).value


def test_days_are_the_communitys_own() -> None:
    before_midnight = deed("1", "2026-03-28T21:59:59.999Z")
    after_midnight = deed("2", "2026-03-28T22:00:00Z")
    assert value("days", before_midnight, after_midnight) == 2
    assert (
        value("days", after_midnight, deed("3", "2026-03-29T20:59:59Z")) == 1
    )  # the day that the clocks change


def test_a_day_counts_once_whatever_the_order() -> None:
    deeds = [
        deed("1", "2026-01-01T08:00:00Z"),
        deed("2", "2026-01-02T08:00:00Z"),
        deed("3", "2026-01-01T09:00:00Z"),
    ]
    assert value("days", *deeds) == value("days", *reversed(deeds)) == 2


def test_people_are_those_on_the_other_side() -> None:
    likes = [deed(name, "2026-01-01T08:00:00Z", actor=name) for name in ("bob", "bob2", "ann")]
    again = deed("again", "2026-01-02T08:00:00Z", actor="bob")
    assert value("people", *likes, again, role="author") == 2
    helped = deed("helped", "2026-01-01T08:00:00Z", actor="ann", object_author="cat")
    assert value("people", helped) == 1


def test_objects_count_once_each() -> None:
    deeds = [deed(str(index), "2026-01-01T08:00:00Z", object=name) for index, name in enumerate("xyxz")]
    assert value("objects", *deeds) == 3


def test_the_threshold_is_reached_by_the_deed_that_adds_the_last_one() -> None:
    deeds = [
        deed(str(index), f"2026-01-0{index + 1}T08:00:00Z", object=name) for index, name in enumerate("xxyz")
    ]
    reached = tallies.recount(badge("objects", at=2), deeds, KYIV).reached[0]
    assert reached is not None
    assert reached.since[2] == "2"


def test_the_tally_does_not_grow_beyond_the_threshold() -> None:
    deeds = [deed(str(index), "2026-01-01T08:00:00Z", object=str(index)) for index in range(50)]
    tally = tallies.recount(badge("objects", at=5), deeds, KYIV)
    assert len(tally.state["seen"]) == tally.value == 5


@pytest.mark.parametrize(
    ("criterion", "pointer"),
    [({}, "/criterion/of"), ({"of": "hours"}, "/criterion/of"), ({"of": "people"}, "/at")],
)
def test_what_cannot_be_counted_is_refused(criterion: dict[str, str], pointer: str) -> None:
    with pytest.raises(Invalid) as refused:
        badges.badge("a-badge", {"criterion": {"kind": "distinct", **criterion}, "at": 1_001})
    assert refused.value.errors[0]["pointer"] == pointer
