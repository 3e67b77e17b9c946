"""Rules 15 to 17 of versioned delivery: tombstones, order, and the buckets in which a fact is counted."""

import itertools

from tests.titles_and_badges.consumer_rules.conftest import NICE, Listener

SECOND = {"name": "Second", "criterion": {"kind": "count", "role": "author"}, "at": 2}


def test_rule_15_an_older_copy_that_comes_after_the_retraction_does_not_count(listener: Listener) -> None:
    listener.define("nice", NICE)
    listener.hear(listener.like("x"), listener.like("y", actor="W"))
    assert listener.held("A") == [("nice", "o")]
    listener.hear(listener.retraction("x"))
    listener.hear(listener.like("x"))
    assert listener.held("A") == []
    assert listener.value("nice") == 1


def test_rule_15_a_retraction_that_comes_first_stands(listener: Listener) -> None:
    listener.define("nice", NICE)
    listener.hear(listener.retraction("x", version=3))
    listener.hear(listener.like("x"), listener.like("x", version=2))
    assert listener.value("nice") == 0
    listener.hear(listener.like("x", version=4))
    assert listener.value("nice") == 1


def test_rule_15_the_highest_version_of_a_batch_is_the_fact(listener: Listener) -> None:
    listener.define("nice", NICE)
    listener.hear(
        listener.like("x", version=3), listener.retraction("x", version=4), listener.like("x", version=2)
    )
    assert listener.value("nice") == 0


def test_rule_16_event_order_is_one_line_whatever_the_order_of_arrival(listener: Listener) -> None:
    listener.define("second", SECOND)
    for index, order in enumerate(itertools.permutations("abc")):
        member = f"A{index}"
        listener.people(member)
        deeds = {
            "a": listener.like("a", member, sequence=2),
            "b": listener.like("b", member),
            "c": listener.like("c", member, sequence=1),
        }
        for name in order:
            listener.hear(deeds[name])
        # b has no sequence, which is less than any; with the ids alone b itself would decide.
        assert listener.award(member)["decided_by"] == "c", order


def test_rule_16_the_id_decides_where_nothing_else_does(listener: Listener) -> None:
    listener.define("second", SECOND)
    listener.hear(listener.like("b"))
    listener.hear(listener.like("a"))
    assert listener.award("A")["decided_by"] == "b"


def test_rule_17_what_moves_leaves_the_bucket_in_which_it_was_counted(listener: Listener) -> None:
    listener.define("nice", NICE)
    listener.hear(listener.like("x"), listener.like("y", actor="W"))
    listener.hear(listener.like("x", version=2, about="p"), listener.like("z", actor="W", about="p"))
    assert listener.held("A") == [("nice", "p")]


def test_rule_17_a_retraction_leaves_the_bucket_that_today_it_would_not_be_in(listener: Listener) -> None:
    listener.define("nice", NICE)
    listener.hear(listener.like("x"), listener.like("y", actor="W"))
    listener.follow(listener.bot("A"))  # counted anew later
    listener.hear(listener.retraction("x"))
    assert listener.value("nice") == 1


def test_rule_17_a_recompute_selects_by_the_bucket_that_is_stored(listener: Listener) -> None:
    listener.define("nice", NICE)
    listener.hear(listener.like("x"), listener.like("y", actor="W"), listener.like("z", actor="U"))
    listener.follow(listener.bot("V"))  # counted anew later
    listener.hear(listener.retraction("z"))
    assert listener.value("nice") == 2, "as it was counted, until all is counted anew"
    listener.recount()
    assert listener.value("nice") == 1
    listener.hear(listener.retraction("y"))
    assert listener.value("nice") == 0
