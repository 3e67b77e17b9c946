"""Random orders, refunds, failures, repeats, lateness and releases: the ledger is what a clerk's pencil would have.

What is due and what is moved for it is followed through any history, and compared with decimals after every step.
Variants that are broken on purpose are noticed.
"""

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from services.referral.domain import ledger, money, refunds, rewards, settling
from services.referral.domain.money import parse_rate
from services.referral.domain.programs import Beneficiary
from services.referral.domain.refunds import Kind, Refund
from services.referral.domain.rewards import Conversion
from services.referral.domain.settling import Account
from shared.errors import Fault
from tests.referral.clerk import BEGAN, RATES, Book, Order, by_hand


class Clerk(RuleBasedStateMachine):
    """Whatever happens, in whatever order, is followed."""

    def __init__(self) -> None:
        super().__init__()
        self.book = Book()

    @rule(
        name=st.sampled_from("ab"),
        amount=st.sampled_from([3, 15, 500, 999]),
        day=st.sampled_from([0, 10, 60]),
        advocate=st.sampled_from(["ann", "eve"]),
    )
    def an_order_comes(self, name: str, amount: int, day: int, advocate: str) -> None:
        """Or the same order again."""
        self.book.orders.setdefault(name, Order(amount, day, advocate))
        self.book.follow()

    @rule(name=st.sampled_from("ab"), advocate=st.sampled_from(["ann", "eve"]))
    def it_was_somebody_else(self, name: str, advocate: str) -> None:
        """Until something was released for it, an attribution may change."""
        released = {subject for subject, account in self.book.kept.values() if account.released}
        if name in self.book.orders and name not in released:
            self.book.orders[name].advocate = advocate
        self.book.follow()

    @rule(
        name=st.sampled_from("ab"),
        refund=st.sampled_from("rs"),
        amount=st.sampled_from([1, 100, 400, 9_000]),
    )
    def something_is_refunded(self, name: str, refund: str, amount: int) -> None:
        """Before its order, behind it, and more than it was; or the same refund again."""
        told = Refund(name=refund, kind=Kind.PARTIAL, at=BEGAN, amount_minor=amount, currency="EUR")
        self.book.refunds.setdefault((name, refund), told)
        self.book.follow()

    @rule(name=st.sampled_from("ab"), refund=st.sampled_from("rs"))
    def a_refund_fails(self, name: str, refund: str) -> None:
        """Nothing was refunded by it."""
        if (name, refund) in self.book.refunds:
            known = self.book.refunds[name, refund]
            self.book.refunds[name, refund] = replace(known, failed=BEGAN)
        self.book.follow()

    @rule(days=st.sampled_from([1, 29, 31]))
    def time_passes(self, days: int) -> None:
        """Holds end."""
        self.book.day += days
        self.book.follow()

    @invariant()
    def everybody_has_what_a_clerk_would_have_given_him(self) -> None:
        """To the cent."""
        assert self.book.owed() == by_hand(self.book)

    @invariant()
    def nothing_is_reversed_beyond_what_was_given_and_nothing_released_twice(self) -> None:
        """Reward by reward."""
        for reward, group in itertools.groupby(
            sorted(self.book.transfers.values(), key=lambda each: (each.reference, each.id)),
            key=lambda each: each.reference,
        ):
            moved = [(settling.moved(each), each.amount_minor) for each in group]
            given, back = _sum(moved, settling.Moved.ACCRUED), _sum(moved, settling.Moved.REVERSED)
            assert 0 <= back - _sum(moved, settling.Moved.RESTORED) <= given, reward
            assert [each for each, _ in moved].count(settling.Moved.RELEASED) <= 1

    @invariant()
    def the_ledger_sums_to_zero_and_asking_again_moves_nothing(self) -> None:
        """At every moment."""
        assert sum(ledger.changes(self.book.transfers.values()).values()) == 0
        count = len(self.book.transfers)
        self.book.follow()
        assert len(self.book.transfers) == count

    def teardown(self) -> None:
        """The same facts in one go, in another order, end alike."""
        backwards = dict(reversed(self.book.orders.items()))
        again = Book(orders=backwards, refunds=dict(reversed(self.book.refunds.items())), day=self.book.day)
        again.follow()
        assert again.owed() == self.book.owed()


def _sum(moved: list[tuple[Any, int]], kind: settling.Moved) -> int:
    return sum(amount for each, amount in moved if each is kind)


def test_any_history_ends_with_what_a_clerk_would_have_given() -> None:
    lived = settings(max_examples=100, stateful_step_count=20, deadline=None)
    run_state_machine_as_test(Clerk, settings=lived)  # type: ignore[no-untyped-call]


def wander(seed: int) -> None:
    """One long history, the same for the same seed: what is broken is to be noticed every time, not mostly."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    clerk = Clerk()
    steps = (
        lambda: clerk.an_order_comes(
            one("ab"), one([3, 15, 500, 999]), one([0, 10, 60]), one(["ann", "eve"])
        ),
        lambda: clerk.it_was_somebody_else(one("ab"), one(["ann", "eve"])),
        lambda: clerk.something_is_refunded(one("ab"), one("rs"), one([1, 100, 400, 9_000])),
        lambda: clerk.a_refund_fails(one("ab"), one("rs")),
        lambda: clerk.time_passes(one([1, 29, 31])),
    )
    one: Callable[[Any], Any] = chance.choice
    for _ in range(20):
        one(steps)()
        clerk.everybody_has_what_a_clerk_would_have_given_him()
        clerk.nothing_is_reversed_beyond_what_was_given_and_nothing_released_twice()
        clerk.the_ledger_sums_to_zero_and_asking_again_moves_nothing()
    clerk.teardown()


def wander_far() -> None:
    """So many histories that each break shows itself in some."""
    for seed in range(150):
        wander(seed)


def test_what_is_whole_wanders_far() -> None:
    wander_far()


_due, _moves, _counted, _identifier = rewards.due, settling.moves, refunds.counted, rewards.identifier
_numbers = itertools.count()


def _never_restored(account: Account, wanted: settling.Target) -> Iterator[settling.Move]:
    return _moves(account, replace(wanted, reversed_minor=max(wanted.reversed_minor, account.reversed_minor)))


def _released_again(account: Account, wanted: settling.Target) -> Iterator[settling.Move]:
    return _moves(replace(account, released=False), wanted)


def _unbounded(amount: int, conversion: Conversion) -> int:
    return money.share(amount, Fraction(conversion.refunded_minor, conversion.amount_minor))


def _at_the_present_rate(_: int, conversion: Conversion) -> int:
    return money.share(min(conversion.refunded_minor, conversion.amount_minor), parse_rate(RATES[True]))


def _all_or_nothing(amount: int, conversion: Conversion) -> int:
    return amount if conversion.refunded_minor else 0


def _failed_ones_too(some: Any, currency: str) -> list[Refund]:
    return _counted([replace(each, failed=None) for each in some], currency)


def _only_the_advocate(friend: str, conversions: Any) -> Any:
    return tuple(each for each in _due(friend, conversions) if each.to is Beneficiary.ADVOCATE)


@pytest.mark.parametrize(
    ("module", "name", "broken"),
    [
        (money, "rounded", int),
        (money, "rounded", lambda exact: round(float(exact))),
        (settling, "back", _unbounded),
        (settling, "back", _at_the_present_rate),
        (settling, "back", _all_or_nothing),
        (settling, "moves", _never_restored),
        (settling, "moves", _released_again),
        (refunds, "counted", _failed_ones_too),
        (rewards, "identifier", lambda *_: f"r{next(_numbers)}"),
        (rewards, "due", _only_the_advocate),
    ],
    ids=[
        "cuts instead of rounding",
        "floats",
        "reverses beyond what was given",
        "reverses at the present rate",
        "any refund takes all",
        "a failed refund is never undone",
        "releases twice",
        "failed refunds count",
        "an order looked at twice counts twice",
        "the upstream reward is forgotten",
    ],
)
def test_what_is_broken_on_purpose_is_noticed(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, broken: Callable[..., Any]
) -> None:
    monkeypatch.setattr(module, name, broken)
    with pytest.raises((AssertionError, Fault)):
        wander_far()
