"""What a member holds, and from when on he is an advocate because of it: the same in any order of arrival."""

from datetime import UTC, datetime, timedelta

from services.referral.domain import standings
from services.referral.domain.programs import Enrolment, Program, Terms, Version
from services.referral.domain.standings import BADGE, REIGN, TITLE, Held, Said

T0 = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
NOW = T0 + 100 * DAY


def program(*versions: tuple[int, set[str]], **borders: datetime) -> Program:
    """A program whose versions hold from a day on and enrol the holders of badges."""
    return Program(
        slug="friends",
        name="Friends",
        versions=tuple(
            Version(
                number=number + 1,
                effective=T0 + day * DAY,
                terms=Terms(
                    landing_url="https://shop.example/", enrolment=Enrolment(badges=frozenset(badges))
                ),
            )
            for number, (day, badges) in enumerate(versions)
        ),
        **borders,
    )


def badge(day: int, until: int | None = None, slug: str = "star") -> Held:
    return Held(
        kind=BADGE, slug=slug, since=T0 + day * DAY, until=None if until is None else T0 + until * DAY
    )


def test_the_higher_version_stands_whichever_came_first() -> None:
    given, taken = Said(1, T0), Said(2, T0 + DAY)
    assert standings.held(BADGE, "star", given, taken) == badge(0, 1)
    assert standings.held(BADGE, "star", Said(3, T0), taken) == badge(0)
    assert standings.held(BADGE, "star", None, taken) is None
    assert standings.held(BADGE, "star", given, Said(2, T0)) is None, "what was withdrawn never was"


def test_a_title_lends_standing_until_the_next_holder_is_named() -> None:
    title = standings.held(TITLE, "helper", Said(1, T0), None)
    assert title is not None
    assert standings.at([title], T0).titles == {"helper"}
    assert standings.at([title], T0 + REIGN) == standings.Standing(frozenset(), frozenset())


def test_whoever_holds_it_when_the_program_runs_is_an_advocate_from_then_on() -> None:
    assert standings.enrols(program((0, {"star"})), [badge(5)], NOW) == (T0 + 5 * DAY, badge(5))
    assert standings.enrols(program((9, {"star"})), [badge(5)], NOW) == (T0 + 9 * DAY, badge(5))
    assert standings.enrols(program((0, {"star"}), starts=T0 + 7 * DAY), [badge(5)], NOW) == (
        T0 + 7 * DAY,
        badge(5),
    )
    assert standings.enrols(program((0, set()), (20, {"star"})), [badge(5)], NOW) == (T0 + 20 * DAY, badge(5))


def test_whoever_holds_it_when_the_program_does_not_ask_for_it_is_none() -> None:
    assert standings.enrols(program((9, {"star"})), [badge(5, until=9)], NOW) is None
    assert standings.enrols(program((0, {"star"}), (4, set())), [badge(5)], NOW) is None
    assert standings.enrols(program((0, {"star"}), ends=T0 + 5 * DAY), [badge(5)], NOW) is None
    assert standings.enrols(program((0, {"star"})), [badge(5, slug="other")], NOW) is None
    assert standings.enrols(program((0, {"star"})), [badge(101)], NOW) is None, "not yet"


def test_a_version_that_begins_later_is_looked_at_then() -> None:
    planned = program((0, set()), (120, {"star"}))
    assert standings.begins_later(planned, NOW) == T0 + 120 * DAY
    assert standings.begins_later(planned, T0 + 120 * DAY) is None
    assert standings.enrols(planned, [badge(5)], T0 + 120 * DAY) == (T0 + 120 * DAY, badge(5))
