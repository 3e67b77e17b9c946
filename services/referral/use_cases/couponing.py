"""Coupons of the shop: whose each is, or that it is public."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.referral.repository import DATABASE, audit, coupons, programs
from services.referral.use_cases import attributing, keeping
from shared import mongo
from shared.errors import Invalid
from shared.mongo import Document

_PEOPLE = ("advocate", "only_for")


@mongo.in_transaction(DATABASE)
def keep(key: bytes, community: str, coupon: str, said: Mapping[str, Any], by: str, now: datetime) -> None:
    """Keep whose a coupon is, in the place of what was known of it; who used it already is attributed anew.

    Raises Invalid where its program does not exist.
    """
    program = said.get("program")
    if program is not None and programs.load(community, program) is None:
        message = f"There is no program {program!r}."
        raise Invalid(message, errors=[{"pointer": "/program", "detail": message}])
    named = {name: keeping.person(key, community, said[name]).member for name in _PEOPLE if name in said}
    before = coupons.load(community, [coupon]).get(coupons.fold(coupon))
    document = {**said, **named}
    if _said(before) == document:
        return
    coupons.keep(community, coupon, document)
    attributing.mark_coupon(community, coupon)
    # A shop may have sent it as a code.
    attributing.note_names(community, [coupons.fold(coupon)])
    if before is not None and "advocate" in before:
        attributing.mark_advocate(community, before["advocate"])
    thing, after = coupons.thing(coupon), _plain(document)
    audit.note(community, by=by, act="coupon.kept", thing=thing, now=now, after=after)


def _said(before: Document | None) -> Document | None:
    if before is None:
        return None
    return {name: value for name, value in before.items() if name not in coupons.ITS_NAME}


def _plain(document: Document) -> dict[str, str]:
    return {name: str(value) for name, value in document.items()}
