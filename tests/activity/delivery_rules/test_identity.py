"""Rules 12 to 14 of versioned delivery, and 18d: merges, erasures, and the relay that sends profiles."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from services.activity.repository import DATABASE, members
from services.activity.use_cases import delivering, fan_out, profiling
from shared import mongo, work
from shared.clock import BEGINNING
from tests.activity.delivery_rules.conftest import Stage
from tests.interleaving import held

QUESTION = {"id": "q", "type": "Question"}
ANSWER = {"id": "o", "type": "Answer", "inReplyTo": "q"}


def test_rule_12_two_merges_at_once_make_no_circle(stage: Stage) -> None:
    stage.members("B", "C", "X", "Y")
    assert stage.merge("X", "B") == stage.merge("Y", "C") == 200  # both have been survivors before
    answers: list[int] = []
    with held(lambda: answers.append(stage.merge("C", "B")), members, "load"):
        answers.append(stage.merge("B", "C"))
    assert answers == [200, 409]
    assert members.known([stage.member("B")])[1] == {stage.member("B"): stage.member("C")}


def test_rule_12_three_merges_at_once_make_no_circle(stage: Stage) -> None:
    stage.members("A", "B", "C")
    answers: list[int] = []
    with (
        held(lambda: answers.append(stage.merge("C", "A")), members, "load"),
        held(lambda: answers.append(stage.merge("B", "C")), members, "known"),
    ):
        answers.append(stage.merge("A", "B"))
    assert sorted(answers) == [200, 200, 409]


def test_rule_12_a_merge_parallel_to_the_erasure_of_the_survivor_forgets_both(stage: Stage) -> None:
    stage.members("L", "S")
    stage.post("like", "Like", "L", "o")
    with held(lambda: stage.erase("S"), members, "absorbed"):
        stage.merge("L", "S")
    stage.settle()
    assert stage.know("like", ["L", "S"]) == []
    assert not {"L", "S"} & _names_kept(stage)


def test_rule_13_a_merge_reaches_what_the_loser_did_and_wrote_and_what_answers_it(stage: Stage) -> None:
    stage.members("D")
    stage.post("question", "Create", "A", QUESTION)
    stage.post("answer", "Create", "B", ANSWER)
    stage.post("like", "Like", "V", "q")
    stage.settle()
    stage.merge("A", "D")
    stage.settle()
    assert stage.know("question", ["A", "D"]) == ["D"]
    assert stage.know("like", ["A", "D"]) == ["D"]
    assert _authors(stage, "answer", "B") == [stage.member("B"), stage.member("D")]


def test_rule_13_a_merge_reaches_those_who_were_merged_into_the_loser_before(stage: Stage) -> None:
    stage.members("L", "D")
    stage.post("question", "Create", "A", QUESTION)
    stage.post("answer", "Create", "B", ANSWER)
    stage.post("like", "Like", "V", "q")
    stage.settle()
    stage.merge("A", "L")
    stage.settle()
    stage.merge("L", "D")
    stage.settle()
    assert stage.know("question", ["A", "L", "D"]) == ["D"]
    assert stage.know("like", ["A", "L", "D"]) == ["D"]
    assert _authors(stage, "answer", "B") == [stage.member("B"), stage.member("D")]


def test_rule_13_a_merge_reaches_more_than_one_step_holds(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "STEP", 2)
    stage.members("D")
    for number in range(5):
        stage.post(f"create-{number}", "Create", "A", {"id": f"o{number}"})
        stage.post(f"like-{number}", "Like", "V", f"o{number}")
    stage.settle()
    stage.merge("A", "D")
    stage.settle()
    assert all(stage.know(f"create-{number}", ["A", "D"]) == ["D"] for number in range(5))
    assert all(stage.know(f"like-{number}", ["A", "D"]) == ["D"] for number in range(5))


def test_rule_13_a_merge_that_dies_after_each_of_its_steps_reaches_all_the_same(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivering, "STEP", 1)
    stage.members("D")
    for number in range(2):
        stage.post(f"create-{number}", "Create", "A", {"id": f"o{number}"})
        stage.post(f"like-{number}", "Like", "V", f"o{number}")
    stage.settle()
    stage.merge("A", "D")
    while work.pending(DATABASE):
        with monkeypatch.context() as patch, contextlib.suppress(SystemExit):
            patch.setattr(work, "_remember", _die)
            stage.settle()
        _forget_claims()
        work.do_next(DATABASE, fan_out.STEPS, _after(1))
    for name in ("create-0", "create-1", "like-0", "like-1"):
        assert stage.know(name, ["A", "D"]) == ["D"]


def test_rule_14_what_an_erased_member_did_stays_a_strangers(stage: Stage) -> None:
    stage.post("create", "Create", "A", ANSWER)
    stage.post("like", "Like", "E", "o")
    stage.settle()
    stage.erase("E")
    stage.settle()
    assert stage.know("like", ["A", "E"]) == ["A"]
    told = stage.told("like", "A")
    assert told is not None
    assert told.actor not in {None, stage.member("E")}


def test_rule_14_two_erased_members_do_not_become_one(stage: Stage) -> None:
    stage.post("question", "Create", "E", QUESTION)
    stage.post("answer", "Create", "A", ANSWER)
    stage.post("accept", "Accept", "F", "o")
    stage.settle()
    stage.erase("E")
    stage.erase("F")
    stage.settle()
    told = stage.told("accept", "A")
    assert told is not None
    assert told.actor is not None
    assert told.actor not in _authors(stage, "accept", "A")


def test_rule_14_an_erased_name_is_kept_nowhere_and_does_not_come_back(stage: Stage) -> None:
    stage.members("E", "L")
    stage.merge("L", "E")
    stage.ask("PUT", "/v1/members/E/identities/mastodon/secret")
    stage.erase("E")
    stage.post("like", "Like", "E", "o")
    stage.post("other", "Like", "L", "o")
    stage.settle()
    assert stage.know("like", ["E", "L"]) + stage.know("other", ["E", "L"]) == []
    assert not {"E", "L", "secret"} & _names_kept(stage)


def test_rule_14_an_erased_bot_stays_a_bot(stage: Stage) -> None:
    stage.ask("PUT", "/v1/members/E", {"role": "bot"})
    stage.post("like", "Like", "E", "o")
    stage.erase("E")
    stage.settle()
    sent = _sent_profiles(stage, 2)
    assert sent[stage.member("E")]["value"] is None
    (stranger,) = (name for name in sent if name.startswith("p"))
    assert b'"bot"' in sent[stranger]["value"]


def test_rule_18d_a_profile_that_changes_while_it_is_sent_is_sent_again(stage: Stage) -> None:
    stage.members("A")
    producer = _Producer(stage, lambda: stage.ask("PUT", "/v1/members/A", {"name": "Ann"}))
    profiling.send_profiles(producer)  # type: ignore[arg-type]  # it has what is used
    assert b"Ann" not in producer.last("A")
    profiling.send_profiles(producer)  # type: ignore[arg-type]
    assert b"Ann" in producer.last("A")


def test_rule_18d_a_relay_that_was_overtaken_leaves_the_newest_state_last(stage: Stage) -> None:
    stage.members("A")
    second = _Producer(stage)
    log: list[Any] = second.sent

    def overtake() -> None:
        stage.ask("PUT", "/v1/members/A", {"name": "Ann"})
        profiling.send_profiles(second)  # type: ignore[arg-type]

    first = _Producer(stage, overtake, log)
    profiling.send_profiles(first)  # type: ignore[arg-type]
    assert b"Ann" not in first.last("A"), "the old state lies above the new one"
    profiling.send_profiles(second)  # type: ignore[arg-type]
    assert b"Ann" in second.last("A")
    assert stage.member("A") not in {each["_id"] for each in members.unsent(1000)}


def test_rule_18d_republishing_sends_every_profile_again(stage: Stage) -> None:
    stage.members("A")
    _sent_profiles(stage, 1)
    fan_out.republish(stage.community)
    stage.settle()
    again = _Producer(stage)
    profiling.send_profiles(again)  # type: ignore[arg-type]
    assert {stage.member("A"), f"community:{stage.community}"} <= {message.key for message in again.sent}


def _die(*_: Any) -> None:
    raise SystemExit


def _after(steps: int) -> Callable[[], bool]:
    """Told to stop after so many steps."""
    left = iter(range(steps))
    return lambda: next(left, None) is None


def _forget_claims() -> None:
    mongo.collection(DATABASE, work.COLLECTION).update_many({}, {"$set": {"claimed_until": BEGINNING}})


class _Producer:
    """Stands where the relay's producer stands: keeps what is sent, in order, and lets things happen before."""

    def __init__(self, stage: Stage, meanwhile: Any = None, log: list[Any] | None = None) -> None:
        self.stage = stage
        self.meanwhile = meanwhile
        self.sent = [] if log is None else log

    def send(self, topic: str, messages: list[Any]) -> list[None]:
        del topic
        if self.meanwhile:
            meanwhile, self.meanwhile = self.meanwhile, None
            meanwhile()
        self.sent.extend(messages)
        return [None] * len(messages)

    def last(self, name: str) -> bytes:
        """The last state of a member."""
        states = [message.value for message in self.sent if message.key == self.stage.member(name)]
        return bytes(states[-1])


def _sent_profiles(stage: Stage, at_least: int) -> dict[str, dict[str, Any]]:
    producer = _Producer(stage)
    while profiling.send_profiles(producer):  # type: ignore[arg-type]
        pass
    assert len(producer.sent) >= at_least
    return {message.key: {"value": message.value} for message in producer.sent}


def _authors(stage: Stage, activity: str, member: str) -> list[str | None]:
    """The authors of the object and of its parent, as the member was told in the end."""
    told = stage.told(activity, member)
    assert told is not None
    assert told.object is not None
    assert told.object.parent is not None
    return [told.object.author, told.object.parent.author]


def _names_kept(stage: Stage) -> set[str]:
    stored = mongo.collection(DATABASE, "members").find({"community": stage.community})
    return {document["external_id"] for document in stored if "external_id" in document}
