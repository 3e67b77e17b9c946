"""Coupons of the shop: whose each is, or that it is public."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from services.referral.api import people
from services.referral.queries import coupons as queries
from services.referral.schemas import conversions as schemas
from services.referral.schemas import written
from services.referral.use_cases import couponing
from shared import clock, http
from shared.errors import Invalid

blueprint = http.Blueprint(
    "coupons", description="Coupons of the shop that name an advocate, or a public channel"
)

_COUPON = schemas.KeptCoupon()


@blueprint.put("/coupons/<id:coupon>")
@http.requires("server", "admin")
@blueprint.arguments(schemas.NewCoupon)
@blueprint.response(200, schemas.KeptCoupon)
def put_coupon(body: dict[str, Any], coupon: str) -> Mapping[str, Any]:
    """Say whose a coupon is, or of which public channel; who used it already is attributed anew.

    Neither case nor spaces around it matter.
    """
    if not coupon.strip() or len(coupon) > written.LONGEST_ID:
        message = f"A coupon has one character at least, and {written.LONGEST_ID} at most."
        raise Invalid(message, errors=[{"pointer": "coupon", "detail": message}])
    couponing.keep(people.member_key(), http.community(), coupon, body, http.grant().subject, clock.now())
    return queries.one(http.community(), coupon)


@blueprint.get("/coupons")
@http.requires("server", "rep", "admin")
@blueprint.arguments(http.PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, http.page_of(schemas.KeptCoupon))
def list_coupons(limit: int, cursor: str | None = None) -> Response:
    """List coupons in order of their names."""
    after = http.decode_cursor(cursor, "coupons", str)
    rows = queries.after(http.community(), after[0] if after else "", limit + 1)
    return http.page(rows, limit=limit, kind="coupons", position=lambda row: (row["folded"],), schema=_COUPON)


@blueprint.get("/coupons/<id:coupon>")
@http.requires("server", "rep", "admin")
@blueprint.response(200, schemas.KeptCoupon)
def show_coupon(coupon: str) -> Mapping[str, Any]:
    """Show a coupon."""
    return queries.one(http.community(), coupon)
