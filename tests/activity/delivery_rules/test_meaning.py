"""Rules 7 to 11 of versioned delivery: who is told, what is known of an object, and what is final."""

import itertools
from datetime import UTC, datetime

import pytest

from services.activity.repository import activities
from services.activity.use_cases import delivering, fan_out
from tests.activity.delivery_rules.conftest import MINUTES, Stage
from tests.interleaving import held

ANSWER = {"id": "o", "type": "Answer"}
REPLY = {"id": "o", "type": "Answer", "inReplyTo": "q"}
QUESTION = {"id": "q", "type": "Question"}


def test_rule_07_who_is_concerned_no_longer_gets_a_retraction(stage: Stage) -> None:
    stage.members("S")
    stage.post("like", "Like", "L", "o")
    stage.settle()
    assert stage.merge("L", "S") == 200
    stage.settle()
    assert stage.know("like", ["L", "S"]) == ["S"]


def test_rule_07_who_left_is_told_so_with_every_later_version(stage: Stage) -> None:
    stage.members("S")
    stage.post("like", "Like", "L", "o")
    stage.merge("L", "S")
    stage.settle()
    stage.post("like", "Like", "L", "o", value=2, updated=MINUTES[1])
    stage.settle()
    assert max(stage.versions("like", "L")) == max(stage.versions("like", "S"))
    assert stage.know("like", ["L", "S"]) == ["S"]


CLAIMS = [
    ("create", "Create", "A", ANSWER, 0),
    ("mention", "Like", "V", {**ANSWER, "attributedTo": "C"}, 5),
    ("bare", "Like", "W", "o", 6),
]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_rule_08_who_creates_knows_better_than_who_mentions(stage: Stage, order: tuple[int, ...]) -> None:
    for index in order:
        stage.post(*CLAIMS[index])
    stage.settle()
    assert stage.know("bare", ["A", "C"]) == ["A"]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_rule_08_of_equals_the_latest_claim_and_then_the_greatest_id_is_the_best(
    stage: Stage, order: tuple[int, ...]
) -> None:
    claims = [("1", "A", 1), ("2", "B", 1), ("3", "C", 0)]
    for name, author, minute in (claims[index] for index in order):
        stage.post(name, "Like", "V", {"id": "o", "attributedTo": author}, minute)
    stage.settle()
    assert stage.know("1", ["A", "B", "C"]) == ["B"]


def test_rule_08_a_retracted_claim_gives_way_to_the_next_best(stage: Stage) -> None:
    for claim in CLAIMS:
        stage.post(*claim)
    stage.retract("create")
    stage.settle()
    assert stage.know("bare", ["A", "C"]) == ["C"]
    stage.retract("mention")
    stage.settle()
    assert stage.know("bare", ["A", "C"]) == []


def test_rule_09_an_answer_learns_of_its_question(stage: Stage) -> None:
    stage.post("answer", "Create", "A", REPLY)
    stage.post("like", "Like", "V", "o")
    stage.settle()
    stage.post("question", "Create", "A", QUESTION)
    stage.settle()
    assert _parent_author(stage, "answer", "A") == "A"
    assert _parent_author(stage, "like", "V") == "A"


def test_rule_09_an_answer_parallel_to_its_question_learns_of_it(stage: Stage) -> None:
    with held(lambda: stage.post("answer", "Create", "A", REPLY), activities, "claims"):
        stage.post("question", "Create", "A", QUESTION)
        stage.settle()
    stage.settle()
    assert _parent_author(stage, "answer", "A") == "A"


def test_rule_09_an_edit_reaches_what_was_about_the_old_object_and_its_answers(stage: Stage) -> None:
    stage.post("question", "Create", "A", QUESTION)
    stage.post("answer", "Create", "B", REPLY)
    stage.post("like", "Like", "V", "q")
    stage.settle()
    stage.post("question", "Create", "A", {**QUESTION, "id": "elsewhere"}, updated=MINUTES[1])
    stage.settle()
    assert stage.know("like", ["A", "V"]) == ["V"]
    assert _parent_author(stage, "answer", "B") is None


def test_rule_09_an_edit_that_names_another_parent_is_followed(stage: Stage) -> None:
    stage.post("q1", "Create", "A", QUESTION)
    stage.post("q2", "Create", "C", {**QUESTION, "id": "q2"})
    stage.post("answer", "Create", "B", REPLY)
    stage.post("like", "Like", "V", "o")
    stage.settle()
    stage.post("answer", "Create", "B", {**REPLY, "inReplyTo": "q2"}, updated=MINUTES[1])
    stage.settle()
    assert _parent_author(stage, "like", "V") == "C"
    stage.retract("q1")
    stage.settle()
    assert _parent_author(stage, "like", "V") == "C"


def test_rule_09_a_fan_out_goes_on_until_all_are_reached(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "STEP", 2)
    monkeypatch.setattr(fan_out, "ANSWERS_A_STEP", 2)
    for number in range(5):
        stage.post(f"answer-{number}", "Create", "A", {**REPLY, "id": f"o{number}"})
        stage.post(f"like-{number}", "Like", "V", "q")
    stage.settle()
    stage.post("question", "Create", "Q", QUESTION)
    stage.settle()
    assert [_parent_author(stage, f"answer-{number}", "A") for number in range(5)] == ["Q"] * 5
    assert len(stage.know("like-0", ["Q"]) + stage.know("like-4", ["Q"])) == 2


def test_rule_10_a_retraction_that_came_first_stands(stage: Stage) -> None:
    stage.retract("like")
    assert stage.post("like", "Like", "V", "o") == "accepted"
    stage.settle()
    assert stage.told("like", "V") is None


def test_rule_10_a_retraction_parallel_to_its_activity_stands(stage: Stage) -> None:
    with held(lambda: stage.post("like", "Like", "V", "o"), activities, "stored"):
        stage.retract("like")
    stage.settle()
    assert stage.told("like", "V") is None


def test_rule_10_a_later_edit_revives_nothing(stage: Stage) -> None:
    stage.post("create", "Create", "A", ANSWER)
    stage.post("like", "Like", "V", "o")
    stage.retract("create")
    stage.post("create", "Create", "A", {**ANSWER, "type": "Question"}, updated=MINUTES[9])
    stage.settle()
    assert stage.told("create", "A") is None
    assert stage.know("like", ["A", "V"]) == ["V"]


def test_rule_11_what_a_merged_member_does_afterwards_is_the_survivors(stage: Stage) -> None:
    stage.members("L", "M", "S")
    stage.merge("L", "M")
    stage.merge("M", "S")
    stage.settle()
    stage.post("create", "Create", "L", ANSWER)
    stage.post("like", "Like", "V", "o")
    assert stage.know("create", ["L", "M", "S"]) == ["S"]
    assert stage.know("like", ["L", "M", "S"]) == ["S"]


def test_rule_11_a_merge_parallel_to_a_like_is_followed(stage: Stage) -> None:
    stage.members("L", "S")
    with held(lambda: stage.post("like", "Like", "L", "o"), activities, "claims"):
        stage.merge("L", "S")
        stage.settle()
    stage.settle()
    assert stage.know("like", ["L", "S"]) == ["S"]


def test_rule_16_dates_are_cut_to_milliseconds_at_the_door(stage: Stage) -> None:
    written = "2026-05-01T12:00:00.123987+02:00"
    stage.post("create", "Create", "A", {**ANSWER, "published": written}, published=written)
    told = stage.told("create", "A")
    assert told is not None
    assert told.object is not None
    cut = datetime(2026, 5, 1, 10, 0, 0, 123000, tzinfo=UTC)
    assert told.published == told.object.published == cut
    stage.settle()
    assert list(stage.versions("create", "A")) == [1], "what is stored is what was decided on"


def _parent_author(stage: Stage, activity: str, member: str) -> str | None:
    """Who wrote the parent, as the member was told in the end: a name of this test's, None for nobody."""
    told = stage.told(activity, member)
    assert told is not None
    assert told.object is not None
    author = told.object.parent.author if told.object.parent else None
    return next((name for name in "ABCQ" if stage.member(name) == author), None)
