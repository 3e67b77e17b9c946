"""Coupons, as they are shown."""

from collections.abc import Sequence

from services.referral.repository import coupons, people
from shared.errors import NotFound
from shared.mongo import Document


def after(community: str, folded: str, limit: int) -> list[Document]:
    """Coupons in order of their names, from a place on."""
    return _shown(coupons.after(community, folded, limit))


def one(community: str, coupon: str) -> Document:
    """One coupon. Raises NotFound."""
    found = coupons.load(community, [coupon]).get(coupons.fold(coupon))
    if found is None:
        raise NotFound("coupon", coupon)
    return _shown([found])[0]


def _shown(found: Sequence[Document]) -> list[Document]:
    named = {each[name] for each in found for name in ("advocate", "only_for") if each.get(name)}
    names = people.shown(named)
    return [
        {
            "folded": each["folded"],
            "coupon": each["coupon"],
            "program": each.get("program"),
            "advocate": names.get(each.get("advocate", "")),
            "channel": each.get("channel"),
            "only_for": names.get(each.get("only_for", "")),
            "since": each.get("since"),
            "until": each.get("until"),
        }
        for each in found
    ]
