"""What people with power did is kept with their act, and an admin reads it."""

from datetime import UTC, datetime, timedelta

import pytest

from services.referral.repository import DATABASE, audit
from shared import mongo
from tests.fixtures import Door

NOW = datetime(2026, 10, 5, 12, tzinfo=UTC)


def note(community: str, number: int, thing: str = "budget:gifts") -> None:
    audit.note(
        community,
        by="ada",
        act="budget.changed",
        thing=thing,
        now=NOW + timedelta(hours=number),
        reason=f"Reason {number}.",
        before={"limit_minor": number},
        after={"limit_minor": number + 1},
    )


def test_an_admin_reads_who_did_what_the_latest_first_page_by_page(referral: Door) -> None:
    for number in range(3):
        note(referral.community, number)
    note(referral.community, 3, "budget:other")
    first = referral("GET", "/v1/audit?limit=2&thing=budget:gifts").json
    assert [each["reason"] for each in first["items"]] == ["Reason 2.", "Reason 1."]
    second = referral("GET", f"/v1/audit?limit=2&thing=budget:gifts&cursor={first['next']}").json
    assert second["next"] is None
    [line] = second["items"]
    assert line.pop("id")
    assert line == {
        "time": "2026-10-05T12:00:00.000Z",
        "by": "ada",
        "act": "budget.changed",
        "thing": "budget:gifts",
        "reason": "Reason 0.",
        "before": {"limit_minor": 0},
        "after": {"limit_minor": 1},
    }
    assert len(referral("GET", "/v1/audit").json["items"]) == 4


def test_a_line_is_kept_with_its_act_or_not_at_all(referral: Door) -> None:
    @mongo.in_transaction(DATABASE)
    def fail() -> None:
        note(referral.community, 1)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert referral("GET", "/v1/audit").json["items"] == []


def test_a_rep_does_not_read_the_audit(referral: Door) -> None:
    referral.kind = "rep"
    assert referral("GET", "/v1/audit").status_code == 403
