"""Budgets: nothing is overspent, whatever is asked, approved, refused, revoked or expires in whatever order."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, find, given, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from services.referral.domain import budgets
from services.referral.domain.budgets import Asked, Budget, Grant, Person, State
from shared.errors import Refused

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)
RITA, ROY, ADMIN = Person("rita"), Person("roy"), Person("ada", is_admin=True)
GIFTS = Budget(
    slug="gifts",
    currency="EUR",
    limit_minor=10_000,
    begins=NOW - timedelta(days=1),
    ends=NOW + timedelta(days=30),
    approval_above_minor=2_000,
    grant_maximum_minor=5_000,
    reps=frozenset({"rita", "roy"}),
)


def asked(amount: int, name: str = "g1", currency: str = "EUR") -> Asked:
    return Asked(name, amount, currency)


def waiting(amount: int = 2_001) -> budgets.Step:
    return budgets.ask(GIFTS, asked(amount), RITA, NOW)


def test_a_small_grant_is_spent_at_once_and_a_large_one_is_reserved() -> None:
    small, large = budgets.ask(GIFTS, asked(2_000), RITA, NOW), waiting()
    assert (small.grant.state, small.budget.spent_minor, small.budget.reserved_minor) == ("granted", 2_000, 0)
    assert (large.grant.state, large.budget.spent_minor, large.budget.reserved_minor) == ("waiting", 0, 2_001)
    assert large.budget.left_minor == 7_999
    assert large.grant.expires == NOW + budgets.PATIENCE


def test_without_a_threshold_nothing_waits_and_without_an_end_nothing_expires_sooner() -> None:
    free = replace(GIFTS, approval_above_minor=None, begins=None, ends=None)
    assert budgets.ask(free, asked(5_000), RITA, NOW).grant.state is State.GRANTED
    short = replace(GIFTS, ends=NOW + timedelta(days=1))
    assert budgets.ask(short, asked(5_000), RITA, NOW).grant.expires == short.ends


@pytest.mark.parametrize(
    ("budget", "wanted", "by", "refusal"),
    [
        (GIFTS, asked(5_001), RITA, budgets.AboveMaximum),
        (GIFTS, asked(1, currency="USD"), RITA, budgets.WrongCurrency),
        (GIFTS, asked(1), Person("eve"), budgets.NotYours),
        (replace(GIFTS, ends=NOW), asked(1), RITA, budgets.Expired),
        (replace(GIFTS, begins=NOW + timedelta(seconds=1)), asked(1), RITA, budgets.NotBegun),
        (replace(GIFTS, spent_minor=9_000, reserved_minor=500), asked(501), ADMIN, budgets.Exhausted),
    ],
)
def test_what_a_budget_does_not_allow_is_refused_with_its_reason(
    budget: Budget, wanted: Asked, by: Person, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        budgets.ask(budget, wanted, by, NOW)


@pytest.mark.parametrize(
    ("budget", "amount", "said"),
    [
        (GIFTS, 5_001, "One grant from the budget 'gifts' is 5000 minor units of EUR at most."),
        (
            replace(GIFTS, spent_minor=6_001),
            4_000,
            "Of the budget 'gifts', 3999 minor units of EUR are left.",
        ),
    ],
)
def test_a_refusal_says_amounts_as_they_are_asked_for(budget: Budget, amount: int, said: str) -> None:
    with pytest.raises(Refused) as refused:
        budgets.ask(budget, asked(amount), RITA, NOW)
    assert refused.value.detail == said


def test_the_last_cent_can_be_granted() -> None:
    almost = replace(GIFTS, spent_minor=9_000, reserved_minor=500)
    assert budgets.ask(almost, asked(500), RITA, NOW).budget.left_minor == 0


def test_a_second_person_approves_and_never_the_one_who_asked_not_even_an_admin() -> None:
    budget, grant = waiting()
    after = budgets.approve(budget, grant, ROY, NOW)
    assert (after.grant.state, after.budget.spent_minor, after.budget.reserved_minor) == ("granted", 2_001, 0)
    with pytest.raises(budgets.SecondPersonNeeded):
        budgets.approve(budget, grant, RITA, NOW)
    with pytest.raises(budgets.SecondPersonNeeded):
        budgets.approve(budget, grant, Person("rita", is_admin=True), NOW)
    with pytest.raises(budgets.NotYours):
        budgets.approve(budget, grant, Person("eve"), NOW)


def test_what_is_refused_or_expires_gives_back_what_it_reserved() -> None:
    budget, grant = waiting()
    for after in (budgets.refuse(budget, grant, RITA), budgets.expire(budget, grant)):
        assert (after.budget.left_minor, after.budget.reserved_minor) == (10_000, 0)


def test_nothing_is_approved_after_its_time_or_after_the_budgets() -> None:
    budget, grant = waiting()
    assert not budgets.is_over(grant, NOW + budgets.PATIENCE - timedelta(milliseconds=1))
    assert budgets.is_over(grant, NOW + budgets.PATIENCE)
    with pytest.raises(budgets.Expired):
        budgets.approve(budget, grant, ROY, NOW + budgets.PATIENCE)
    with pytest.raises(budgets.Expired):
        budgets.approve(replace(budget, ends=NOW), grant, ROY, NOW)


def test_what_is_granted_can_be_revoked_until_it_is_in_a_pay_out() -> None:
    budget, grant = budgets.ask(GIFTS, asked(2_000), RITA, NOW)
    assert budgets.revoke(budget, grant, ROY).budget.left_minor == 10_000
    with pytest.raises(budgets.PaidOut):
        budgets.revoke(budget, replace(grant, payout="2026-10"), ROY)


def test_what_was_decided_is_not_decided_again() -> None:
    budget, grant = waiting()
    for state in set(State) - {State.WAITING}:
        with pytest.raises(budgets.AlreadyDecided):
            budgets.approve(budget, replace(grant, state=state), ROY, NOW)
        with pytest.raises(budgets.AlreadyDecided):
            budgets.refuse(budget, replace(grant, state=state), ROY)
    with pytest.raises(budgets.AlreadyDecided):
        budgets.revoke(budget, grant, ROY)


def test_a_limit_below_what_is_spent_and_reserved_is_refused_and_so_is_another_currency() -> None:
    used = replace(GIFTS, spent_minor=3_000, reserved_minor=1_000)
    assert budgets.change(used, replace(GIFTS, limit_minor=4_000)).left_minor == 0
    with pytest.raises(budgets.BelowWhatIsSpent):
        budgets.change(used, replace(GIFTS, limit_minor=3_999))
    with pytest.raises(budgets.WrongCurrency):
        budgets.change(used, replace(GIFTS, currency="USD"))
    assert budgets.change(GIFTS, replace(GIFTS, currency="USD", limit_minor=1)).currency == "USD"


#: (what, which grant, amount, who, after how many days)
COMMANDS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "approve", "refuse", "expire", "revoke", "pay", "limit"]),
        st.integers(0, 4),
        st.integers(1, 9),
        st.sampled_from([RITA, ROY, ADMIN, Person("eve")]),
        st.integers(0, 3),
    ),
    max_size=25,
)
SMALL = replace(
    GIFTS, limit_minor=20, approval_above_minor=4, grant_maximum_minor=8, patience=timedelta(days=4)
)


class Town:
    """A budget, its grants, and a ledger beside them that knows only what became of each grant."""

    def __init__(self) -> None:
        self.budget = SMALL
        self.grants: dict[str, Grant] = {}
        self.ledger: list[tuple[str, str, int]] = []
        self.approvals: list[tuple[str, str]] = []
        self.paid: set[str] = set()
        self.now = NOW

    def do(self, what: str, which: int, amount: int, by: Person, days: int) -> None:
        """One command; what is refused changes nothing."""
        self.now += timedelta(days=days / 2)
        name = f"g{which}"
        try:
            if what == "limit":
                self.budget = budgets.change(self.budget, replace(self.budget, limit_minor=amount * 4))
            elif what == "ask" and name not in self.grants:
                self.take(*budgets.ask(self.budget, Asked(name, amount, "EUR"), by, self.now))
            elif name in self.grants:
                self.happen(what, self.grants[name], by)
        except Refused:
            pass

    def happen(self, what: str, grant: Grant, by: Person) -> None:
        """Something happens to a grant."""
        if what == "approve":
            self.take(*budgets.approve(self.budget, grant, by, self.now))
            self.approvals.append((grant.id, by.subject))
        elif what == "refuse":
            self.take(*budgets.refuse(self.budget, grant, by))
        elif what == "revoke":
            self.take(*budgets.revoke(self.budget, grant, by))
        elif what == "expire" and budgets.is_over(grant, self.now):
            self.take(*budgets.expire(self.budget, grant))
        elif what == "pay" and grant.state is State.GRANTED:
            self.grants[grant.id] = replace(grant, payout="2026-10")
            self.paid.add(grant.id)

    def take(self, budget: Budget, grant: Grant) -> None:
        """What a step decided is kept, and its money moved."""
        self.budget = budget
        self.grants[grant.id] = grant
        if grant.state is State.GRANTED:
            self.ledger.append(("budget", grant.id, grant.amount_minor))
        if grant.state is State.REVOKED:
            self.ledger.append((grant.id, "budget", grant.amount_minor))

    def balance(self, account: str) -> int:
        """What an account has received, less what it has given."""
        received = sum(amount for _, to, amount in self.ledger if to == account)
        return received - sum(amount for source, _, amount in self.ledger if source == account)

    def faults(self) -> list[str]:
        """What must never be true, and is."""
        budget, grants = self.budget, list(self.grants.values())
        sums = {state: sum(each.amount_minor for each in grants if each.state is state) for state in State}
        accounts = ["budget", *self.grants]
        checks = {
            "overspent": budget.limit_minor < sums[State.GRANTED] + sums[State.WAITING],
            "spent is not what was granted": budget.spent_minor != sums[State.GRANTED],
            "reserved is not what waits": budget.reserved_minor != sums[State.WAITING],
            "the ledger says otherwise": -self.balance("budget") != budget.spent_minor,
            "sums are not zero": sum(map(self.balance, accounts)) != 0,
            "paid and taken back": any(self.grants[name].state is not State.GRANTED for name in self.paid),
            "approved alone": any(self.grants[name].asked_by == by for name, by in self.approvals),
        }
        return [name for name, is_wrong in checks.items() if is_wrong]


def run(commands: list[tuple[Any, ...]]) -> list[str]:
    """What is wrong after any of these commands."""
    town = Town()
    found: list[str] = []
    for command in commands:
        town.do(*command)
        found += town.faults()
    return found


@settings(max_examples=200, deadline=None)
@given(COMMANDS)
def test_whatever_happens_in_whatever_order_nothing_is_overspent_and_sums_are_zero(
    commands: list[tuple[Any, ...]],
) -> None:
    assert run(commands) == []


def forgetful(effects: Mapping[Any, Any], *key: State | None) -> dict[Any, Any]:
    """The rules without one of their effects."""
    return {**effects, key: budgets._Effect(0, 0)}  # noqa: SLF001


BROKEN: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "reservations are not looked at": lambda patch: patch.setattr(
        Budget, "left_minor", property(lambda self: self.limit_minor - self.spent_minor)
    ),
    "a refusal keeps its reservation": lambda patch: patch.setattr(
        budgets, "EFFECTS", forgetful(budgets.EFFECTS, State.WAITING, State.REFUSED)
    ),
    "an expiry keeps its reservation": lambda patch: patch.setattr(
        budgets, "EFFECTS", forgetful(budgets.EFFECTS, State.WAITING, State.EXPIRED)
    ),
    "an approval spends twice": lambda patch: patch.setattr(
        budgets,
        "EFFECTS",
        {**budgets.EFFECTS, (State.WAITING, State.GRANTED): budgets._Effect(0, 1)},  # noqa: SLF001
    ),
    "a revocation gives nothing back": lambda patch: patch.setattr(
        budgets, "EFFECTS", forgetful(budgets.EFFECTS, State.GRANTED, State.REVOKED)
    ),
    "what is paid can be revoked": lambda patch: patch.setattr(
        budgets, "revoke", lambda budget, grant, by: REVOKE(budget, replace(grant, payout=None), by)
    ),
    "who asked may approve": lambda patch: patch.setattr(budgets, "_check_second", lambda grant, by: None),  # noqa: ARG005
    "a limit may fall below what is spent": lambda patch: patch.setattr(
        budgets, "change", lambda before, after: replace(before, limit_minor=after.limit_minor)
    ),
}
REVOKE = budgets.revoke
#: Any counterexample will do: the smallest one is for people.
SEARCH = settings(
    max_examples=2_000,
    database=None,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_variant_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    BROKEN[name](monkeypatch)
    try:
        find(COMMANDS, lambda commands: bool(run(commands)), settings=SEARCH)
    except NoSuchExample:
        pytest.fail(f"nothing was noticed though {name}")
