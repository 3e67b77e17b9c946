"""Who is satisfied, who is left alone, and when: by pure rules."""

from datetime import UTC, datetime, time, timedelta
from fractions import Fraction

import pytest

from services.referral.domain import satisfaction
from services.referral.domain.programs import Satisfaction
from services.referral.domain.satisfaction import Answer, Considered, Fate, Invitation, Reason, Scale

MORNING = datetime(2026, 5, 1, 9, tzinfo=UTC)


def answer(score: int, days: int = 0, scale: Scale = Scale.NPS) -> Answer:
    return Answer(id=f"{days}-{score}", scale=scale, score=score, at=MORNING + timedelta(days=days))


def since(*answers: Answer, bar: Satisfaction | None = None) -> str | None:
    found = satisfaction.satisfied_since(answers, lambda _: bar or Satisfaction())
    return found.id if found else None


def reasons(moment: datetime = MORNING, quiet: datetime | None = None, **said: object) -> list[Reason]:
    of = Considered(**{"satisfied": answer(9), **said})  # type: ignore[arg-type]
    return list(satisfaction.obstacles(of, moment, quiet))


@pytest.mark.parametrize("score", range(11))
def test_nine_and_ten_are_satisfied_and_six_and_less_unhappy(score: int) -> None:
    assert satisfaction.is_satisfied(answer(score), Satisfaction()) == (score >= 9)
    assert satisfaction.is_unhappy(answer(score)) == (score <= 6)


@pytest.mark.parametrize("score", range(1, 6))
def test_five_of_five_is_satisfied_and_three_and_less_unhappy(score: int) -> None:
    given = answer(score, scale=Scale.CSAT)
    assert satisfaction.is_satisfied(given, Satisfaction()) == (score == 5)
    assert satisfaction.is_satisfied(given, Satisfaction(csat=4)) == (score >= 4)
    assert satisfaction.is_unhappy(given) == (score <= 3)


def test_the_latest_answer_decides_in_whatever_order_they_come() -> None:
    good, better, bad, again = answer(9), answer(10, 1), answer(4, 2), answer(9, 3)
    assert since(better, good) == good.id
    assert since(bad, better, good) is None
    assert since(again, bad, good, better) == again.id
    assert since() is None


def test_who_is_held_out_never_changes_and_the_share_is_kept() -> None:
    half = Fraction(1, 2)
    drawn = [satisfaction.held_out("friends", f"m{number}", half) for number in range(2_000)]
    assert drawn == [satisfaction.held_out("friends", f"m{number}", half) for number in range(2_000)]
    assert 900 < sum(drawn) < 1_100
    another = [satisfaction.held_out("others", f"m{number}", half) for number in range(2_000)]
    assert 900 < sum(a != b for a, b in zip(drawn, another, strict=True)) < 1_100
    assert not satisfaction.held_out("friends", "m1", Fraction(0))
    assert satisfaction.held_out("friends", "m1", Fraction(1))


@pytest.mark.parametrize(
    ("local", "until"),
    [
        ("2026-05-01T20:59", None),
        ("2026-05-01T21:00", "2026-05-02T05:00+00:00"),
        ("2026-05-02T03:00", "2026-05-02T05:00+00:00"),
        ("2026-05-02T08:00", None),
        ("2026-10-24T23:00", "2026-10-25T06:00+00:00"),  # the night in which the clock is put back
    ],
)
def test_quiet_hours_are_those_of_the_community_over_midnight_too(local: str, until: str | None) -> None:
    moment = datetime.fromisoformat(f"{local}+03:00")
    found = satisfaction.quiet_until(moment, "Europe/Kyiv", (time(21), time(8)))
    assert found == (datetime.fromisoformat(until) if until else None)


def test_quiet_hours_within_a_day_and_none_at_all() -> None:
    noon = datetime(2026, 1, 1, 12, 30, tzinfo=UTC)
    assert satisfaction.quiet_until(noon, "UTC", (time(12), time(13))) == noon + timedelta(minutes=30)
    assert satisfaction.quiet_until(noon, "UTC", (time(13), time(14))) is None
    assert satisfaction.quiet_until(noon, "UTC", None) is None


def test_each_reason_not_to_invite_is_named() -> None:
    assert reasons() == []
    assert reasons(satisfied=None) == [Reason.BELOW]
    assert reasons(held_out=True, opted_out=True) == [Reason.HELD_OUT, Reason.OPTED_OUT]
    assert reasons(advocate=True, member=False) == [Reason.ADVOCATE, Reason.NO_MEMBER]
    assert reasons(runs=False, quiet=MORNING) == [Reason.NOT_RUNNING, Reason.QUIET]


def test_an_invitation_is_open_expires_and_is_not_repeated_to_who_declined() -> None:
    invited = Invitation(id="i", at=MORNING, expires=MORNING + satisfaction.VALID)
    assert reasons(invitation=invited) == [Reason.INVITED]
    assert invited.now(invited.expires) is Fate.EXPIRED
    assert reasons(invited.expires, invitation=invited) == []
    declined = Invitation(
        id="i", at=MORNING, expires=invited.expires, fate=Fate.DECLINED, decided=MORNING + timedelta(days=1)
    )
    assert reasons(invitation=declined) == [Reason.DECLINED]
    assert reasons(invitation=declined, satisfied=answer(10, 2)) == []
