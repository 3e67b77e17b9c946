"""Rules 18b and 18e of versioned delivery: profiles in any order, merges, erasures, and what people granted."""

from services.titles_and_badges.repository import DATABASE, communities
from shared import mongo
from tests.interleaving import held
from tests.titles_and_badges.consumer_rules.conftest import NICE, Listener

THANKS = {"name": "Thanks", "criterion": {"kind": "manual"}}


def test_rule_18e_a_grant_to_the_loser_is_the_survivors_after_a_merge(listener: Listener) -> None:
    listener.define("thanks", THANKS)
    listener.people("L", "S")
    assert listener.grant("thanks", "L") == 200
    listener.follow(listener.profile("L", merged_into=listener.member("S")))
    listener.recount()
    assert listener.held("S") == [("thanks", None)]
    (only,) = listener.badges("GET", "/v1/badges/thanks/holders").get_json()["items"]
    assert only["member"]["id"] == "S"


def test_rule_18e_a_grant_is_resolved_through_every_merge(listener: Listener) -> None:
    listener.define("thanks", THANKS)
    listener.people("L", "M", "S")
    listener.grant("thanks", "L")
    listener.follow(listener.profile("M", merged_into=listener.member("S")))
    listener.follow(listener.profile("L", merged_into=listener.member("M")))
    listener.recount()
    assert listener.held("S") == [("thanks", None)]


def test_rule_18e_a_grant_parallel_to_the_merge_is_the_survivors(listener: Listener) -> None:
    listener.define("thanks", THANKS)
    listener.people("L", "S")
    with held(lambda: listener.grant("thanks", "L"), communities, "member_of"):
        listener.follow(listener.profile("L", merged_into=listener.member("S")))
        # The recount waits for the grant, which has passed the barrier.
    listener.recount()
    assert listener.held("S") == [("thanks", None)]
    assert len(listener.badges("GET", "/v1/awards").get_json()["items"]) == 1


def test_rule_18e_what_the_loser_earned_becomes_the_survivors(listener: Listener) -> None:
    listener.define("nice", NICE)
    listener.people("L", "S")
    listener.hear(listener.like("x", "L"), listener.like("y", "L", "W"))
    assert listener.held("L") == [("nice", "o")]
    listener.follow(listener.profile("L", merged_into=listener.member("S")))
    listener.recount()
    # His copies are taken back and delivered to the survivor, in any order; between them he holds nothing twice.
    listener.hear(listener.like("x", "S", version=2), listener.retraction("x", "L"))
    listener.hear(listener.retraction("y", "L"), listener.like("y", "S", "W", version=2))
    assert listener.held("S") == [("nice", "o")]
    assert len(listener.badges("GET", "/v1/awards").get_json()["items"]) == 1


def test_rule_18e_a_late_fact_of_the_loser_gives_him_nothing_back(listener: Listener) -> None:
    listener.define("first", {"name": "First", "criterion": {"kind": "first"}})
    listener.people("L", "S")
    listener.grant("first", "L")
    listener.follow(listener.profile("L", merged_into=listener.member("S")))
    listener.recount()
    listener.hear(listener.deed("x", "L"))
    listener.hear(listener.retraction("x", "L"))
    (only,) = listener.badges("GET", "/v1/awards").get_json()["items"]
    assert only["member"]["id"] == "S"


def test_an_older_profile_that_comes_late_changes_nothing(listener: Listener) -> None:
    listener.define("nice", NICE)
    listener.hear(listener.like("x"))
    old, new = listener.profile("V"), listener.bot("V")
    listener.follow(new)
    listener.follow(old)
    listener.follow(new, old)
    listener.recount()
    assert listener.value("nice") == 0


def test_a_profile_that_comes_after_its_tombstone_changes_nothing(listener: Listener) -> None:
    listener.define("thanks", THANKS)
    listener.follow("E")
    listener.people("E")
    listener.follow(listener.profile("F"), "F", listener.profile("F"))
    for name in "EF":
        assert listener.grant("thanks", name) == 404
    stored = communities.profiles([listener.member(name) for name in "EF"]).values()
    assert all(profile["erased"] and "external_id" not in profile for profile in stored)


def test_awards_of_a_member_of_whom_only_the_tombstone_came_are_shown_without_a_name(
    listener: Listener,
) -> None:
    listener.define("nice", NICE)
    listener.hear(listener.like("x", "E"), listener.like("y", "E", "W"))
    listener.follow("E")
    (only,) = listener.badges("GET", "/v1/awards").get_json()["items"]
    assert only["member"] == {"id": None, "name": None}


def test_an_erased_member_holds_no_grant_and_its_reason_is_forgotten(listener: Listener) -> None:
    listener.define("thanks", THANKS)
    listener.people("E")
    listener.grant("thanks", "E")
    listener.follow("E")
    listener.recount()
    assert listener.badges("GET", "/v1/awards").get_json()["items"] == []
    assert _decisions(listener, "E") == 0


def test_a_grant_parallel_to_the_erasure_is_forgotten_too(listener: Listener) -> None:
    listener.define("thanks", THANKS)
    listener.people("E")
    with held(lambda: listener.grant("thanks", "E"), communities, "member_of"):
        listener.follow("E")
    assert _decisions(listener, "E") == 1
    listener.recount()
    assert listener.badges("GET", "/v1/awards").get_json()["items"] == []
    assert _decisions(listener, "E") == 0


def test_a_stranger_who_was_a_bot_counts_for_nobody(listener: Listener) -> None:
    listener.define("nice", NICE)
    listener.hear(listener.like("x", actor="a pseudonym"), listener.like("y", actor="W"))
    assert listener.held("A") == [("nice", "o")]
    listener.follow(listener.bot("a pseudonym"))  # the profile comes after what he did
    listener.recount()
    assert listener.held("A") == []


def _decisions(listener: Listener, name: str) -> int:
    return mongo.collection(DATABASE, "decisions").count_documents({"member": listener.member(name)})
