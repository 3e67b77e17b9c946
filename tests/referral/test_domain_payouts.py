"""What a line of a pay-out is: never more than was payable then, never more than is now, the rest carried over."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.referral.domain import ledger
from services.referral.domain import payouts as rules
from services.referral.domain.payouts import Account, Line, Order, Status, Why

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
ORDER = Order(community="c", payout="2026-10", line="ann-EUR", member="ann", currency="EUR", amount_minor=500)


def line(*lying: tuple[int, int], minimum: int = 0, is_known: bool = True) -> Line | None:
    """A line of accounts that each had so much at the border, and have so much now."""
    accounts = [
        Account(member=f"m{number}", border_minor=border, now_minor=now)
        for number, (border, now) in enumerate(lying)
    ]
    return rules.line(accounts, minimum, is_known=is_known)


def said(found: Line | None) -> tuple[int, str, str | None] | None:
    return None if found is None else (found.amount_minor, found.status, found.why)


@pytest.mark.parametrize(
    ("lying", "expected"),
    [
        ([(500, 500)], (500, "open", None)),
        ([(500, 700)], (500, "open", None)),  # what came since then waits for its month
        ([(500, 300)], (300, "open", None)),  # what was taken back since then is not paid
        ([(500, 0)], None),
        ([(0, 500)], None),
        ([(-200, 500)], None),
        ([(500, -200)], (-200, "carried", "negative")),
        ([(-200, -200)], (-200, "carried", "negative")),
        ([(99, 99)], (99, "carried", "below-minimum")),
        ([(100, 100)], (100, "open", None)),
        ([(500, 500), (-200, -200)], (300, "open", None)),  # merged members are one
        ([(60, 60), (60, 60)], (120, "open", None)),
        ([(100, 100), (-300, -300)], (-200, "carried", "negative")),
    ],
)
def test_what_a_member_gets(lying: list[tuple[int, int]], expected: object) -> None:
    assert said(line(*lying, minimum=100)) == expected


def test_whom_nobody_knows_any_more_is_not_paid_and_what_is_his_stays_visible() -> None:
    assert said(line((500, 500), is_known=False)) == (500, Status.CARRIED, Why.NOBODY)
    assert said(line((-5, -5), is_known=False)) == (-5, Status.CARRIED, Why.NEGATIVE)


AMOUNTS = st.integers(-1_000, 1_000)


@given(st.lists(st.tuples(AMOUNTS, AMOUNTS), min_size=1, max_size=4), st.integers(0, 500))
def test_a_line_takes_what_it_pays_and_leaves_no_debt_beside_it(
    lying: list[tuple[int, int]], minimum: int
) -> None:
    found = line(*lying, minimum=minimum)
    if found is None or found.status is not Status.OPEN:
        assert found is None or found.pieces == ()
        return
    assert 0 < found.amount_minor <= sum(border for border, _ in lying)
    assert max(1, minimum) <= found.amount_minor <= sum(now for _, now in lying)
    assert sum(each.amount_minor for each in found.pieces) == found.amount_minor
    left = {f"m{number}": now for number, (_, now) in enumerate(lying)}
    for piece in found.pieces:
        left[piece.member] -= piece.amount_minor
    assert all(amount >= 0 for amount in left.values())
    order = Order(
        **{**{name: getattr(ORDER, name) for name in Order.__slots__}, "amount_minor": found.amount_minor}
    )
    for status in (Status.PAID, Status.FAILED, Status.RETURNED):
        moved = ledger.changes([*rules.taken(order, found.pieces, NOW), rules.settled(order, status, NOW)])
        assert sum(moved.values()) == 0
        assert moved["paying:2026-10", "EUR"] == 0


def test_what_happens_to_a_line_has_an_id_of_its_own_and_says_what_it_is_for() -> None:
    found = rules.line([Account(member="ann", border_minor=500, now_minor=500)], 0, is_known=True)
    assert found is not None
    transfers = [
        *rules.taken(ORDER, found.pieces, NOW),
        *(
            rules.settled(ORDER, status, NOW)
            for status in (Status.PAID, Status.FAILED, Status.RETURNED, Status.BOUNCED)
        ),
    ]
    assert len({each.id for each in transfers}) == 5
    assert {each.reference for each in transfers} == {"payout:2026-10:ann-EUR"}
    assert [(each.debit, each.credit, each.reason) for each in transfers] == [
        ("payable:ann", "paying:2026-10", "payout-taken"),
        ("paying:2026-10", "paid:ann", "payout-paid"),
        ("paying:2026-10", "payable:ann", "payout-failed"),
        ("paying:2026-10", "payable:ann", "payout-returned"),
        ("paid:ann", "payable:ann", "payout-bounced"),
    ]


def test_a_line_is_marked_once_and_only_when_somebody_else_has_approved() -> None:
    with pytest.raises(rules.SecondPersonNeeded):
        rules.check_second("2026-10", "ada", "ada")
    for state in set(rules.State) - {rules.State.APPROVED}:
        with pytest.raises(rules.NotReady):
            rules.check_approved("2026-10", state)
    for state in set(rules.State) - {rules.State.PREPARED}:
        with pytest.raises(rules.NotReady):
            rules.check_prepared("2026-10", state)
    for wanted in (Status.PAID, Status.FAILED):
        rules.check_mark("ann-EUR", Status.OPEN, wanted)
        for status in set(Status) - {Status.OPEN}:
            with pytest.raises(rules.AlreadyMarked):
                rules.check_mark("ann-EUR", status, wanted)


def test_only_what_was_paid_can_come_back() -> None:
    rules.check_mark("ann-EUR", Status.PAID, Status.BOUNCED)
    with pytest.raises(rules.NotReady):
        rules.check_mark("ann-EUR", Status.OPEN, Status.BOUNCED)
    for status in set(Status) - {Status.OPEN, Status.PAID}:
        with pytest.raises(rules.AlreadyMarked):
            rules.check_mark("ann-EUR", status, Status.BOUNCED)
