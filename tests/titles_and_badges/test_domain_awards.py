"""From tallies and decisions to awards: once a member or once an object, since when, by which deed, until when."""

from datetime import UTC, datetime, timedelta
from typing import Any

from services.titles_and_badges.domain import awards, badges
from services.titles_and_badges.domain.awards import GRANT, REVOKE, Award, Decision, Key
from services.titles_and_badges.domain.badges import Badge
from services.titles_and_badges.domain.tallies import Reached, Tally

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
Tallies = dict[str | None, Tally]

LEVELS = [{"name": "one", "at": 1}, {"name": "two", "at": 2}]


def at(hours: int) -> datetime:
    return NOON + timedelta(hours=hours)


def hit(hours: int, until: int | None = None) -> Reached:
    return Reached(since=(at(hours), -1, f"a{hours}"), until=None if until is None else at(until))


def tally(*reached: Reached | None) -> Tally:
    return Tally(state={"value": 0}, last=None, reached=reached)


def badge(repeat: str = "member", **levels: Any) -> Badge:
    return badges.badge(
        "x", {"criterion": {"kind": "object-score"}, "repeat": repeat, **(levels or {"at": 1})}
    )


def award(hours: int, **more: Any) -> Award:
    known: dict[str, Any] = {
        "badge": "x",
        "level": None,
        "object": None,
        "awarded_at": at(hours),
        "by": f"a{hours}",
    }
    return Award(**{**known, **more})


def decision(kind: str, hours: int, about: str | None = None) -> Decision:
    return Decision(kind=kind, object=about, at=at(hours), reason="So it is.")


def decided(earned: list[Award], *decisions: Decision, **how: Any) -> list[Award]:
    known: dict[Key, Award] = {awards.key(each): each for each in earned}
    return sorted(
        awards.decided(badge(**how), known, decisions).values(), key=lambda each: repr(awards.key(each))
    )


def test_once_a_member_by_the_object_that_was_first() -> None:
    tallies: Tallies = {"o1": tally(hit(5)), "o2": tally(hit(3)), "o3": tally(None)}
    assert list(awards.derived(badge(), tallies, at(100)).values()) == [award(3, evidence="o2")]


def test_once_a_member_by_what_still_stands_before_what_was_first() -> None:
    tallies: Tallies = {"o1": tally(hit(1, until=2)), "o2": tally(hit(3)), "o3": tally(hit(4))}
    assert list(awards.derived(badge(), tallies, at(100)).values()) == [award(3, evidence="o2")]


def test_where_all_are_lost_by_the_one_that_was_lost_last() -> None:
    tallies: Tallies = {"o1": tally(hit(1, until=9)), "o2": tally(hit(3, until=4))}
    assert list(awards.derived(badge(), tallies, at(100)).values()) == [
        award(1, evidence="o1", revoked_at=at(9))
    ]


def test_once_an_object_for_each_that_reached_it() -> None:
    tallies: Tallies = {"o1": tally(hit(5)), "o2": tally(hit(3, until=4)), "o3": tally(None)}
    found = awards.derived(badge("object"), tallies, at(100))
    assert found == {
        ("x", None, "o1"): award(5, object="o1", evidence="o1"),
        ("x", None, "o2"): award(3, object="o2", evidence="o2", revoked_at=at(4)),
    }


def test_every_level_is_an_award_of_its_own() -> None:
    tallies: Tallies = {"o1": tally(hit(1), None), "o2": tally(hit(2), hit(7))}
    found = awards.derived(badge(levels=LEVELS), tallies, at(100))
    assert [found["x", level, None].by for level in ("one", "two")] == ["a1", "a7"]
    assert found.keys() == {("x", "one", None), ("x", "two", None)}


def test_nothing_reached_is_nothing_awarded() -> None:
    assert awards.derived(badge(), {}, at(100)) == awards.derived(badge(), {"o": tally(None)}, at(100)) == {}


def test_a_grant_gives_what_was_not_earned() -> None:
    assert decided([], decision(GRANT, 1)) == [award(1, by=None)]
    assert decided([], decision(GRANT, 1), levels=LEVELS) == [award(1, by=None, level="one")]
    assert decided([], decision(GRANT, 1, "o"), repeat="object") == [award(1, by=None, object="o")]


def test_a_grant_leaves_what_was_earned_as_it_is() -> None:
    assert decided([award(3)], decision(GRANT, 1)) == [award(3)]


def test_a_grant_gives_anew_what_was_lost() -> None:
    assert decided([award(3, revoked_at=at(4))], decision(GRANT, 5)) == [award(5, by=None)]


def test_granting_twice_is_granting_once() -> None:
    assert decided([], decision(GRANT, 1), decision(GRANT, 2)) == [award(1, by=None)]
    lost = award(3, revoked_at=at(4))
    assert decided([lost], decision(GRANT, 5), decision(GRANT, 6)) == [award(5, by=None)]


def test_a_revocation_takes_what_was_earned_or_granted() -> None:
    assert decided([award(3)], decision(REVOKE, 5)) == [award(3, revoked_at=at(5))]
    assert decided([], decision(GRANT, 1), decision(REVOKE, 5)) == [award(1, by=None, revoked_at=at(5))]
    assert decided([], decision(REVOKE, 5)) == []


def test_a_revocation_ends_nothing_before_it_began() -> None:
    assert decided([award(3)], decision(REVOKE, 1)) == [award(3, revoked_at=at(3))]


def test_a_revocation_does_not_move_an_end() -> None:
    lost = award(3, revoked_at=at(4))
    assert decided([lost], decision(REVOKE, 9)) == [lost]


def test_a_revocation_takes_all_levels_and_a_grant_gives_them_back() -> None:
    both = [award(1, level="one"), award(2, level="two")]
    taken = decided(both, decision(REVOKE, 5), levels=LEVELS)
    assert [each.revoked_at for each in taken] == [at(5), at(5)]
    assert decided(both, decision(REVOKE, 5), decision(GRANT, 6), levels=LEVELS) == both


def test_decisions_follow_one_another_by_their_time() -> None:
    assert decided([], decision(REVOKE, 5), decision(GRANT, 1)) == [award(1, by=None, revoked_at=at(5))]
    assert decided([], decision(GRANT, 7), decision(REVOKE, 5), decision(GRANT, 1)) == [award(7, by=None)]


def test_a_decision_about_one_object_leaves_the_others() -> None:
    both = [award(1, object="o1"), award(2, object="o2")]
    assert decided(both, decision(REVOKE, 5, "o1"), repeat="object") == [
        award(1, object="o1", revoked_at=at(5)),
        both[1],
    ]
