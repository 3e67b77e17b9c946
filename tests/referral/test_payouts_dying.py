"""A pay-out dies anywhere, at every access to the store, and a process of it in earnest: each line is paid once."""

import functools
import itertools
import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from services.referral import app, jobs
from services.referral.domain import payouts as rules
from services.referral.domain.budgets import Person
from services.referral.domain.payouts import Status
from services.referral.repository import DATABASE, ledger
from services.referral.use_cases import granting, paying, preparing
from shared import clock, mongo, work
from shared.events import referral as events
from shared.settings import Settings
from tests.fixtures import Courier, Door
from tests.referral.dying import Died, dying, free
from tests.referral.treasury import JANUARY, Treasury, treasury
from tests.titles_and_badges import processes

MEMBERS = ("ann", "bob", "cy", "dee")


def survive(monkeypatch: pytest.MonkeyPatch, do: Callable[[], object], house: Treasury) -> int:
    """Do something that dies at its first access, at its second, and so on until it is done. Returns how often."""
    for at in itertools.count(1):
        try:
            with dying(monkeypatch, at):
                do()
        except Died:
            assert house.sums_to_zero()
            free()
            continue
        return at - 1
    raise AssertionError


def pay(house: Treasury, survived: Callable[[Callable[[], object]], object]) -> None:
    """A whole pay-out, each of whose steps may die and is done again."""
    community = house.community
    survived(lambda: paying.begin(community, JANUARY, {"EUR": 10}, "ada", clock.now()))
    while house("ada", "GET", f"payouts/{JANUARY}").json["state"] == "preparing":
        survived(functools.partial(preparing.go_on, community, JANUARY, clock.now()))
        survived(lambda: work.do_next(DATABASE, {**jobs.STEPS}))
    survived(lambda: paying.approve(community, JANUARY, "bea", clock.now()))
    for called, status in zip(MEMBERS, (Status.PAID, Status.PAID, Status.FAILED), strict=False):
        line, marked = house.line(called), paying.Marked(status, "bea", "A test.")
        survived(functools.partial(paying.mark, community, JANUARY, line, marked, clock.now()))


@pytest.fixture
def house(activity: Door, referral: Door, courier: Courier, monkeypatch: pytest.MonkeyPatch) -> Treasury:
    """Three are owed something, the fourth owes; accounts are looked at one by one."""
    monkeypatch.setattr(preparing, "AT_ONCE", 1)
    monkeypatch.setattr(work, "TURN_SECONDS", 0)
    found = treasury(activity, referral, courier, *MEMBERS)
    for number, called in enumerate(MEMBERS[:3]):
        found.owe(called, 100 + number)
    found.owe("dee", -50)
    found.give("ann", "g1", 30)
    return found


def check_paid_once(house: Treasury) -> None:
    """What a pay-out has to have done, however often it died."""
    assert house.lines() == [
        ("ann", "EUR", 130, "paid", None),
        ("bob", "EUR", 101, "paid", None),
        ("cy", "EUR", 102, "failed", None),
        ("dee", "EUR", -50, "carried", "negative"),
    ]
    assert [house.lies("paid", each) for each in MEMBERS] == [130, 101, 0, 0]
    assert [house.lies("payable", each) for each in MEMBERS] == [0, 0, 102, -50]
    assert ledger.balance(house.community, f"paying:{JANUARY}", "EUR") == 0
    assert len(house.announced(events.PAID)) == 2
    assert house.sums_to_zero()
    lines = [f"payout:{JANUARY}:{house.line(each)}" for each in MEMBERS[:3]]
    acts = [house.acts(thing) for thing in (f"payout:{JANUARY}", *lines)]
    assert acts == [["payout.prepared", "payout.approved"], ["line.paid"], ["line.paid"], ["line.failed"]]


def test_whatever_dies_at_any_access_to_the_store_each_line_is_paid_once(
    house: Treasury, monkeypatch: pytest.MonkeyPatch
) -> None:
    deaths: list[int] = []
    pay(house, lambda do: deaths.append(survive(monkeypatch, do, house)))
    check_paid_once(house)
    assert sum(deaths) > 50  # so many places were tried


def test_a_refusal_that_dies_anywhere_gives_everything_back_once(
    house: Treasury, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.prepare()
    of = (house.community, JANUARY)
    survive(monkeypatch, lambda: paying.refuse(*of, "ada", clock.now(), "Not now."), house)
    while house("ada", "GET", f"payouts/{JANUARY}").json["state"] == "refusing":
        survive(monkeypatch, functools.partial(preparing.go_on, *of, clock.now()), house)
    assert [house.lies("payable", each) for each in MEMBERS] == [130, 101, 102, -50]
    assert ledger.balance(house.community, f"paying:{JANUARY}", "EUR") == 0
    assert "payout" not in house("ada", "GET", "grants/g1").json


def test_a_grant_that_dies_anywhere_is_given_once_and_taken_back_once(
    house: Treasury, monkeypatch: pytest.MonkeyPatch
) -> None:
    def budget() -> tuple[int, int]:
        found = house("ada", "GET", "budgets/gifts").json
        return found["reserved_minor"], found["spent_minor"]

    house("ada", "PUT", "budgets/gifts", {"currency": "EUR", "limit_minor": 500, "approval_above_minor": 50})
    ada, bea = Person("ada", is_admin=True), Person("bea", is_admin=True)
    wanted = granting.Wanted("g2", house.id("bob"), "bob", 70, "EUR", "gifts", "He helped.")
    acts: list[tuple[Callable[[], object], tuple[int, int], int]] = [
        (lambda: granting.give(house.community, wanted, ada, clock.now()), (70, 30), 101),
        (lambda: granting.approve(house.community, "g2", bea, clock.now()), (0, 100), 171),
        (lambda: granting.revoke(house.community, "g2", ada, clock.now(), "A test."), (0, 30), 101),
    ]
    for do, numbers, owed in acts:
        assert survive(monkeypatch, do, house) > 5
        assert (budget(), house.lies("payable", "bob")) == (numbers, owed)


def test_done_twice_at_every_step_each_line_is_paid_once(house: Treasury) -> None:
    def twice(do: Callable[[], object]) -> None:
        do()
        do()

    pay(house, twice)
    pay(house, twice)
    check_paid_once(house)


def test_a_broken_variant_that_pays_by_another_id_each_time_is_noticed(
    house: Treasury, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the tests above hold on to: without the line's state and the transfer's id, it would be paid twice."""
    pay(house, lambda do: do())
    number, real = itertools.count(), rules._transfer  # noqa: SLF001
    monkeypatch.setattr(rules, "check_mark", lambda *_: None)
    monkeypatch.setattr(
        rules, "_transfer", lambda order, effect, *more: real(order, f"{effect}|{next(number)}", *more)
    )
    mongo.collection(DATABASE, "payout_lines").update_many(
        {"community": house.community}, {"$set": {"status": "open"}}
    )
    pay(house, lambda do: do())
    assert house.lies("paid", "ann") == 260


def be_jobs_and_die(configuration: Settings, place: tuple[str, int]) -> None:
    """The process `jobs`, killed as it asks for a collection for the so-many-th time."""
    preparing.AT_ONCE = 1
    real, (wanted, at) = mongo.collection, place
    count = itertools.count(1)

    def collection(service: str, name: str) -> Any:
        if name == wanted and next(count) == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(service, name)

    mongo.collection = collection
    app.run_jobs(configuration)


@pytest.mark.parametrize(
    ("name", "at"),
    [
        ("grants", 4),  # inside a step: its transaction stays open on the server, and holds what it wrote
        ("payouts", 6),  # the same, in the next step
        ("work", 2),  # behind a step that is committed, before its mark knows
    ],
)
def test_a_process_that_is_killed_is_followed_by_one_that_goes_on(
    house: Treasury, databases: Settings, name: str, at: int
) -> None:
    paying.begin(house.community, JANUARY, {"EUR": 10}, "ada", clock.now())
    killed = processes.start(be_jobs_and_die, databases, (name, at))
    assert processes.ended(killed) == -signal.SIGKILL
    lines = len(house.lines())
    assert lines < len(MEMBERS)
    assert house("ada", "GET", f"payouts/{JANUARY}").json["state"] == "preparing"
    free()
    pay(house, lambda do: do())
    check_paid_once(house)
