"""Stories of money on the real store: grants, debts, pay-outs, refusals and deaths in whatever order.

After each of them the audit finds nothing, and in the end nothing was paid twice and no budget overspent.
"""

import contextlib
import itertools
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.referral import jobs
from services.referral.domain.budgets import Budget, Person
from services.referral.domain.payouts import Status
from services.referral.queries import auditing
from services.referral.repository import DATABASE, budgets, grants, ledger, payouts
from services.referral.use_cases import budgeting, granting, paying, preparing
from shared import mongo, work
from shared.errors import Fault, Refused
from shared.events import referral as events
from tests.fixtures import Door, new_community
from tests.referral.dying import Died, dying, free
from tests.referral.treasury import Treasury

NAMES = ("ann", "bob", "cy")
BEGAN = datetime(2026, 1, 10, 12, tzinfo=UTC)
RITA, ADA, BEA = Person("rita"), Person("ada", is_admin=True), Person("bea", is_admin=True)
LIMIT = 60

#: What happens, and how often beside the others.
WEIGHTS = {
    "owe": 6,
    "refund": 3,
    "ask": 8,
    "approve": 4,
    "refuse": 2,
    "revoke": 3,
    "limit": 2,
    "merge": 1,
    "begin": 5,
    "work": 8,
    "approve-payout": 8,
    "refuse-payout": 2,
    "paid": 14,
    "failed": 8,
    "bounced": 8,
}
LENGTH = 60
#: At least so many stories are told; and no more than that many, should something never happen in them.
STORIES, MOST = 15, 100


class Story:
    """A community of its own, its clock, and what is known of it beside the store."""

    def __init__(self, door: Door, monkeypatch: pytest.MonkeyPatch, chance: random.Random) -> None:
        self.house = Treasury(Door(door.client, door.settings, new_community().community))
        self.community = self.house.community
        self.now = BEGAN
        self.owed = dict.fromkeys(NAMES, 0)
        self.monkeypatch = monkeypatch
        self.chance = chance
        self.done: Counter[str] = Counter()
        self.numbers = itertools.count()
        self.budget(LIMIT, ADA)
        for name in NAMES:
            self.owing(name, 1)()

    def tell(self) -> None:
        """Something happens: it may be refused, and it may die once and be done again."""
        self.now += timedelta(days=self.chance.choice([0, 0, 0, 1, 4, 9]))
        [what] = self.chance.choices(list(WEIGHTS), list(WEIGHTS.values()))
        do = self.command(what)
        with contextlib.suppress(Refused):
            try:
                with dying(self.monkeypatch, self.chance.randint(0, 20)):
                    do()
            except Died:
                free()
                do()
            self.done[what] += 1

    def command(self, what: str) -> Callable[[], object]:
        """What is to be done, such that it can be done again."""
        choice, now = self.chance.choice, self.now
        name, by, amount = choice(NAMES), choice([RITA, ADA, BEA]), self.chance.randint(1, 30)
        grant = self.grant(what)
        month = f"2026-{choice(range(1, max(2, now.month))):02}"
        payout, line = self.line(what)
        of = (self.community, payout)
        wanted = granting.Wanted(grant, self.house.id(name), name, amount, "EUR", "gifts", "A story.")
        marks = {"paid": Status.PAID, "bounced": Status.BOUNCED}
        marked = paying.Marked(marks.get(what, Status.FAILED), by.subject, "A story.")
        commands: dict[str, Callable[[], object]] = {
            "owe": self.owing(name, amount if what == "owe" else 0),
            "refund": self.owing(name, -amount if what == "refund" else 0),
            "ask": lambda: granting.give(self.community, wanted, by, now),
            "approve": lambda: granting.approve(self.community, grant, by, now),
            "refuse": lambda: granting.refuse(self.community, grant, by, now, "A story."),
            "revoke": lambda: granting.revoke(self.community, grant, by, now, "A story."),
            "limit": lambda: self.budget(amount * 8, by),
            "merge": self.merge,
            "begin": lambda: paying.begin(self.community, month, {"EUR": 3}, by.subject, now),
            "work": self.work,
            "approve-payout": lambda: paying.approve(*of, by.subject, now),
            "refuse-payout": lambda: paying.refuse(*of, by.subject, now, "A story."),
            "paid": lambda: paying.mark(*of, line, marked, now),
            "failed": lambda: paying.mark(*of, line, marked, now),
            "bounced": lambda: paying.mark(*of, line, marked, now),
        }
        return commands[what]

    def grant(self, what: str) -> str:
        """A grant for which that makes sense, mostly."""
        fitting = {"approve": "waiting", "refuse": "waiting", "revoke": "granted"}.get(what)
        found = grants.latest(self.community, state=fitting, before=None, limit=9) if fitting else []
        names = [each["id"] for each in found] * 3 + [f"g{number}" for number in range(15)]
        return self.chance.choice(names if fitting is None else names[: max(1, len(found) * 3 + 2)])

    def line(self, what: str) -> tuple[str, str]:
        """A pay-out, and a line of it, mostly one to which that can happen."""
        fitting = Status.PAID if what == "bounced" else Status.OPEN
        found: list[tuple[str, str]] = []
        for payout in payouts.latest(self.community, before=None, limit=9):
            found.append((payout["name"], "none"))
            for line in payouts.lines(payout, statuses=None, after=None, limit=9):
                found += [(payout["name"], line["name"])] * (9 if line["status"] == fitting else 1)
        return self.chance.choice(found or [("none", "none")])

    def owing(self, name: str, amount: int) -> Callable[[], object]:
        """Something is owed, or taken back: the same thing, however often it is tried."""
        if not amount:
            return lambda: None
        self.owed[name] += amount
        when = self.now + timedelta(milliseconds=next(self.numbers))
        return lambda: self.house.owe(name, amount, when=when)

    def budget(self, limit: int, by: Person) -> None:
        """The budget has another limit."""
        wanted = Budget(
            slug="gifts",
            currency="EUR",
            limit_minor=limit,
            approval_above_minor=12,
            grant_maximum_minor=25,
            reps=frozenset({"rita"}),
        )
        budgeting.define(self.community, wanted, by.subject, self.now)

    def merge(self) -> None:
        """Cy turns out to be Ann."""
        known = {"_id": self.house.id("cy"), "community": self.community}
        mongo.collection(DATABASE, "people").update_one(
            known, {"$set": {"merged_into": self.house.id("ann")}}
        )

    def work(self) -> None:
        """What `jobs` does: the clock, then steps."""
        granting.expire_due(self.now)
        while work.do_next(DATABASE, {**jobs.STEPS}):
            pass

    def check(self) -> None:
        """What must hold at every moment."""
        audit = auditing.audit(self.community)
        assert [(each.code, each.which, each.detail) for each in audit.findings] == []
        assert set(audit.sums.values()) <= {0}
        budget = budgets.load(self.community, "gifts")
        assert budget is not None
        assert budget.left_minor >= 0

    def finish(self) -> None:
        """What must hold in the end: all that was owed and granted is payable, on its way, or paid, once."""
        self.work()
        self.check()
        budget = budgets.load(self.community, "gifts")
        assert budget is not None
        lies = {
            kind: sum(amount for _, _, amount in ledger.balances(self.community, kind))
            for kind in ("payable", "paying", "paid")
        }
        assert sum(lies.values()) == sum(self.owed.values()) + budget.spent_minor
        lines = [
            line
            for payout in payouts.latest(self.community, before=None, limit=50)
            for line in payouts.lines(payout, statuses=None, after=None, limit=50)
        ]
        paid = [each for each in lines if each["status"] == Status.PAID]
        assert lies["paid"] == sum(each["amount_minor"] for each in paid)
        bounced = [each for each in lines if each["status"] == Status.BOUNCED]
        announced = self.house.announced(events.PAID)
        assert len(announced) == len(set(announced)) == len(paid) + 2 * len(bounced)


@pytest.mark.takes(30)
def test_whatever_happens_nothing_is_overspent_and_nothing_is_paid_twice(referral: Door) -> None:
    done: Counter[str] = Counter()
    for seed in range(MOST):
        done += told(referral, seed).done
        if seed + 1 >= STORIES and set(done) == set(WEIGHTS):
            return
    pytest.fail(f"In {MOST} stories too little happened: {done}")


BROKEN: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "a line forgets what became of it": (payouts, "mark", lambda *_, **__: None),
    "a budget forgets what it has reserved": (
        budgets, "keep", lambda community, budget: KEEP(community, replace(budget, reserved_minor=0)),
    ),
    "a grant is kept without its money": (granting, "_move", lambda *_: None),
}  # fmt: skip
KEEP = budgets.keep


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_variant_is_noticed(referral: Door, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(*BROKEN[name])
    with pytest.raises((AssertionError, Fault)):
        tell_many(referral)


def tell_many(referral: Door) -> None:
    """Stories, until one goes wrong."""
    for seed in range(20):
        told(referral, seed)


def told(referral: Door, seed: int) -> Story:
    """A whole story; ids differ from run to run, so the same seed tells much the same, not quite."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(preparing, "AT_ONCE", 1)
        story = Story(referral, patch, chance)
        for _ in range(LENGTH):
            story.tell()
            story.check()
        story.finish()
    return story
