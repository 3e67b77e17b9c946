"""From what is due to what is moved: reversals at the original rate, exact in the end, undone when a refund fails."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from services.referral.domain import caps, ledger, money, settling
from services.referral.domain.caps import Bound, Fitting
from services.referral.domain.programs import Occasion
from services.referral.domain.rewards import Conversion
from services.referral.domain.settling import Account, Move, Moved
from shared import clock

NOW = clock.from_text("2026-05-01T12:00:00Z")


def account(amount: int, **others: object) -> Account:
    """A reward of Ann's."""
    told = {"reward": "r", "program": "spring", "member": "ann", "currency": "EUR", "amount_minor": amount}
    return Account(**{**told, **others})  # type: ignore[arg-type]


def sold(amount: int, refunded: int = 0) -> Conversion:
    """An order of which so much was refunded."""
    return Conversion(
        subject="o",
        occasion=Occasion.PURCHASE,
        at=NOW,
        amount_minor=amount,
        currency="EUR",
        refunded_minor=refunded,
    )


def follow(found: Account, *sales: Conversion, due: bool = True) -> tuple[Account, list[Move]]:
    """What is moved while one state of the order follows another."""
    moved: list[Move] = []
    for sale in sales:
        steps = list(settling.moves(found, settling.target(found, sale, is_due=due, refused=False)))
        found = steps[-1].after if steps else found
        moved += steps
    return found, moved


def amounts(moves: Sequence[Move]) -> list[tuple[Moved, int]]:
    """What was moved, in order."""
    return [(each.moved, each.amount_minor) for each in moves]


def test_refunds_of_100_and_400_of_500_at_2_9_percent_take_back_3_then_12() -> None:
    given = money.share(500, money.parse_rate("2.9%"))
    found, moved = follow(account(given), sold(500, 100), sold(500, 500))
    assert amounts(moved) == [(Moved.REVERSED, 3), (Moved.REVERSED, 12)]
    assert found.net_minor == 0


def test_credit_of_197_refunded_99_leaves_98_and_then_nothing() -> None:
    found, moved = follow(account(197), sold(197, 99))
    assert (found.amount_minor, found.net_minor, amounts(moved)) == (197, 98, [(Moved.REVERSED, 99)])
    assert follow(found, sold(197, 197))[0].net_minor == 0


def test_half_captured_at_10_percent_and_half_at_15_is_reversed_at_the_rate_of_the_half() -> None:
    first, second = account(money.share(5_000, money.parse_rate("10%"))), account(750)
    assert amounts(follow(first, sold(5_000, 5_000))[1]) == [(Moved.REVERSED, 500)]
    assert follow(second, sold(5_000))[1] == []


def test_of_two_equal_refunds_one_fails_and_exactly_one_reversal_is_undone() -> None:
    found, moved = follow(account(200), sold(1_000, 250), sold(1_000, 500), sold(1_000, 250))
    assert amounts(moved) == [(Moved.REVERSED, 50), (Moved.REVERSED, 50), (Moved.RESTORED, 50)]
    assert found.net_minor == 150
    assert moved[-1].reason == "reversal-undone"


def test_the_same_refunds_in_any_order_end_alike_and_asking_again_moves_nothing() -> None:
    one = follow(account(15), sold(500, 100), sold(500, 350), sold(500, 350))
    other = follow(account(15), sold(500, 250), sold(500, 350))
    assert one[0].reversed_minor == other[0].reversed_minor == 11
    assert len(one[1]) == 2


def test_more_refunds_than_the_order_never_take_back_more_than_was_given() -> None:
    assert follow(account(15), sold(500, 900))[0].net_minor == 0


def test_what_is_reversed_after_its_release_is_taken_from_what_is_payable() -> None:
    before, after = account(100), account(100, released=True)
    back = follow(before, sold(500, 500))[1][0]
    assert (back.debit, back.credit) == ("held:ann", "expense:spring")
    assert follow(after, sold(500, 500))[1][0].debit == "payable:ann"


def test_a_release_moves_what_is_left_once() -> None:
    wanted = settling.Target(reversed_minor=40, reason="refund", release=True)
    moved = list(settling.moves(account(100), wanted))
    assert amounts(moved) == [(Moved.REVERSED, 40), (Moved.RELEASED, 60)]
    assert list(settling.moves(moved[-1].after, wanted)) == []
    assert list(settling.moves(account(100, reversed_minor=100), replace(wanted, reversed_minor=100))) == []


def test_what_is_not_due_any_more_goes_back_unless_it_was_released() -> None:
    assert follow(account(100), sold(500), due=False)[0].net_minor == 0
    assert follow(account(100, released=True), sold(500), due=False)[0].net_minor == 100
    refused = settling.target(account(100, released=True), sold(500), is_due=True, refused=True)
    assert refused.reversed_minor == 100


def test_every_step_has_its_own_number_and_all_steps_sum_to_zero() -> None:
    opened = settling.accrue(account(15), "purchase")
    _, moved = follow(opened.after, sold(500, 100), sold(500, 0), sold(500, 500))
    steps = [opened, *moved]
    assert [each.after.steps for each in steps] == [1, 2, 3, 4]
    assert (
        sum(each.amount_minor * (1 if each.credit.startswith(ledger.EXPENSE) else -1) for each in steps) == 0
    )


@pytest.mark.parametrize(
    ("bounds", "granted"),
    [
        ([], Fitting(amount_minor=50)),
        ([("a", 100, 50)], Fitting(amount_minor=50)),
        ([("a", 100, 70)], Fitting(amount_minor=30, reason="a")),
        ([("a", 100, 100)], Fitting(amount_minor=0, reason="a")),
        ([("a", 100, 70), ("b", 90, 80)], Fitting(amount_minor=10, reason="b")),
        ([("a", 100, 130)], Fitting(amount_minor=0, reason="a")),
    ],
)
def test_as_much_is_granted_as_every_cap_leaves(bounds: list[tuple[str, int, int]], granted: Fitting) -> None:
    found = [Bound(most=most, used=used, reason=reason) for reason, most, used in bounds]
    assert caps.fit(50, found) == granted


def test_a_cap_on_the_number_of_rewards_grants_whole_ones_or_none() -> None:
    for used, granted in ((2, 50), (3, 0)):
        assert caps.fit(50, [Bound(most=3, used=used, reason="n", counts=True)]).amount_minor == granted
