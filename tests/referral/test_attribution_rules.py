"""Who brought a friend: precedence, windows, and why the others lost. Pure rules, no server."""

from datetime import timedelta
from typing import Any

import pytest

from services.referral.domain import attribution, reasons
from services.referral.domain.candidates import Door, Relations, Subject
from services.referral.domain.programs import Model, Program, Terms, Version
from services.referral.domain.reasons import Reason
from tests.referral.weighing import (
    BOB,
    DAY,
    LONG_AGO,
    NOW,
    SECOND,
    arithmetic,
    asked,
    click,
    decide,
    named,
    program,
    reason,
    relation,
    winner,
)


def test_a_click_one_second_inside_the_window_counts() -> None:
    decision = decide(click("ann", 30 * DAY - SECOND))
    assert winner(decision) == "ann"
    assert arithmetic(decision) == "clicked 29 d 23 h 59 min 59 s before; window 30 d"


def test_a_click_one_second_outside_the_window_is_refused_with_the_arithmetic_shown() -> None:
    old = click("ann", 30 * DAY + SECOND)
    decision = decide(old)
    assert (winner(decision), reason(decision, old)) == (None, Reason.OUTSIDE_WINDOW)
    assert arithmetic(decision) == "clicked 30 d 0 h 0 min 1 s before; window 30 d"


def test_a_click_of_the_very_border_counts() -> None:
    assert winner(decide(click("ann", 30 * DAY))) == "ann"


def test_a_coupon_beats_a_code_and_a_code_beats_a_tracked_link() -> None:
    coupon, code, clicked = (
        named(Door.COUPON, "cat"),
        named(Door.CODE, "ann"),
        click("dan", timedelta(minutes=1)),
    )
    decision = decide(clicked, code, coupon)
    assert (winner(decision), decision.rule) == ("cat", "coupon")
    assert reason(decision, code) == reason(decision, clicked) == Reason.WEAKER_DOOR
    assert winner(decide(clicked, code)) == "ann"


@pytest.mark.parametrize("door", [Door.TOKEN, Door.CODE])
def test_a_code_survives_a_lost_cookie_by_token_or_form_field(door: Door) -> None:
    assert winner(decide(named(door, "ann"), click("dan", DAY))) == "ann"


def test_a_coupon_of_a_public_site_is_a_channel_not_an_advocate() -> None:
    public = named(Door.COUPON, None, channel="deals.example")
    decision = decide(public, click("ann", DAY))
    assert (winner(decision), decision.channel) == ("ann", "deals.example")
    assert reason(decision, public) == Reason.CHANNEL


@pytest.mark.parametrize(
    ("model", "expected", "lost"),
    [
        (Model.FIRST, "ann", Reason.EARLIER_WON),
        (Model.LAST, "dan", Reason.LATER_WON),
        (Model.STICKY, "dan", Reason.LATER_WON),
    ],
)
def test_among_clicks_the_model_decides(model: Model, expected: str, lost: Reason) -> None:
    clicks = [click("ann", 3 * DAY), click("dan", DAY)]
    decision = decide(*clicks, terms={"model": model})
    loser = next(each for each in clicks if each.advocate != expected)
    assert (winner(decision), reason(decision, loser)) == (expected, lost)


def test_sticky_keeps_the_advocate_of_the_join_even_against_a_coupon() -> None:
    coupon = named(Door.COUPON, "dan")
    decision = decide(relation("ann", 300 * DAY), coupon, terms={"model": Model.STICKY})
    assert (winner(decision), reason(decision, coupon)) == ("ann", Reason.ALREADY_REFERRED)


def test_who_was_referred_by_a_join_is_not_referred_by_another_one() -> None:
    again = named(Door.CODE, "dan")
    decision = decide(relation("ann", DAY), again, of=asked(Subject.JOIN))
    assert (winner(decision), reason(decision, again)) == ("ann", Reason.ALREADY_REFERRED)


def test_the_window_is_for_the_time_before_and_a_relation_goes_on_after_it() -> None:
    assert winner(decide(relation("ann", 900 * DAY))) == "ann"


def test_a_click_after_the_join_beats_it_under_last_but_not_under_first() -> None:
    some = [relation("ann", 40 * DAY), click("dan", DAY)]
    assert winner(decide(*some)) == "dan"
    assert winner(decide(*some, terms={"model": Model.FIRST})) == "ann"


def test_a_click_after_checkout_began_does_not_win() -> None:
    hijack, honest = click("dan", timedelta(minutes=1)), click("ann", timedelta(hours=2))
    decision = decide(hijack, honest, of=asked(checkout_began=NOW - timedelta(minutes=10)))
    assert (winner(decision), reason(decision, hijack)) == ("ann", Reason.AFTER_CHECKOUT_BEGAN)


def test_a_click_after_the_order_does_not_win() -> None:
    late = click("ann", -SECOND)
    decision = decide(late)
    assert reason(decision, late) == Reason.CAME_AFTER
    assert arithmetic(decision) == "clicked 0 d 0 h 0 min 1 s after; window 30 d"


@pytest.mark.parametrize("door", list(Door))
def test_nobody_recommends_to_himself_through_any_door(door: Door) -> None:
    own = named(door, "bob's old account")
    relations = Relations(same=frozenset({"bob", "bob's old account"}))
    decision = decide(own, relations=relations)
    assert (winner(decision), reason(decision, own)) == (None, Reason.RECIPIENT_IS_THE_ADVOCATE)


def test_an_existing_advocate_cannot_be_referred_later() -> None:
    relations = Relations(same=frozenset({"bob"}), advocate_since=NOW - DAY)
    hijack = named(Door.COUPON, "dan")
    assert reason(decide(hijack, relations=relations), hijack) == Reason.EXISTING_ADVOCATE
    assert winner(decide(hijack, relation("ann", 9 * DAY), relations=relations)) == "ann"
    assert winner(decide(hijack, relations=Relations(same=BOB.same, advocate_since=NOW + DAY))) == "dan"


def test_an_ancestor_is_not_referred_by_a_descendant() -> None:
    """A ← B ← C ← A is refused."""
    circle = named(Door.CODE, "c")
    relations = Relations(same=frozenset({"a"}), above={"c": frozenset({"b", "a"})})
    assert reason(decide(circle, relations=relations), circle) == Reason.CIRCLE


@pytest.mark.parametrize("klass", ["robot", "preview", "prefetch", "head"])
def test_only_people_click(klass: str) -> None:
    machine = click("dan", timedelta(minutes=1), klass=klass)
    decision = decide(machine, click("ann", DAY))
    assert (winner(decision), reason(decision, machine)) == ("ann", Reason.NOT_A_PERSON)


def test_who_comes_again_came_again() -> None:
    again = click("ann", timedelta(minutes=1), klass="repeat")
    assert winner(decide(click("ann", DAY), click("dan", timedelta(hours=1)), again)) == "ann"


@pytest.mark.parametrize(
    ("candidate", "terms", "expected"),
    [
        ({"program": None}, {}, Reason.NOT_FOUND),
        ({"advocate": None}, {}, Reason.ADVOCATE_NOT_FOUND),
        ({"state": "paused"}, {}, Reason.ADVOCATE_NOT_ACTIVE),
        ({"until": NOW}, {}, Reason.EXPIRED),
        ({"since": NOW + SECOND}, {}, Reason.NOT_STARTED),
        ({}, {"starts": NOW + SECOND}, Reason.NOT_STARTED),
        ({}, {"ends": NOW}, Reason.PROGRAM_NOT_RUNNING),
        ({"only_for": frozenset({"eve"})}, {}, Reason.RECIPIENT_DOES_NOT_MATCH),
        ({}, {"least_order_minor": 501}, Reason.CONDITION_NOT_MET),
        ({}, {"currencies": frozenset({"USD"})}, Reason.NOT_APPLICABLE),
    ],
)
def test_what_does_not_count_says_why(
    candidate: dict[str, Any], terms: dict[str, Any], expected: Reason
) -> None:
    each = named(Door.CODE, "ann", **candidate) if "advocate" not in candidate else named(Door.CODE, None)
    decision = decide(each, terms=terms, of=asked(amount_minor=500, currency="EUR"))
    assert (winner(decision), reason(decision, each)) == (None, expected)


def test_before_the_first_terms_of_a_program_nothing_is_triggered() -> None:
    each = named(Door.CODE, "ann", moment=LONG_AGO - DAY)
    decision = decide(each, of=asked(moment=LONG_AGO - SECOND))
    assert reason(decision, each) == Reason.PROGRAM_NOT_TRIGGERED


def test_a_late_click_counts_within_the_grace_and_not_after_it() -> None:
    for seconds, expected in ((0, "ann"), (1, None)):
        late = click("ann", DAY, arrived=NOW + timedelta(hours=24, seconds=seconds))
        assert winner(decide(late)) == expected
    assert attribution.settles(asked(), [program()]) == NOW + timedelta(hours=24)


def test_the_version_of_the_time_decides() -> None:
    narrow = Version(
        number=2, effective=NOW + DAY, terms=Terms(landing_url="https://a.example", window=SECOND)
    )
    spring = program()
    both = Program(slug="spring", name="spring", versions=(*spring.versions, narrow))
    decision = decide(click("ann", 20 * DAY), programs=[both])
    assert (winner(decision), decision.version) == ("ann", 1)


def test_between_programs_the_latest_wins() -> None:
    programs = [program("spring", Model.FIRST), program("autumn", Model.LAST)]
    decision = decide(click("ann", 2 * DAY), click("dan", DAY, program="autumn"), programs=programs)
    assert winner(decision) == "dan"


def test_the_fourteen_codes_of_talon_one_map_one_to_one() -> None:
    assert len(reasons.TALON_ONE) == len(set(reasons.TALON_ONE.values())) == 14
    assert set(reasons.WORDS) == set(Reason)
