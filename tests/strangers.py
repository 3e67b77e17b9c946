"""What a stranger tries at every operation, and how he is answered. A new endpoint is listed here."""

from typing import Any, NamedTuple

from services.referral.repository import attributions

PAGE = "https://shop.example"
#: What a stranger may guess; it is the same in every community.
IDS = {
    "activity_id": "post/1",
    "member_id": "ann",
    "slug": "poster",
    "network": "fediverse",
    "account": "@ann",
    "period": "2026-01",
    "hold": "0" * 32,
    "review": "0" * 32,
    "grant": "g1",
    "payout": "2026-01",
    "line": "ann-EUR",
    "invitation": "0" * 32,
    "order_id": "order/1",
    "refund_id": "refund/1",
    "coupon": "SAVE/10",
}
POSTER = {"name": "Poster", "criterion": {"kind": "count", "where": {"type": "Create"}}, "at": 1}
BOARD = {"name": "Board", "points": [{"where": {"type": "Create"}}], "windows": ["month", "all"]}
PROGRAM = {"name": "Friends", "landing_url": "https://shop.example/"}
BUDGET = {"name": "Gifts", "currency": "EUR", "limit_minor": 10_000, "approval_above_minor": 0}
GRANT = {"id": "g1", "member": "ann", "amount_minor": 5, "currency": "EUR", "budget": "poster"}
ANSWER = {"id": "s1", "member": "ann", "nps": 10, "at": "2026-01-01T00:00:00Z"}
BOUGHT = {"order": "order/1", "member": "bob", "amount_minor": 5, "currency": "EUR"}
BOUGHT |= {"placed_at": "2026-01-01T00:00:00Z"}
REFUND = {"refund": "refund/1", "amount_minor": 5, "at": "2026-01-02T00:00:00Z"}
COUPON = {"channel": "deals.example"}
HERO = {"name": "Hero", "criterion": {"kind": "manual"}}


def code(community: str) -> str:
    """The code of a link of a community's: codes are no community's own, so a stranger tries the very one."""
    return f"c-{community[-12:] or 'nothing'}"


def attribution(community: str) -> str:
    """The id of the attribution of the community's order: nobody can guess it, so a stranger is told."""
    return attributions.key(community, "order", IDS["order_id"])


class Attempt(NamedTuple):
    """What a stranger sends, and how he is answered; an `empty` list holds nothing. `numbers`: it names nothing."""

    status: int
    body: Any = None
    empty: bool = False
    numbers: bool = False


def edit(name: str) -> dict[str, Any]:
    """Another content for an activity that may exist."""
    return {
        "id": name,
        "type": "Delete",
        "actor": "bob",
        "published": "2026-01-01T00:00:00Z",
        "updated": "2990-01-01T00:00:00Z",
    }


UNDO = {**edit("undo"), "type": "Undo", "object": IDS["activity_id"]}
DECISION = {"member": IDS["member_id"], "reason": "Why not?"}

ATTEMPTS = {
    "activity GET /v1/activities": Attempt(200, empty=True),
    "activity POST /v1/activities": Attempt(200, [edit(IDS["activity_id"]), UNDO]),
    "activity GET /v1/activities/{activity_id}": Attempt(404),
    "activity DELETE /v1/activities/{activity_id}": Attempt(204),
    "activity GET /v1/members": Attempt(200, empty=True),
    "activity POST /v1/members": Attempt(200, [{"id": "ann", "role": "bot", "opted_out": True}]),
    "activity GET /v1/members/{member_id}": Attempt(404),
    "activity PUT /v1/members/{member_id}": Attempt(200, {"name": "Eve", "opted_out": True}),
    "activity DELETE /v1/members/{member_id}": Attempt(204),
    "activity POST /v1/members/{member_id}/merge": Attempt(404, {"into": "bob"}),
    "activity PUT /v1/members/{member_id}/identities/{network}/{account}": Attempt(404),
    "activity GET /v1/community": Attempt(200),
    "activity PATCH /v1/community": Attempt(200, {"name": "Mine", "time_zone": "Asia/Tokyo"}),
    "titles-and-badges GET /v1/badges": Attempt(200, empty=True),
    "titles-and-badges GET /v1/badges/{slug}": Attempt(404),
    "titles-and-badges PUT /v1/badges/{slug}": Attempt(200, {**POSTER, "at": 99}),
    "titles-and-badges POST /v1/badges/{slug}/preview": Attempt(200, {**POSTER, "at": 1}),
    "titles-and-badges DELETE /v1/badges/{slug}": Attempt(404),
    "titles-and-badges GET /v1/badges/{slug}/holders": Attempt(404),
    "titles-and-badges POST /v1/badges/{slug}/grants": Attempt(404, DECISION),
    "titles-and-badges POST /v1/badges/{slug}/revocations": Attempt(404, DECISION),
    "titles-and-badges GET /v1/pages": Attempt(200),
    "titles-and-badges PUT /v1/pages": Attempt(200, {"public": True, "origins": [PAGE]}),
    "titles-and-badges GET /v1/boards": Attempt(200, empty=True),
    "titles-and-badges GET /v1/boards/{slug}": Attempt(404),
    "titles-and-badges PUT /v1/boards/{slug}": Attempt(200, BOARD),
    "titles-and-badges POST /v1/boards/{slug}/preview": Attempt(200, BOARD),
    "titles-and-badges DELETE /v1/boards/{slug}": Attempt(404),
    "titles-and-badges GET /v1/boards/{slug}/standings": Attempt(404),
    "titles-and-badges GET /v1/boards/{slug}/standings/{member_id}": Attempt(404),
    "titles-and-badges GET /v1/awards": Attempt(200, empty=True),
    "titles-and-badges GET /v1/members/{member_id}/badges": Attempt(404),
    "titles-and-badges GET /v1/members/{member_id}/badges/{slug}": Attempt(404),
    "titles-and-badges GET /v1/members/{member_id}/titles": Attempt(404),
    "titles-and-badges GET /v1/members/{member_id}/titles/{slug}": Attempt(404),
    "titles-and-badges GET /v1/holds": Attempt(200, empty=True),
    "titles-and-badges POST /v1/holds/{hold}/decision": Attempt(
        404, {"decision": "count", "reason": "Mine."}
    ),
    "titles-and-badges GET /v1/titles": Attempt(200, empty=True),
    "titles-and-badges GET /v1/titles/{slug}": Attempt(404),
    "titles-and-badges PUT /v1/titles/{slug}": Attempt(422, {"name": "Mine", "board": "poster"}),
    "titles-and-badges POST /v1/titles/{slug}/preview": Attempt(422, {"name": "Mine", "board": "poster"}),
    "titles-and-badges DELETE /v1/titles/{slug}": Attempt(404),
    "titles-and-badges GET /v1/titles/{slug}/holders": Attempt(404),
    "titles-and-badges GET /v1/periods": Attempt(200, empty=True),
    "titles-and-badges GET /v1/periods/{period}": Attempt(404),
    "titles-and-badges GET /v1/periods/{period}/boards/{slug}": Attempt(404),
    "titles-and-badges GET /v1/members/{member_id}/progress": Attempt(404),
    "referral GET /v1/programs": Attempt(200, empty=True),
    "referral GET /v1/programs/{slug}": Attempt(404),
    "referral PUT /v1/programs/{slug}": Attempt(200, PROGRAM),
    "referral DELETE /v1/programs/{slug}": Attempt(404),
    "referral GET /v1/programs/{slug}/versions": Attempt(404),
    "referral GET /v1/audit": Attempt(200, empty=True),
    "referral GET /v1/clicks": Attempt(200, empty=True),
    "referral POST /v1/clicks/reclassification": Attempt(200, {"apply": True}),
    "referral GET /v1/budgets": Attempt(200, empty=True),
    "referral GET /v1/budgets/{slug}": Attempt(404),
    "referral PUT /v1/budgets/{slug}": Attempt(200, BUDGET),
    "referral GET /v1/grants": Attempt(200, empty=True),
    "referral POST /v1/grants": Attempt(404, {**GRANT, "reason": "Why not?"}),
    "referral GET /v1/grants/{grant}": Attempt(404),
    "referral POST /v1/grants/{grant}/approval": Attempt(404, {"reason": "Why not?"}),
    "referral POST /v1/grants/{grant}/refusal": Attempt(404, {"reason": "Why not?"}),
    "referral POST /v1/grants/{grant}/revocation": Attempt(404, {"reason": "Why not?"}),
    "referral GET /v1/members/{member_id}/grants": Attempt(404),
    "referral POST /v1/advocates": Attempt(404, {"program": "poster", "member": "ann"}),
    "referral GET /v1/advocates": Attempt(200, empty=True),
    "referral GET /v1/advocates/{member_id}": Attempt(404),
    "referral PATCH /v1/advocates/{member_id}": Attempt(404, {"program": "poster", "state": "closed"}),
    "referral PUT /v1/advocates/{member_id}/rates": Attempt(
        404, {"program": "poster", "rule": "own", "rate": "90%", "reason": "Mine."}
    ),
    "referral GET /v1/advocates/{member_id}/links": Attempt(404),
    "referral POST /v1/advocates/{member_id}/links": Attempt(404, {"program": "poster", "channel": "mail"}),
    "referral DELETE /v1/members/{member_id}": Attempt(204),
    "referral POST /v1/links/{code}/rotation": Attempt(404, {}),
    "referral GET /v1/links/{code}/qr": Attempt(404),
    "referral GET /v1/payouts": Attempt(200, empty=True),
    "referral POST /v1/payouts": Attempt(202, {"period": "2026-01"}),
    "referral GET /v1/payouts/{payout}": Attempt(404),
    "referral GET /v1/payouts/{payout}.csv": Attempt(404),
    "referral GET /v1/payouts/{payout}/lines": Attempt(404),
    "referral POST /v1/payouts/{payout}/approval": Attempt(404, {}),
    "referral POST /v1/payouts/{payout}/refusal": Attempt(404, {"reason": "Why not?"}),
    "referral POST /v1/payouts/{payout}/lines/{line}/paid": Attempt(404, {}),
    "referral POST /v1/payouts/{payout}/lines/{line}/failed": Attempt(404, {"reason": "Why not?"}),
    "referral POST /v1/payouts/{payout}/lines/{line}/bounced": Attempt(404, {"reason": "Why not?"}),
    "referral GET /v1/rewards": Attempt(200, empty=True),
    "referral GET /v1/rewards/{reward}": Attempt(404),
    "referral GET /v1/members/{member_id}/rewards": Attempt(404),
    "referral GET /v1/members/{member_id}/balances": Attempt(404, numbers=True),
    "referral GET /v1/reviews": Attempt(200, empty=True),
    "referral POST /v1/reviews/{review}/decision": Attempt(404, {"decision": "pay", "reason": "Mine."}),
    "referral GET /v1/ledger": Attempt(200, empty=True),
    "referral GET /v1/ledger/balance": Attempt(200, empty=True),
    "referral GET /v1/loops": Attempt(200, empty=True),
    "referral GET /v1/loops/{loop}": Attempt(404),
    "referral GET /v1/advocates/{member_id}/tree": Attempt(404),
    "referral GET /v1/programs/{slug}/growth": Attempt(404),
    "referral GET /v1/satisfaction": Attempt(200, empty=True),
    "referral POST /v1/satisfaction": Attempt(201, {**ANSWER, "comment": "Mine."}),
    "referral GET /v1/candidates": Attempt(200, empty=True),
    "referral GET /v1/members/{member_id}/offers": Attempt(200, empty=True),
    "referral POST /v1/invitations": Attempt(404, {"program": "poster", "member": IDS["member_id"]}),
    "referral POST /v1/invitations/{invitation}/acceptance": Attempt(404),
    "referral POST /v1/invitations/{invitation}/refusal": Attempt(404),
    "referral GET /v1/attributions": Attempt(200, empty=True),
    "referral GET /v1/attributions/{attribution}": Attempt(404),
    "referral GET /v1/coupons": Attempt(200, empty=True),
    "referral GET /v1/coupons/{coupon}": Attempt(404),
    "referral PUT /v1/coupons/{coupon}": Attempt(200, COUPON),
    "referral GET /v1/joins": Attempt(200, empty=True),
    "referral POST /v1/joins": Attempt(200, [{"member": "bob", "at": "2026-01-01T00:00:00Z"}]),
    "referral GET /v1/conversions": Attempt(200, empty=True),
    "referral POST /v1/conversions": Attempt(200, [BOUGHT]),
    "referral GET /v1/conversions/{order_id}": Attempt(404),
    "referral GET /v1/conversions/{order_id}/refunds": Attempt(200, empty=True),
    "referral POST /v1/conversions/{order_id}/refunds": Attempt(200, [REFUND]),
    "referral POST /v1/conversions/{order_id}/refunds/{refund_id}/failure": Attempt(
        200, {"at": REFUND["at"]}
    ),
}
