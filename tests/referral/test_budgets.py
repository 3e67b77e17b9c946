"""Budgets and grants on the real store: nothing is overspent however many race, and every act leaves its line."""

from datetime import timedelta
from typing import Any

import pytest

from services.referral import jobs
from services.referral.domain import budgets as rules
from services.referral.domain.budgets import Person
from services.referral.repository import DATABASE, ledger
from services.referral.use_cases import granting
from shared import clock, mongo
from shared.events import referral as events
from tests.fixtures import Courier, Door
from tests.referral.office import Office, announced, opened, zero


@pytest.fixture
def office(activity: Door, referral: Door, courier: Courier) -> Office:
    return opened(activity, referral, courier)


def test_a_grant_moves_money_from_its_budget_to_a_member_and_is_announced(office: Office) -> None:
    answer = office.grant("g1", 1_500)
    assert answer.status_code == 201, answer.text
    assert (answer.json["state"], answer.json["member"], answer.json["asked_by"]) == (
        "granted",
        "ann",
        "rita",
    )
    assert office.numbers() == (0, 1_500, 8_500)
    assert office.owed() == 1_500
    [transfer] = ledger.every(office.door.community)
    assert transfer.reference == "grant:g1"
    assert (transfer.debit, transfer.credit) == ("budget:gifts", f"payable:{office.ann}")
    [message] = announced(office.door.community)
    headers = dict(message.headers)
    assert (message.key, headers["ce_type"]) == (office.ann, events.GRANTED)
    assert b"newcomer" not in message.value
    assert office.acts("grant:g1") == [("rita", "grant.granted")]


def test_the_same_grant_again_is_one_and_another_body_under_its_id_is_refused(office: Office) -> None:
    first, again = office.grant("g1"), office.grant("g1", who="roy")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    other = office.grant("g1", 1_001, reason="Another one.")
    pointers = [each["pointer"] for each in other.json["errors"]]
    assert (other.status_code, pointers) == (422, ["/amount_minor", "/reason"])
    assert (office.owed(), len(announced(office.door.community))) == (1_000, 1)


def test_a_budget_that_is_shown_can_be_sent_back_and_changed(office: Office) -> None:
    office.grant("g1")
    shown = office("ada", "GET", "budgets/gifts").json
    assert office("ada", "PUT", "budgets/gifts", shown).json == shown
    changed = office("ada", "PUT", "budgets/gifts", {**shown, "limit_minor": 20_000}).json
    assert (changed["limit_minor"], changed["left_minor"]) == (20_000, 19_000)
    other = office("ada", "PUT", "budgets/others", shown)
    assert (other.status_code, other.json["errors"][0]["pointer"]) == (422, "/slug")


def test_above_the_threshold_a_second_person_decides_and_never_the_one_who_asked(office: Office) -> None:
    assert office.grant("g1", 3_000).json["state"] == "waiting"
    assert (office.numbers(), office.owed()) == ((3_000, 0, 7_000), 0)
    own = office.decide("rita", "g1", "approval")
    assert (own.status_code, own.json["title"]) == (403, "Second person needed")
    assert office.decide("eve", "g1", "approval").json["title"] == "Not your budget"
    approved = office.decide("roy", "g1", "approval")
    assert (approved.json["state"], approved.json["decided_by"]) == ("granted", "roy")
    assert office.decide("roy", "g1", "approval").json == approved.json
    assert (office.numbers(), office.owed()) == ((0, 3_000, 7_000), 3_000)
    assert office.decide("ada", "g1", "refusal").json["title"] == "Already decided"
    assert office.acts("grant:g1") == [("rita", "grant.asked"), ("roy", "grant.granted")]


def test_an_admin_who_asked_does_not_approve_it_himself(office: Office) -> None:
    office.grant("g1", 3_000, who="ada")
    assert office.decide("ada", "g1", "approval").status_code == 403
    assert office.decide("rita", "g1", "approval").status_code == 200


def test_nobody_gives_himself_anything_nor_lets_it_be_given(office: Office) -> None:
    office.define(reps=["ann", "member:ann", "rita"])
    own = [office.grant("g1", who=who) for who in ("ann", "member:ann")]
    assert [(each.status_code, each.json["title"]) for each in own] == [(403, "Not to yourself")] * 2
    office.grant("g1", 3_000)
    assert office.decide("ann", "g1", "approval").json["title"] == "Not to yourself"
    assert office.owed() == 0


def test_what_is_refused_gives_back_what_it_reserved(office: Office) -> None:
    office.grant("g1", 3_000)
    assert office.decide("roy", "g1", "refusal").json["state"] == "refused"
    assert office.numbers() == (0, 0, 10_000)
    assert office.decide("roy", "g1", "approval").status_code == 409
    assert announced(office.door.community) == []


def test_what_nobody_decides_expires_and_its_reservation_is_free_before_the_clock_looks(
    office: Office,
) -> None:
    for name in ("g1", "g2", "g3"):
        office.grant(name, 3_000)
    later = clock.now() + timedelta(days=15)
    wanted = granting.Wanted("g4", office.ann, "ann", 3_000, "EUR", "gifts", "She helped.")
    assert granting.give(office.door.community, wanted, Person("rita"), later).grant["state"] == "waiting"
    assert office.numbers() == (3_000, 0, 7_000)
    while granting.expire_due(later + timedelta(days=15)):  # those of other tests too
        pass
    assert office.numbers() == (0, 0, 10_000)
    assert office("ada", "GET", "grants/g4").json["state"] == "expired"
    assert office.acts("grant:g4") == [("rita", "grant.asked"), ("clock", "grant.expired")]


def test_the_clock_gives_back_what_waited_for_too_long(office: Office) -> None:
    wanted = granting.Wanted("g1", office.ann, "ann", 3_000, "EUR", "gifts", "She helped.")
    granting.give(office.door.community, wanted, Person("rita"), clock.now() - timedelta(days=15))
    assert office.numbers() == (3_000, 0, 7_000)
    jobs.look_at_the_clock()
    assert office.numbers() == (0, 0, 10_000)


def test_a_grant_that_waited_for_too_long_is_not_approved_though_the_clock_has_not_looked(
    office: Office,
) -> None:
    office.grant("g1", 3_000)
    later = clock.now() + timedelta(days=15)
    with pytest.raises(rules.Expired):
        granting.approve(office.door.community, "g1", Person("roy"), later)


def test_an_expired_budget_one_not_begun_another_currency_and_too_much_are_refused_with_reasons(
    office: Office,
) -> None:
    said = {
        "above-the-maximum": office.grant("g1", 5_001),
        "wrong-currency": office.grant("g1", currency="USD"),
        "not-your-budget": office.grant("g1", who="eve"),
    }
    office.define("gifts", until="2026-01-01T00:00:00Z")
    said["expired"] = office.grant("g1")
    office.define("gifts", **{"from": "2990-01-01T00:00:00Z"})
    said["budget-not-begun"] = office.grant("g1")
    office.define("gifts", limit_minor=999)
    said["budget-exhausted"] = office.grant("g1")
    assert {name: answer.json["type"].rpartition(":")[2] for name, answer in said.items()} == {
        name: name for name in said
    }
    assert office("ada", "GET", "grants").json["items"] == []
    assert office.acts("grant:g1") == []


def test_a_member_whom_nobody_knows_gets_nothing(office: Office) -> None:
    assert office.grant("g1", member="anne").status_code == 404
    assert office.grant("g1", budget="gift").status_code == 404
    assert office.numbers() == (0, 0, 10_000)


def test_what_is_granted_is_revoked_before_a_pay_out_and_goes_back_into_its_budget(office: Office) -> None:
    office.grant("g1")
    assert office.decide("roy", "g1", "revocation").json["state"] == "revoked"
    assert office.decide("roy", "g1", "revocation").status_code == 200
    assert (office.numbers(), office.owed(), zero(office.door.community)) == ((0, 0, 10_000), 0, True)
    messages = [
        events.KINDS[events.RewardGranted] in str(each.headers) for each in announced(office.door.community)
    ]
    assert messages == [True, True]
    assert office.grant("g1").json["state"] == "revoked"


def test_a_limit_below_what_is_spent_is_refused_and_changes_leave_their_lines(office: Office) -> None:
    office.grant("g1", 2_000)
    office.grant("g2", 3_000)
    too_low = office.define(limit_minor=4_999)
    assert (too_low.status_code, too_low.json["title"]) == (409, "Below what is spent")
    assert office.define(currency="USD").json["title"] == "Wrong currency"
    assert office.define(limit_minor=5_000).json["left_minor"] == 0
    office.define(limit_minor=5_000)
    assert office.acts("budget:gifts") == [("ada", "budget.made"), ("ada", "budget.changed")]
    [line, _] = office("ada", "GET", "audit?thing=budget:gifts").json["items"]
    assert (line["before"]["limit_minor"], line["after"]["limit_minor"]) == (10_000, 5_000)
    assert line["after"]["spent_minor"] == 2_000


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"limit_minor": -1}, "/limit_minor"),
        ({"limit_minor": 1.5}, "/limit_minor"),
        ({"currency": "EURO"}, "/currency"),
        ({"from": "2026-02-01T00:00:00Z", "until": "2026-01-01T00:00:00Z"}, "/until"),
        ({"approval_within": "0d"}, "/approval_within"),
        ({"approval_above_minor": -1}, "/approval_above_minor"),
    ],
)
def test_a_wrong_budget_is_refused_with_the_place(office: Office, changed: Any, pointer: str) -> None:
    answer = office.define(**changed)
    assert (answer.status_code, [each["pointer"] for each in answer.json["errors"]]) == (422, [pointer])


def test_a_grant_of_nothing_or_without_a_reason_is_refused(office: Office) -> None:
    for changed in ({"amount_minor": 0}, {"amount_minor": -5}, {"amount_minor": True}, {"reason": "   "}):
        assert office.grant("g1", **changed).status_code == 422


def test_grants_are_listed_by_state_page_by_page(office: Office) -> None:
    for number in range(3):
        office.grant(f"g{number}", 100)
    office.grant("large", 3_000)
    first = office("rita", "GET", "grants?state=granted&limit=2").json
    second = office("rita", "GET", f"grants?state=granted&limit=2&cursor={first['next']}").json
    assert [each["id"] for each in first["items"] + second["items"]] == ["g2", "g1", "g0"]
    assert [each["id"] for each in office("rita", "GET", "grants?state=waiting").json["items"]] == ["large"]
    assert mongo.collection(DATABASE, "grants").count_documents({"community": office.door.community}) == 4
