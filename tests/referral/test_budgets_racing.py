"""Many who grant at once: no budget is overspent, no grant given twice, no decision taken both ways."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from services.referral.repository import budgets
from tests.fixtures import Courier, Door
from tests.referral.office import Office, opened, zero


@pytest.fixture
def office(activity: Door, referral: Door, courier: Courier) -> Office:
    return opened(activity, referral, courier)


def test_fifty_grants_race_for_one_budget_and_it_is_never_overspent(office: Office) -> None:
    office.define(limit_minor=20_000, approval_above_minor=1_000)

    def race(number: int) -> tuple[int, str]:
        # Every other one waits for a second person: what is reserved counts as what is spent does.
        answer = office.grant(f"g{number}", 1_000 + number % 2, who=("rita", "roy")[number % 2])
        return answer.status_code, answer.json.get("state") or answer.json["title"]

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(race, range(50)))
    assert {status for status, _ in answers} == {201, 409}
    assert {said for _, said in answers} <= {"granted", "waiting", "Budget exhausted"}
    granted = [said for status, said in answers if status == 201]
    reserved, spent, left = office.numbers()
    assert (reserved, spent) == (1_001 * granted.count("waiting"), 1_000 * granted.count("granted"))
    assert 0 <= left < 1_001
    assert office.owed() == spent
    assert zero(office.door.community)


def test_the_same_grant_from_ten_threads_is_one(office: Office) -> None:
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: office.grant("g1"), range(10)))
    assert sorted(answer.status_code for answer in answers) == [200] * 9 + [201]
    assert (office.numbers(), office.owed()) == ((0, 1_000, 9_000), 1_000)


def test_an_approval_and_a_refusal_at_once_are_one_of_both(office: Office) -> None:
    office.grant("g1", 3_000)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda what: office.decide("roy", "g1", what), ("approval", "refusal")))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert office.numbers() in {(0, 3_000, 7_000), (0, 0, 10_000)}
    assert office.owed() == office.numbers()[1]


def test_a_store_that_reads_outside_of_the_transaction_would_overspend(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The race above notices a broken variant: one that decides on an old reading, and writes what it added."""
    office.define(limit_minor=2_000)
    old = budgets.load(office.door.community, "gifts")
    monkeypatch.setattr(budgets, "load", lambda *_: old)
    assert [office.grant(f"g{number}").status_code for number in range(4)] == [201] * 4
    monkeypatch.undo()
    assert office.owed() > office("ada", "GET", "budgets/gifts").json["limit_minor"]
