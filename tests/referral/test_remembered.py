"""What a transaction remembers is never older than what it wrote itself, whoever in it writes.

Each test asks, writes by every function that writes what is remembered, and asks again.
"""

from fractions import Fraction
from typing import Any

from services.referral.repository import advocates, enrolments, friends, people, rates, traces, trees
from shared import clock, mongo
from tests.fixtures import REFERRAL

PROGRAM = "spring"
NOW = clock.BEGINNING


def test_a_merge_within_a_transaction_is_seen_by_it(community: str) -> None:
    names = [f"{community} {name}" for name in ("ann", "old ann")]
    ann, old = names

    def body() -> None:
        people.ensure(community, dict(zip(names, names, strict=True)))
        assert people.survivors(names) == {ann: ann, old: old}
        assert people.merged([ann]) == {ann: ann}
        people.keep([{"_id": old, "community": community, "revision": 1, "merged_into": ann}])
        assert people.survivors(names) == {ann: ann, old: ann}
        assert people.merged([ann]) == {ann: ann, old: ann}
        assert people.merged([ann, old]) == {ann: ann, old: ann}

    mongo.transact(REFERRAL, body)
    assert people.survivors([old]) == {old: ann}


def test_people_who_are_met_are_who_they_are_now(community: str) -> None:
    names = [f"{community} {name}" for name in ("ann", "old ann", "nobody")]
    ann, old, nobody = names

    def body() -> None:
        people.meet(names)
        assert people.load(names) == {}
        people.ensure(community, {ann: "ann", old: "old"})
        assert shown(people.load(names)) == {ann: "ann", old: "old"}
        merged = {"_id": old, "community": community, "revision": 1, "external_id": "o", "merged_into": ann}
        people.keep([merged])
        assert shown(people.load(names)) == {ann: "ann", old: "o"}
        people.meet(names)
        assert people.survivors(names) == {ann: ann, old: ann, nobody: nobody}
        assert people.merged([ann]) == {ann: ann, old: ann}
        people.keep([{"_id": ann, "community": community, "revision": 1, "erased": True}])
        assert people.load([ann])[ann]["erased"]

    mongo.transact(REFERRAL, body)
    asked_apart = people.survivors(names), people.merged([ann]), people.load(names)
    mongo.transact(REFERRAL, lambda: people.meet(names))
    assert asked_apart == met(names, ann)


def shown(some: dict[str, dict[str, Any]]) -> dict[str, str]:
    return {name: each["external_id"] for name, each in some.items()}


def met(names: list[str], ann: str) -> tuple[dict[str, str], dict[str, str], dict[str, Any]]:
    def body() -> tuple[dict[str, str], dict[str, str], dict[str, Any]]:
        people.meet(names)
        return people.survivors(names), people.merged([ann]), people.load(names)

    return mongo.transact(REFERRAL, body)


def test_a_friend_who_is_held_is_read_as_he_was_kept_since(community: str) -> None:
    bob = f"{community} bob"

    def now() -> dict[str, Any]:
        found = friends.load([bob])[bob]
        assert found == mongo.collection(REFERRAL, "friends").find_one({"_id": bob})
        return found

    def body() -> None:
        friends.hold(community, bob)
        assert now()["settled"] == 1
        friends.keep(bob, {}, {"advocate": "ann", "visitors": ["phone"]})
        assert now()["advocate"] == "ann"
        friends.hold(community, bob)
        assert now()["settled"] == 2
        traces.forget_friend(community, bob)
        assert now()["forgotten"]
        assert "visitors" not in now()

    mongo.transact(REFERRAL, body)


def test_an_advocate_is_what_was_kept_of_him_last(community: str) -> None:
    ann = f"{community} ann"
    stored = {
        "_id": advocates.key(community, PROGRAM, ann),
        "community": community,
        "program": PROGRAM,
        "member": ann,
        "since": NOW,
        "state": "enrolled",
        "history": [[NOW, "enrolled"]],
        "by": "hand",
    }

    def body() -> None:
        assert advocates.of(community, [ann]) == []
        advocates.keep([stored])
        assert advocates.of(community, [ann]) == [stored]
        assert advocates.histories(community, [ann]) == {(PROGRAM, ann): [(NOW, "enrolled")]}
        assert [*enrolments.of([ann])] == [PROGRAM]
        assert rates.of(community, [(PROGRAM, ann)]) == {(PROGRAM, ann): []}
        rates.agree(stored, NOW, "sale", Fraction(1, 5))
        assert rates.of(community, [(PROGRAM, ann)]) == {(PROGRAM, ann): [(NOW, "sale", Fraction(1, 5))]}
        advocates.keep([{**stored, "became": "somebody"}])
        assert advocates.of(community, [ann]) == []
        assert [*enrolments.of([ann])] == [PROGRAM]

    mongo.transact(REFERRAL, body)


def test_whoever_has_a_friend_by_now_has_one(community: str) -> None:
    ann, bob = (f"{community} {name}" for name in ("ann", "bob"))

    def body() -> None:
        assert not trees.has_friends(PROGRAM, ann)
        trees.shift(community, PROGRAM, bob, {(ann, 1): 1})
        assert trees.has_friends(PROGRAM, ann)
        trees.shift(community, PROGRAM, bob, {(ann, 1): -1})
        assert not trees.has_friends(PROGRAM, ann)
        trees.replace(community, ann, {trees.part(ann, PROGRAM, bob): {1: 1}})
        assert trees.has_friends(PROGRAM, ann)
        assert not trees.has_friends(PROGRAM, bob)

    mongo.transact(REFERRAL, body)
