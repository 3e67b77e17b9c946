"""`laurel titles-and-badges verify` names whatever is not what the facts say; `rebuild` makes it so, beside batches."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from services.titles_and_badges.repository import DATABASE, facts
from services.titles_and_badges.use_cases import counting, rebuilding
from shared import mongo
from shared.settings import Settings
from tests.fixtures import Said
from tests.interleaving import held
from tests.titles_and_badges.consumer_rules.conftest import HOUR, NICE, Listener

LIKES = {"name": "Likes", "criterion": {"kind": "count", "role": "author"}, "at": 2}
FIRST = {"name": "First", "criterion": {"kind": "object-score"}, "at": 1, "policy": "live"}
THANKS = {"name": "Thanks", "criterion": {"kind": "manual"}}

Laurel = Callable[..., Said]


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "FACTS_A_CHUNK", 3)


@pytest.fixture
def told(listener: Listener) -> Listener:
    """A community in which something happened of every kind."""
    for slug, definition in {"likes": LIKES, "nice": NICE, "first": FIRST, "thanks": THANKS}.items():
        listener.define(slug, definition)
    listener.people("B", "W")
    listener.hear(listener.like("1"), listener.like("2", actor="W"), listener.like("3", about="p"))
    later = HOUR + timedelta(hours=1)
    dislike = listener.like("4", about="p", type="Dislike", published=later)
    listener.hear(dislike, listener.like("5", "B"), listener.like("6", "B", published=later))
    listener.hear(listener.like("0", "B", actor="W", published=HOUR - timedelta(days=1)))  # late
    listener.hear(listener.retraction("3"), listener.retraction("6", "B"))
    assert listener.grant("thanks", "W") == 200
    listener.recount()
    return listener


def verify(laurel: Laurel, listener: Listener) -> Said:
    """What the command says."""
    return laurel("titles-and-badges", "verify", "--community", listener.community)


def test_what_was_heard_is_what_the_facts_say(told: Listener, laurel: Laurel) -> None:
    said = verify(laurel, told)
    assert (said.code, said.err) == (0, "")
    assert said.out.endswith("5 facts of 3 members: nothing differs from them.\n")


def test_a_community_that_nobody_knows_is_not_in_order(databases: Settings, laurel: Laurel) -> None:
    del databases
    said = laurel("titles-and-badges", "verify", "--community", "nobody-knows-it")
    assert said.code != 0
    assert "nobody-knows-it" in said.err


DAMAGE: dict[str, tuple[str, Callable[[str], tuple[dict[str, object], object]]]] = {
    "tally likes": (
        "tallies",
        lambda member: ({"_id": member}, {"$set": {"buckets.likes.state.value": 7}}),
    ),
    "tally nice of o": ("object_tallies", lambda member: ({"_id": f"{member}:o"}, None)),
    "fact 1": ("facts", lambda member: ({"_id": f"{member}:1"}, {"$set": {"buckets": ["likes"]}})),
    "award": ("awards", lambda member: ({"member": member, "badge": "nice"}, None)),
    "tally likes ": ("tallies", lambda member: ({"_id": member}, None)),
}


@pytest.mark.parametrize("name", DAMAGE)
def test_damage_is_named_and_repaired(told: Listener, laurel: Laurel, name: str) -> None:
    collection, damage = DAMAGE[name]
    which, change = damage(told.member("A"))
    damaged = mongo.collection(DATABASE, collection)
    if change is None:
        assert damaged.delete_one(which).deleted_count
    else:
        assert damaged.update_one(which, change).modified_count
    said = verify(laurel, told)
    assert said.code == 1
    assert f"{told.member('A')} {name.strip()}" in said.out
    assert laurel("titles-and-badges", "rebuild", "--community", told.community).code == 0
    assert verify(laurel, told).code == 0
    told.hear(told.like("7", about="q"))  # and consumers go on from there
    assert verify(laurel, told).code == 0


def test_what_nothing_earned_is_named_and_withdrawn(told: Listener, laurel: Laurel) -> None:
    award = mongo.collection(DATABASE, "awards").find_one({"member": told.member("A"), "badge": "nice"})
    assert award is not None
    ghost = {**award, "_id": "ghost", "member": told.member("nobody")}
    mongo.collection(DATABASE, "awards").insert_one(ghost)
    assert f"{told.member('nobody')} award ghost" in verify(laurel, told).out
    assert laurel("titles-and-badges", "rebuild", "--community", told.community).code == 0
    assert verify(laurel, told).code == 0


def test_a_rebuild_from_nothing_is_the_same(told: Listener, laurel: Laurel) -> None:
    before = [told.held(name) for name in ("A", "B", "W")]
    for name in ("tallies", "awards"):
        mongo.collection(DATABASE, name).delete_many({"community": told.community})
    theirs = {"community": told.community}
    assert mongo.collection(DATABASE, "object_tallies").delete_many(theirs).deleted_count == 3
    assert laurel("titles-and-badges", "rebuild", "--community", told.community).code == 0
    assert verify(laurel, told).code == 0
    assert [told.held(name) for name in ("A", "B", "W")] == before
    # By their community they are found when time changes them.
    assert mongo.collection(DATABASE, "object_tallies").count_documents(theirs) == 3


def test_a_batch_beside_a_rebuild_is_not_lost(told: Listener, laurel: Laurel) -> None:
    with held(lambda: list(rebuilding.rebuild(told.community)), facts, "following_members"):
        told.hear(told.like("8"), told.like("9", "B"))
    assert told.value("likes") == 4
    assert verify(laurel, told).code == 0
