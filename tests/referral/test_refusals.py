"""Refusals say what is wrong, where, and what to do: read by somebody who meets Laurel for the first time."""

from typing import Any

import pytest

from tests.fixtures import Door
from tests.referral.office import GIFTS
from tests.referral.town import DAY, NOW, Town, text
from tests.strangers import PROGRAM

LINK = {"program": "spring", "channel": "mail"}
GRANT = {
    "id": "g1",
    "member": "ann",
    "amount_minor": 9_000,
    "currency": "EUR",
    "budget": "gifts",
    "reason": "Kind.",
}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "said"),
    [
        ("GET", "nothing", None, 404, "`/docs` lists what there is"),
        ("POST", "advocates/bob/links", LINK, 404, "`POST /v1/advocates` makes him one"),
        ("POST", "advocates", {**LINK, "channel": None}, 422, "does not fit"),
        ("POST", "invitations", {"program": "spring", "member": "bob"}, 409, "`POST /v1/satisfaction` keeps"),
        ("GET", "rewards?states=held", None, 422, "takes the query parameters limit, cursor, state, member"),
        ("POST", "conversions", 5, 400, "An item is a JSON object."),
    ],
)
def test_a_refusal_says_what_to_do(
    town: Town, method: str, path: str, body: Any, status: int, said: str
) -> None:
    answer = town.ask(method, f"/v1/{path}", body)
    assert (answer.status_code, said in answer.json["detail"]) == (status, True), answer.text


@pytest.mark.parametrize(
    ("method", "path", "body", "pointer", "said"),
    [
        ("POST", "payouts", {"period": "2026-01", "minimum": {"eur": 5}}, "/minimum/eur", "such as EUR"),
        (
            "POST",
            "payouts",
            {"period": "2026-01", "minimum": {"EUR": "5"}},
            "/minimum/EUR",
            "5000 are 50.00 EUR",
        ),
        ("PUT", "programs/x", {**PROGRAM, "window": 30}, "/window", "such as '30d'"),
        ("PUT", "programs/x", {**PROGRAM, "holdout": 0.1}, "/holdout", "such as '2.9%'"),
    ],
)
def test_a_fault_is_told_at_its_place_with_what_is_wanted(
    town: Town, method: str, path: str, body: Any, pointer: str, said: str
) -> None:
    [fault] = town.ask(method, f"/v1/{path}", body).json["errors"]
    assert (fault["pointer"], said in fault["detail"]) == (pointer, True), fault


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [({}, "/amount_minor"), ({"amount_minor": 4_000}, "/amount_minor"), ({"currency": "USD"}, "/currency")],
)
def test_what_a_budget_does_not_give_is_refused_with_its_place(
    town: Town, changed: dict[str, Any], pointer: str
) -> None:
    """Above the most of one grant, above what is left, and in another currency."""
    town.join("ann")
    assert town.ask("PUT", "/v1/budgets/gifts", {**GIFTS, "limit_minor": 3_000}).status_code == 200
    answer = town.ask("POST", "/v1/grants", {**GRANT, **changed})
    assert (answer.status_code, [each["pointer"] for each in answer.json["errors"]]) == (409, [pointer])


def test_a_budget_says_its_times_as_all_of_laurel_does(town: Town) -> None:
    town.join("ann")
    begins = text(NOW + DAY)
    town.ask("PUT", "/v1/budgets/gifts", {**GIFTS, "from": begins})
    assert town.ask("POST", "/v1/grants", GRANT).json["detail"] == f"The budget 'gifts' begins at {begins}."


def test_who_asks_without_a_token_learns_how_to_get_one(referral: Door) -> None:
    answer = referral.client.get("/v1/rewards")
    assert "`laurel tokens mint` makes one" in answer.json["detail"]
