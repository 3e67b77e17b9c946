"""What a backend tells may be late, and never of the future; nothing ends before it begins."""

from typing import Any

import pytest

from tests.fixtures import Door
from tests.referral.town import DAY, HOUR, NOW, Town, text

FUTURE = text(NOW + 2 * DAY)
ORDER = {"order": "o1", "member": "bob", "amount_minor": 500, "currency": "EUR", "placed_at": text(NOW)}


@pytest.mark.parametrize(
    ("path", "body", "pointer"),
    [
        ("joins", {"member": "bob", "at": FUTURE}, "/at"),
        ("conversions", {**ORDER, "placed_at": FUTURE}, "/placed_at"),
        ("conversions", {**ORDER, "checkout_began_at": text(NOW + HOUR)}, "/checkout_began_at"),
        ("conversions/o1/refunds", {"refund": "r1", "amount_minor": 1, "at": FUTURE}, "/at"),
        ("conversions/o1/refunds/r1/failure", {"at": FUTURE}, "/at"),
        ("satisfaction", {"id": "a1", "member": "bob", "nps": 10, "at": FUTURE}, "/at"),
    ],
)
def test_what_lies_in_the_future_is_refused_and_nothing_is_kept(
    town: Town, path: str, body: dict[str, Any], pointer: str
) -> None:
    said = town.ask("POST", f"/v1/{path}", body)
    assert (said.status_code, [each["pointer"] for each in said.json["errors"]]) == (422, [pointer])
    assert town.ask("GET", "/v1/conversions").json["items"] == []
    assert town.ask("GET", "/v1/conversions/o1/refunds").json["items"] == []


def test_a_coupon_does_not_end_before_it_begins(referral: Door) -> None:
    body = {"channel": "deals.example", "since": text(NOW), "until": text(NOW - HOUR)}
    said = referral("PUT", "/v1/coupons/ten", body)
    assert (said.status_code, said.json["errors"][0]["pointer"]) == (422, "/until")
