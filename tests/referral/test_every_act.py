"""Whatever an admin or a rep does by hand leaves a line: tried at every operation of the document that writes."""

from typing import Any

import pytest

from shared import http
from tests.fixtures import Courier, Door
from tests.referral import filling
from tests.referral.treasury import IN_FEBRUARY, Treasury, treasury
from tests.strangers import ANSWER, BOUGHT, BUDGET, GRANT, PROGRAM, code

WHY = {"reason": "A test."}
RATE = {"program": "some-rated", "rule": "sale", "rate": "12%", **WHY}
RULE = {"name": "sale", "to": "advocate", "rate": "10%"}


def acts(house: Treasury) -> list[tuple[str, str, Any]]:
    """Each operation that writes, with an address and a body that change something; in an order in which they can."""
    [review] = house("ada", "GET", "reviews?state=open").json["items"]
    offered, declined = (invitation(house, member) for member in ("ann", "some guest"))
    grant = {**GRANT, **WHY}
    for name in ("g3", "g4"):
        assert house("ada", "POST", "grants", {**grant, "id": name}).status_code == 201
    house.owe("bob", 5, when=IN_FEBRUARY)
    for month in ("2026-02", "2026-03", "2026-04"):
        house.prepare(month)
    house("bea", "POST", "payouts/2026-02/approval", {})
    lines = [
        f"payouts/2026-01/lines/{house.line('some member')}",
        f"payouts/2026-02/lines/{house.line('bob')}",
    ]
    at = {"at": "2026-01-02T00:00:00Z"}
    back = {"refund": "r9", "amount_minor": 1, **at}
    return [
        ("PUT /v1/programs/{slug}", "programs/poster", {**PROGRAM, "name": "Another"}),
        ("POST /v1/clicks/reclassification", "clicks/reclassification", {"apply": True}),
        ("PUT /v1/budgets/{slug}", "budgets/poster", {**BUDGET, "limit_minor": 99_000}),
        ("POST /v1/grants", "grants", {**grant, "id": "g2"}),
        ("POST /v1/grants/{grant}/approval", "grants/g3/approval", {}),
        ("POST /v1/grants/{grant}/refusal", "grants/g4/refusal", WHY),
        ("POST /v1/grants/{grant}/revocation", "grants/g3/revocation", WHY),
        ("POST /v1/advocates", "advocates", {"program": "poster", "member": "bob"}),
        ("PATCH /v1/advocates/{member_id}", "advocates/bob", {"program": "poster", "state": "paused", **WHY}),
        ("PUT /v1/advocates/{member_id}/rates", "advocates/ann/rates", RATE),
        ("POST /v1/advocates/{member_id}/links", "advocates/ann/links", {"program": "poster", "channel": "mail"}),
        ("POST /v1/links/{code}/rotation", f"links/{code(house.community)}/rotation", {}),
        ("POST /v1/payouts", "payouts", {"period": "2026-05"}),
        ("POST /v1/payouts/{payout}/approval", "payouts/2026-03/approval", {}),
        ("POST /v1/payouts/{payout}/refusal", "payouts/2026-04/refusal", WHY),
        ("POST /v1/payouts/{payout}/lines/{line}/paid", f"{lines[0]}/paid", {}),
        ("POST /v1/payouts/{payout}/lines/{line}/bounced", f"{lines[0]}/bounced", WHY),
        ("POST /v1/payouts/{payout}/lines/{line}/failed", f"{lines[1]}/failed", WHY),
        ("POST /v1/reviews/{review}/decision", f"reviews/{review['id']}/decision", {"decision": "pay", **WHY}),
        ("POST /v1/satisfaction", "satisfaction", {**ANSWER, "id": "s9", "member": "bob"}),
        ("POST /v1/invitations", "invitations", {"program": "some-third", "member": "ann"}),
        ("POST /v1/invitations/{invitation}/acceptance", f"invitations/{offered}/acceptance", None),
        ("POST /v1/invitations/{invitation}/refusal", f"invitations/{declined}/refusal", None),
        ("PUT /v1/coupons/{coupon}", "coupons/NEW", {"channel": "deals.example"}),
        ("POST /v1/joins", "joins", {"member": "carl", **at}),
        ("POST /v1/conversions", "conversions", {**BOUGHT, "order": "o9"}),
        ("POST /v1/conversions/{order_id}/refunds", "conversions/o9/refunds", back),
        ("POST /v1/conversions/{order_id}/refunds/{refund_id}/failure", "conversions/o9/refunds/r9/failure", at),
        ("DELETE /v1/programs/{slug}", "programs/poster", None),
        ("DELETE /v1/members/{member_id}", "members/carl", None),
    ]  # fmt: skip


def invitation(house: Treasury, member: str) -> str:
    """The id of an invitation of somebody."""
    said = house("shop", "POST", "invitations", {"program": "some-more", "member": member})
    assert said.status_code == 201, said.text
    return str(said.json["invitation"]["id"])


@pytest.fixture
def house(activity: Door, referral: Door, courier: Courier) -> Treasury:
    """A community with something of everything."""
    found = treasury(activity, referral, courier, "ann", "bob")
    filling.fill(referral, "some")
    found("ada", "PUT", "programs/some-third", PROGRAM)
    found("ada", "PUT", "programs/some-rated", {**PROGRAM, "rewards": [RULE]})
    found("shop", "POST", "advocates", {"program": "some-rated", "member": "ann"})
    found("shop", "POST", "satisfaction", {**ANSWER, "id": "s8"})
    return found


def test_every_act_of_a_person_leaves_a_line_and_a_server_s_leaves_none(house: Treasury) -> None:
    document = http.document(house.door.client.application)
    tried = set()
    for number, (operation, path, body) in enumerate(acts(house)):
        who, method = f"person {number}", operation.partition(" ")[0]
        answer = house(who, method, path, body)
        assert answer.status_code < 300, (operation, answer.text)
        lines = [each for each in house("ada", "GET", "audit?limit=200").json["items"] if each["by"] == who]
        assert len(lines) >= 1, operation
        tried.add(operation)
    writing = {
        f"{method.upper()} {path}"
        for path, item in document["paths"].items()
        for method, said in item.items()
        if method in {"post", "put", "patch", "delete"} and {"rep", "admin"} & set(said["x-laurel-kinds"])
    }
    assert writing == tried


def test_what_a_server_does_every_day_leaves_no_line(house: Treasury) -> None:
    before = house("ada", "GET", "audit?limit=200").json["items"]
    for path, body in (
        ("joins", {"member": "carl", "at": "2026-01-02T00:00:00Z"}),
        ("conversions", {**BOUGHT, "order": "o9"}),
        ("satisfaction", {**ANSWER, "id": "s9", "member": "bob"}),
    ):
        assert house("shop", "POST", path, body).status_code == 201
    assert house("ada", "GET", "audit?limit=200").json["items"] == before
