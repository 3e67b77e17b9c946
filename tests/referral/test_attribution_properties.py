"""Attribution of whatever candidates there are: neither order nor repetition matters, and all have a verdict."""

from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.referral.domain.candidates import Candidate, Decision, Door, Subject
from services.referral.domain.programs import Model
from services.referral.domain.reasons import Reason
from tests.referral.weighing import DAY, SECOND, asked, click, decide, named, program, relation, winner

ADVOCATES = st.sampled_from(["ann", "cat", "dan", "bob", "eve"])
AGES = st.integers(-2, 40 * 24).map(lambda hours: timedelta(hours=hours))
KLASSES = st.sampled_from(["person", "person", "person", "robot", "preview", "repeat"])
CLICKS = st.builds(
    click,
    ADVOCATES,
    AGES,
    klass=KLASSES,
    program=st.sampled_from(["spring", "autumn", "gone"]),
    name=st.sampled_from("abcdef"),
)
NAMED = st.builds(
    named,
    st.sampled_from([Door.COUPON, Door.CODE, Door.TOKEN]),
    ADVOCATES,
    state=st.sampled_from(["enrolled", "enrolled", "paused"]),
)
RELATIONS = st.builds(relation, ADVOCATES, AGES.map(abs))
CANDIDATES = st.lists(st.one_of(CLICKS, CLICKS, NAMED, RELATIONS), max_size=8)
MODELS = st.tuples(st.sampled_from(Model), st.sampled_from(Model))
SUBJECTS = st.sampled_from(Subject)


def decided(models: tuple[Model, Model], subject: Subject, candidates: list[Candidate]) -> Decision:
    programs = [program("spring", models[0]), program("autumn", models[1])]
    return decide(*candidates, programs=programs, of=asked(subject))


@settings(max_examples=300, deadline=None)
@given(MODELS, SUBJECTS, CANDIDATES, st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_of_candidates_matters(
    models: tuple[Model, Model], subject: Subject, candidates: list[Candidate], dice: Any
) -> None:
    again = [*candidates, *candidates[:3]]
    dice.shuffle(again)
    assert decided(models, subject, again) == decided(models, subject, candidates)


@settings(max_examples=300, deadline=None)
@given(MODELS, SUBJECTS, CANDIDATES, ADVOCATES)
def test_a_candidate_outside_the_window_changes_nothing(
    models: tuple[Model, Model], subject: Subject, candidates: list[Candidate], advocate: str
) -> None:
    before = decided(models, subject, candidates)
    old = click(advocate, 30 * DAY + SECOND, name="old")
    after = decided(models, subject, [*candidates, old])
    assert (after.winner, after.rule) == (before.winner, before.rule)
    assert [each for each in after.verdicts if each.candidate != old] == list(before.verdicts)


@settings(max_examples=300, deadline=None)
@given(MODELS, SUBJECTS, CANDIDATES)
def test_every_candidate_has_a_verdict_and_the_strongest_door_wins(
    models: tuple[Model, Model], subject: Subject, candidates: list[Candidate]
) -> None:
    decision = decided(models, subject, candidates)
    verdicts = {each.candidate: each.reason for each in decision.verdicts}
    assert set(verdicts) == set(candidates)
    assert [each for each, why in verdicts.items() if why is Reason.WON] == (
        [decision.winner] if decision.winner else []
    )
    if decision.winner is not None and decision.winner.door is not Door.RELATION:
        ranks = {Door.COUPON: 0, Door.CODE: 1, Door.TOKEN: 2, Door.CLICK: 3, Door.RELATION: 3}
        lost = {Reason.WEAKER_DOOR, Reason.LATER_WON, Reason.EARLIER_WON}
        standing = [each for each, why in verdicts.items() if why in lost]
        assert all(ranks[decision.winner.door] <= ranks[each.door] for each in standing)
    assert winner(decision) != "bob"
