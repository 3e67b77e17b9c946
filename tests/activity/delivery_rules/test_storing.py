"""Rules 1 to 6 of versioned delivery: marks, checks and versions, each on a forced interleaving."""

from services.activity import queries
from services.activity.repository import DATABASE, activities
from services.activity.use_cases import delivering, fan_out
from shared import mongo, work
from shared.events.activity import ActivityRecorded, ActivityRetracted
from tests.activity.delivery_rules.conftest import MINUTES, Stage
from tests.interleaving import held

ANSWER = {"id": "o", "type": "Answer"}


def test_rule_01_check_after_commit_create_parallel_like(stage: Stage) -> None:
    with held(lambda: stage.post("like", "Like", "V", "o"), activities, "claims"):
        stage.post("create", "Create", "A", ANSWER)
        stage.settle()  # the fan-out finds no like: it is not committed yet
    assert stage.told("like", "A") is None
    stage.settle()
    assert stage.told("like", "A") is not None


def test_rule_01_what_is_stored_is_delivered_at_once(stage: Stage) -> None:
    stage.post("create", "Create", "A", ANSWER)
    stage.post("like", "Like", "V", "o")
    assert stage.know("like", ["A", "V"]) == ["A", "V"]


def test_rule_01_a_check_after_the_commit_that_changes_nothing_sends_nothing(stage: Stage) -> None:
    stage.post("create", "Create", "A", ANSWER)
    stage.post("like", "Like", "V", "o")
    stage.listen()
    stage.settle()
    assert stage.listen() == []


def test_marks_count_as_pending_work(stage: Stage) -> None:
    before = queries.pending()["work"]
    stage.post("create", "Create", "A", ANSWER)
    assert queries.pending()["work"] == before + 2
    stage.settle()
    assert queries.pending()["work"] == before


def test_two_first_deeds_of_one_member_at_once_create_him_once(stage: Stage) -> None:
    answers: list[str] = []
    with held(lambda: answers.append(stage.post("x", "Like", "N", "o")), activities, "claims"):
        answers.append(stage.post("y", "Like", "N", "o"))
    assert answers == ["accepted", "accepted"]
    assert stage.know("x", ["N"]) == stage.know("y", ["N"]) == ["N"]


def test_the_same_activity_posted_twice_at_once_is_one(stage: Stage) -> None:
    answers: list[str] = []
    with held(lambda: answers.append(stage.post("x", "Like", "N", "o")), activities, "stored"):
        answers.append(stage.post("x", "Like", "N", "o"))
    assert answers == ["accepted", "duplicate"]
    assert list(stage.versions("x", "N")) == [1]


def test_rule_02_fan_out_after_commit_like_parallel_create(stage: Stage) -> None:
    with held(lambda: stage.post("create", "Create", "A", ANSWER), activities, "claims"):
        stage.post("like", "Like", "V", "o")
        stage.settle()  # the check finds no object: it is not committed yet
    stage.settle()
    assert stage.told("like", "A") is not None


def test_rule_02_a_retracted_object_leaves_a_fan_out(stage: Stage) -> None:
    stage.post("create", "Create", "A", ANSWER)
    stage.post("like", "Like", "V", "o")
    stage.settle()
    stage.retract("create")
    stage.settle()
    assert stage.know("like", ["A", "V"]) == ["V"]


def test_rule_03_a_mark_made_while_the_same_one_is_worked_off_is_not_lost(stage: Stage) -> None:
    stage.post("like", "Like", "V", "o")
    stage.settle()
    stage.post("create", "Create", "A", ANSWER)
    with held(stage.settle, fan_out, "_stale"):  # has looked, and will check the like
        pass
    assert stage.told("like", "A") is not None
    stage.post("again", "Update", "A", ANSWER, minute=1)
    _do(delivering.CHECK)
    with held(stage.settle, fan_out, "_stale"):  # has looked, and found nothing more to do
        stage.retract("again")
        stage.retract("create")
        _do(delivering.CHECK)
    stage.settle()
    assert stage.told("like", "A") is None


def test_rule_04_a_check_that_changes_nothing_collides_with_an_older_one(stage: Stage) -> None:
    key = _like_whose_author_changes(stage, "B", minute=2)
    with held(lambda: delivering.check(stage.community, [key]), activities, "load"):
        stage.post("create", "Create", "A", ANSWER, updated=MINUTES[3])
        assert delivering.check(stage.community, [key]) == 0
    assert stage.know("like", ["A", "B"]) == ["A"]


def test_rule_04_a_fan_out_looks_again_after_it_wrote(stage: Stage) -> None:
    _like_whose_author_changes(stage, "B", minute=2)
    _do(delivering.CHECK)
    with held(lambda: _next(delivering.OBJECTS), activities, "load"):  # about to tell B
        stage.post("create", "Create", "A", ANSWER, updated=MINUTES[3])
        stage.settle()  # A was told already: nothing to do
    stage.settle()
    assert stage.know("like", ["A", "B"]) == ["A"]


def test_rule_04_a_check_after_the_commit_looks_again_after_it_wrote(stage: Stage) -> None:
    key = _like_whose_author_changes(stage, "B", minute=2)
    _do(delivering.CHECK)
    mongo.transact(DATABASE, lambda: delivering.mark_stored(stage.community, [key], ()))
    with held(lambda: _next(delivering.CHECK), activities, "load"):  # about to tell B
        stage.post("create", "Create", "A", ANSWER, updated=MINUTES[3])
        stage.settle()  # A was told already: nothing to do
    stage.settle()
    assert stage.know("like", ["A", "B"]) == ["A"]


def test_rule_05_versions_rise_when_an_author_leaves_and_comes_back(stage: Stage) -> None:
    _like_whose_author_changes(stage, "B", minute=2)
    stage.settle()
    stage.post("create", "Create", "A", ANSWER, updated=MINUTES[3])
    stage.settle()
    kinds = [type(each) for _, each in sorted(stage.versions("like", "A").items())]
    assert kinds == [ActivityRecorded, ActivityRetracted, ActivityRecorded]
    assert stage.know("like", ["A", "B"]) == ["A"]


def test_rule_05_a_version_is_not_reset_by_an_edit_or_a_retraction(stage: Stage) -> None:
    stage.post("like", "Like", "V", "o")
    stage.post("like", "Like", "V", "o", value=2, updated=MINUTES[2])
    stage.settle()
    stage.retract("like")
    stage.settle()
    versions = stage.versions("like", "V")
    assert sorted(versions) == [1, 2, 3]
    assert isinstance(versions[3], ActivityRetracted)


def test_rule_06_republishing_parallel_to_a_retraction_revives_nothing(stage: Stage) -> None:
    stage.post("like", "Like", "V", "o")
    stage.settle()
    fan_out.republish(stage.community)
    with held(stage.settle, activities, "load"):
        stage.retract("like")
    stage.settle()
    assert stage.told("like", "V") is None


def test_rule_06_republishing_sends_tombstones_too(stage: Stage) -> None:
    stage.post("create", "Create", "A", ANSWER)
    stage.post("gone", "Like", "V", "o")
    stage.post("stays", "Like", "V", "o")
    stage.retract("gone")
    stage.settle()
    stage.listen()
    stage.heard.clear()  # a consumer that joins now
    fan_out.republish(stage.community)
    stage.settle()
    assert isinstance(_last(stage, "gone", "V"), ActivityRetracted)
    assert isinstance(_last(stage, "gone", "A"), ActivityRetracted)
    assert isinstance(_last(stage, "stays", "A"), ActivityRecorded)


def _like_whose_author_changes(stage: Stage, author: str, minute: int) -> str:
    """A told V and A of a like; then an edit says that the object is another's. Returns the like's key."""
    stage.post("create", "Create", "A", ANSWER)
    stage.post("like", "Like", "V", "o")
    stage.settle()
    assert stage.know("like", ["A", "V"]) == ["A", "V"]
    stage.post("create", "Create", "A", {**ANSWER, "attributedTo": author}, updated=MINUTES[minute])
    return activities.key(stage.community, "like")


def _next(kind: str) -> bool:
    return work.do_next(DATABASE, {kind: fan_out.STEPS[kind]})


def _do(kind: str) -> None:
    while _next(kind):
        pass


def _last(stage: Stage, activity: str, member: str) -> object:
    versions = stage.versions(activity, member)
    return versions[max(versions)]
