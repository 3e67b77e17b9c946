"""Loops on a real database: one a friend, no circles, trees that are counted right, and what is said of them."""

import random
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from services.referral.repository import people, trees
from services.referral.use_cases import looping
from shared import mongo
from tests.fixtures import REFERRAL, Said
from tests.interleaving import held
from tests.referral.planting import Garden, day, standing, take, work_off


@pytest.fixture
def garden(community: str) -> Garden:
    garden = Garden(community)
    garden.found()
    return garden


def said(garden: Garden) -> list[tuple[str, str, bool]]:
    """(kind, about whom, whether it holds) of all that stands of what was said."""
    found = standing(take(garden.community))
    return sorted(
        (type(each).__name__, each.member, not getattr(each, "withdrawn", False)) for each in found.values()
    )


def test_following_again_changes_nothing_and_says_nothing(garden: Garden) -> None:
    garden.plant("bob", "ann")
    before = garden.loops()
    assert said(garden) == [
        ("ReferralAttributed", garden.member("ann"), True),
        ("ReferralJoined", garden.member("ann"), True),
    ]
    garden.follow("bob")
    garden.follow("bob")
    assert garden.loops() == before
    assert said(garden) == []


def test_generations_and_counts_reach_as_far_as_the_program_says(garden: Garden) -> None:
    garden.found(generations=2)
    for number, (friend, advocate) in enumerate(
        [("bob", "ann"), ("cid", "bob"), ("dan", "cid"), ("eve", "bob")]
    ):
        garden.plant(friend, advocate, number + 1)
    assert {each["friend"]: each["generation"] for each in garden.loops()} == {
        garden.member("bob"): 1,
        garden.member("cid"): 2,
        garden.member("dan"): 3,
        garden.member("eve"): 2,
    }
    assert garden.counts("ann") == {1: 1, 2: 2}
    assert garden.counts("bob") == {1: 2, 2: 1}
    assert garden.counts("dan") == {}
    parents = {each["friend"]: each.get("parent") for each in garden.loops()}
    loops = {each["friend"]: each["_id"] for each in garden.loops()}
    assert parents[garden.member("dan")] == loops[garden.member("cid")]
    assert parents[garden.member("bob")] is None


@pytest.mark.parametrize("seed", range(3))
def test_trees_are_the_same_in_whatever_order_joins_come(garden: Garden, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 (no secret)
    joins = [(f"m{number}", f"m{chance.randrange(number)}") for number in range(1, 14)]
    chance.shuffle(joins)
    for number, (friend, advocate) in enumerate(joins):
        garden.plant(friend, advocate, number)
    work_off()
    for number in range(14):
        assert garden.counts(f"m{number}") == garden.walked(f"m{number}")
    depths = {each["friend"]: each["generation"] for each in garden.loops()}
    for friend, advocate in joins:
        assert depths[garden.member(friend)] == depths.get(garden.member(advocate), 0) + 1
    assert {each["anc"][0] for each in garden.loops()} == {garden.member(name) for _, name in joins}


def test_a_circle_of_three_is_refused(garden: Garden) -> None:
    garden.plant("bob", "ann")
    garden.plant("cid", "bob", 2)
    garden.plant("ann", "cid", 3)
    assert {each["friend"] for each in garden.loops()} == {garden.member("bob"), garden.member("cid")}
    assert garden.counts("cid") == {}
    assert trees.above("friends", [garden.member("cid")]) == {
        garden.member("cid"): {garden.member("bob"), garden.member("ann")}
    }


def test_who_plant_at_once_close_no_circle(garden: Garden) -> None:
    for size in (2, 3, 4):
        names = [f"{size}-{number}" for number in range(size)]
        garden.enrol(*names)
        ring = list(zip(names, [*names[1:], names[0]], strict=True))
        for friend, advocate in ring:
            garden.attribute(friend, advocate, 1)
        threads = [threading.Thread(target=garden.follow, args=(friend,)) for friend, _ in ring]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        work_off()
        ours = [each for each in garden.loops() if each["friend"] in {garden.member(name) for name in names}]
        assert len(ours) == size - 1, "all but the one that would close the circle"
        for name in names:
            assert garden.counts(name) == garden.walked(name)


def test_two_branches_that_would_close_a_circle_far_from_each_other_collide(garden: Garden) -> None:
    garden.enrol("ann", "bob", "cid", "dan")
    garden.plant("ann", "bob", 5)
    garden.plant("cid", "dan", 5)
    garden.attribute("bob", "cid", 1)
    garden.attribute("dan", "ann", 1)
    with held(lambda: garden.follow("bob"), trees, "to_the_root"):
        garden.follow("dan")
    work_off()
    assert {each["friend"] for each in garden.loops()} == {
        garden.member(name) for name in ("ann", "cid", "dan")
    }
    assert garden.counts("bob") == garden.walked("bob") == {1: 1, 2: 1, 3: 1}


def test_many_who_come_by_one_at_once_are_all_counted(garden: Garden) -> None:
    names = [f"friend {number}" for number in range(60)]
    for name in names:
        garden.attribute(name, "ann", 1)
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(garden.follow, names))
    assert garden.counts("ann") == {1: 60}


def test_a_late_join_of_who_has_descendants_rewrites_what_is_below(garden: Garden) -> None:
    garden.plant("cid", "bob", 5)
    garden.plant("dan", "cid", 6)
    assert garden.counts("ann") == {}
    garden.plant("bob", "ann", 1)
    work_off()
    assert garden.counts("ann") == {1: 1, 2: 1, 3: 1}
    assert {each["friend"]: each["generation"] for each in garden.loops()}[garden.member("dan")] == 3


def test_a_change_of_mind_moves_the_branch_and_withdraws_what_was_said(garden: Garden) -> None:
    garden.plant("bob", "ann")
    garden.plant("cid", "bob", 2)
    garden.plant("bob", "zoe")
    work_off()
    assert garden.counts("ann") == {}
    assert garden.counts("zoe") == {1: 1, 2: 1}
    assert said(garden).count(("ReferralJoined", garden.member("ann"), True)) == 0
    garden.plant("bob", None)
    work_off()
    assert garden.counts("zoe") == {}
    assert [each["friend"] for each in garden.loops()] == [garden.member("cid")]
    assert ("ReferralJoined", garden.member("zoe"), False) in said(garden)
    garden.plant("bob", "ann")
    work_off()
    assert garden.counts("ann") == {1: 1, 2: 1}
    assert ("ReferralJoined", garden.member("ann"), True) in said(garden)


def test_when_two_are_one_their_loops_are_one_and_branches_move(garden: Garden) -> None:
    garden.plant("bob", "ann")
    garden.plant("cid", "bob", 2)
    garden.plant("bobby", "ann", 3)
    garden.plant("dan", "bobby", 4)
    take(garden.community)
    merge(garden, "bobby", "bob")
    assert garden.counts("ann") == {1: 1, 2: 2}
    assert garden.counts("bob") == {1: 2}
    assert garden.counts("bobby") == {}
    assert len(garden.loops()) == 3
    found = said(garden)
    assert ("ReferralJoined", garden.member("ann"), False) in found
    assert ("ReferralJoined", garden.member("bob"), True) in found
    merge(garden, "ann", "zoe")
    assert garden.counts("zoe") == {1: 1, 2: 2}
    assert garden.counts("ann") == {}
    assert ("ReferralJoined", garden.member("zoe"), True) in said(garden)


def merge(garden: Garden, one: str, into: str) -> None:
    """Let one member become another, as a profile would say."""
    people.ensure(garden.community, {garden.member(into): into})
    mongo.collection(REFERRAL, "people").update_one(
        {"_id": garden.member(one)}, {"$set": {"merged_into": garden.member(into)}}
    )
    garden.follow(into)
    looping.follow_below({"community": garden.community, "member": garden.member(one)})
    work_off()


def test_counts_are_proved_by_looking_at_every_loop_and_rebuilt_to_the_same(
    garden: Garden, laurel: Callable[..., Said]
) -> None:
    for number in range(1, 12):
        garden.plant(f"m{number}", f"m{(number - 1) // 3}", number)
    before = counters(garden)
    asked = ("referral", "generations", "--community", garden.community)
    assert laurel(*asked).out == "Nothing differs.\n"
    kept = mongo.collection(REFERRAL, "descendants")
    kept.update_one({"_id": before[0]["_id"]}, {"$inc": {"counts.1": 7}})
    kept.delete_one({"_id": before[-1]["_id"]})
    assert laurel(*asked).code != 0
    assert "2 members" in laurel(*asked, "--rebuild").out
    assert counters(garden) == before
    assert laurel(*asked).code == 0


def counters(garden: Garden) -> list[dict[str, Any]]:
    found = mongo.collection(REFERRAL, "descendants").find({"community": garden.community})
    return list(found.sort("_id", 1))


def test_orders_and_refunds_are_shown_and_said(garden: Garden) -> None:
    garden.attribute("bob", "ann", 1)
    garden.attribute("bob", "ann", 2, order="o1")
    keep_order(garden, "bob", "o1", 1_000, day_of=2)
    keep_refund(garden, "o1", "r1", 400)
    garden.follow("bob")
    (loop,) = garden.loops()
    assert loop["state"] == "purchased"
    assert [each["amount_minor"] for each in loop["orders"][0]["refunds"]] == [400]
    keep_refund(garden, "o1", "r2", None)
    garden.follow("bob")
    (loop,) = garden.loops()
    assert loop["state"] == "joined"
    assert [each["amount_minor"] for each in loop["orders"][0]["refunds"]] == [400, 600]
    found = standing(take(garden.community))
    refunded = next(each for each in found.values() if type(each).__name__ == "ReferralRefunded")
    assert (refunded.whole, refunded.version) == (True, 2)


def keep_order(garden: Garden, friend: str, order: str, amount: int, day_of: float) -> None:
    from services.referral.repository import orders  # noqa: PLC0415 (of these alone)

    mongo.collection(REFERRAL, "orders").insert_one(
        {"_id": orders.key(garden.community, order), "community": garden.community, "order": order,
         "member": garden.member(friend), "at": day(day_of), "amount_minor": amount, "currency": "EUR", "quantity": 1}
    )  # fmt: skip


def keep_refund(garden: Garden, order: str, refund: str, amount: int | None) -> None:
    from services.referral.repository import orders, refunds  # noqa: PLC0415 (of these alone)

    document: dict[str, Any] = {
        "_id": refunds.key(garden.community, order, refund), "community": garden.community,
        "order_key": orders.key(garden.community, order), "order": order, "refund": refund,
        "kind": "partial" if amount else "whole", "at": day(9), "amount_minor": amount,
    }  # fmt: skip
    found = {name: value for name, value in document.items() if value is not None}
    mongo.collection(REFERRAL, "refunds").insert_one(found)
