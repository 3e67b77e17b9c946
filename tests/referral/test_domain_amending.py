"""Programs change by versions; nothing that was promised for a time changes afterwards."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.referral.domain.amending import Wanted, amended, ended
from services.referral.domain.programs import Model, Terms
from shared.errors import Conflict, Invalid

NOW = datetime(2026, 11, 22, tzinfo=UTC)
DAY = timedelta(days=1)
TERMS = Terms(landing_url="https://shop.example/")
WANTED = Wanted(name="Friends", terms=TERMS)
FIRST = replace(TERMS, model=Model.FIRST)


def test_the_first_version_may_hold_from_a_day_in_the_past_on() -> None:
    program = amended("friends", None, replace(WANTED, effective=NOW - 30 * DAY), NOW)
    assert program.at(NOW - 30 * DAY) == program.versions[0]
    assert program.at(NOW - 31 * DAY) is None


def test_the_same_terms_again_are_the_same_program() -> None:
    program = amended("friends", None, WANTED, NOW)
    assert amended("friends", program, replace(WANTED, effective=NOW + DAY), NOW + DAY) == program


def test_a_change_holds_from_its_date_on_and_leaves_the_earlier_version() -> None:
    before = amended("friends", None, WANTED, NOW)
    after = amended("friends", before, replace(WANTED, terms=FIRST, effective=NOW + DAY), NOW)
    assert [each.terms.model for each in after.versions] == [Model.LAST, Model.FIRST]
    assert after.versions[0] == before.versions[0]
    assert after.at(NOW + DAY - timedelta(milliseconds=1)) == before.versions[0]
    assert after.at(NOW + DAY) == after.versions[1]


@pytest.mark.parametrize("effective", [NOW - timedelta(milliseconds=1), NOW - DAY])
def test_terms_do_not_change_for_what_is_past(effective: datetime) -> None:
    before = amended("friends", None, replace(WANTED, effective=NOW - 2 * DAY), NOW - 2 * DAY)
    with pytest.raises(Invalid) as refused:
        amended("friends", before, replace(WANTED, terms=FIRST, effective=effective), NOW)
    assert refused.value.errors[0]["pointer"] == "/effective"


def test_what_is_wanted_now_holds_until_what_is_planned() -> None:
    before = amended("friends", None, WANTED, NOW)
    planned = amended("friends", before, replace(WANTED, terms=FIRST, effective=NOW + 9 * DAY), NOW)
    sticky = replace(TERMS, model=Model.STICKY)
    after = amended("friends", planned, replace(WANTED, terms=sticky), NOW + DAY)
    assert [(each.number, each.effective) for each in after.versions] == [
        (1, NOW),
        (3, NOW + DAY),
        (2, NOW + 9 * DAY),
    ]
    assert amended("friends", after, replace(WANTED, terms=sticky), NOW + 2 * DAY) == after


def test_what_is_planned_already_may_be_wanted_at_once() -> None:
    before = amended("friends", None, WANTED, NOW)
    planned = amended("friends", before, replace(WANTED, terms=FIRST, effective=NOW + 9 * DAY), NOW)
    after = amended("friends", planned, replace(WANTED, terms=FIRST), NOW + DAY)
    assert after.said(NOW + DAY) == FIRST


def test_a_plan_is_corrected_at_its_moment_as_long_as_that_has_not_come() -> None:
    before = amended("friends", None, WANTED, NOW)
    plan = replace(WANTED, terms=FIRST, effective=NOW + DAY)
    called_off = amended("friends", amended("friends", before, plan, NOW), replace(plan, terms=TERMS), NOW)
    assert [(each.number, each.terms) for each in called_off.versions] == [(1, TERMS), (3, TERMS)]
    with pytest.raises(Invalid):
        amended("friends", called_off, plan, NOW + 2 * DAY)


def test_a_program_that_has_not_begun_may_begin_earlier() -> None:
    before = amended("friends", None, replace(WANTED, effective=NOW + 99_999 * DAY), NOW)
    after = amended("friends", before, replace(WANTED, terms=FIRST, effective=NOW - DAY), NOW)
    assert after.said(NOW - DAY) == FIRST


def test_a_version_begins_after_one_that_has_begun() -> None:
    before = amended("friends", None, WANTED, NOW)
    with pytest.raises(Conflict):
        amended("friends", before, replace(WANTED, terms=FIRST), NOW)


def test_a_border_that_has_passed_stays_where_it_is() -> None:
    program = ended(amended("friends", None, WANTED, NOW), NOW + DAY)
    assert program.runs(NOW)
    assert not program.runs(NOW + DAY)
    assert ended(program, NOW + 2 * DAY) == program
    for ends in (None, NOW + 9 * DAY):
        with pytest.raises(Invalid, match="wrong"):
            amended("friends", program, replace(WANTED, ends=ends), NOW + 2 * DAY)


def test_a_program_ends_after_it_starts() -> None:
    with pytest.raises(Invalid) as refused:
        amended("friends", None, replace(WANTED, starts=NOW, ends=NOW), NOW)
    assert refused.value.errors[0]["pointer"] == "/ends"
