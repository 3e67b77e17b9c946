"""What looks arranged, by stated thresholds."""

from datetime import UTC, datetime, timedelta

from services.titles_and_badges.domain import holds
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.holds import BURST, RING, SHARE

START = datetime(2026, 10, 1, tzinfo=UTC)


def likes(member: str, giver: str | None, count: int, every: timedelta = timedelta(hours=5)) -> list[Fact]:
    return [
        Fact(
            member=member, activity=f"{giver}/{member}/{number}", version=1, roles=("author",), type="Like",
            published=START + number * every, actor=giver, object=f"post/{number}", object_author=member,
        )
        for number in range(count)
    ]  # fmt: skip


def found(**given: list[Fact]) -> list[tuple[str, str, str, int]]:
    return [(each.member, each.giver, each.rule, len(each.activities)) for each in holds.suspicions(given)]


def test_one_person_who_gives_more_than_half_of_ten_or_more_is_held() -> None:
    others = [fact for number in range(9) for fact in likes("ann", f"fan{number}", 1)]
    assert found(ann=[*likes("ann", "bob", 10), *others]) == [("ann", "bob", SHARE, 10)]
    assert found(ann=[*likes("ann", "bob", 10), *others, *likes("ann", "zoe", 1)]) == []  # just half of it
    assert found(ann=likes("ann", "bob", 9)) == []


def test_a_burst_is_held_and_what_lies_before_and_after_it_is_not() -> None:
    crowd = [fact for number in range(40) for fact in likes("ann", f"fan{number}", 1)]
    slow = likes("ann", "bob", 3)
    quick = [
        Fact(member="ann", activity=f"quick/{number}", version=1, roles=("author",), type="Like", actor="bob",
             published=START + timedelta(days=9, minutes=number), object="post", object_author="ann")
        for number in range(11)
    ]  # fmt: skip
    assert found(ann=[*crowd, *slow, *quick]) == [("ann", "bob", BURST, 11)]
    assert found(ann=[*crowd, *slow, *quick[:9]]) == []


def test_a_ring_of_two_or_of_three_is_held_in_every_member_of_it() -> None:
    assert found(ann=likes("ann", "bob", 6), bob=likes("bob", "ann", 6)) == [
        ("ann", "bob", RING, 6), ("bob", "ann", RING, 6),
    ]  # fmt: skip
    three = found(ann=likes("ann", "bob", 5), bob=likes("bob", "cid", 5), cid=likes("cid", "ann", 5))
    assert [each[:3] for each in three] == [("ann", "bob", RING), ("bob", "cid", RING), ("cid", "ann", RING)]


def test_a_fan_who_is_not_thanked_back_is_no_ring_nor_is_a_friendship_among_many_others() -> None:
    assert found(ann=likes("ann", "bob", 6), bob=likes("bob", "zoe", 6)) == []
    crowd = [fact for number in range(20) for fact in likes("ann", f"fan{number}", 1)]
    assert found(ann=[*likes("ann", "bob", 6), *crowd], bob=likes("bob", "ann", 6)) == []


def test_what_one_does_oneself_or_nobody_did_is_not_looked_at() -> None:
    assert found(ann=[*likes("ann", "ann", 30), *likes("ann", None, 30)]) == []


def test_the_order_of_arrival_does_not_show() -> None:
    facts = likes("ann", "bob", 12, timedelta(minutes=1))
    assert holds.suspicions({"ann": facts}) == holds.suspicions({"ann": facts[::-1]})
    assert all(holds.words(rule, 10, 12) for rule in (BURST, SHARE, RING))
