"""Joins and orders: kept under their ids for ever, and whatever follows from them in the same transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.referral.domain import attribution
from services.referral.repository import (
    DATABASE,
    attributions,
    audit,
    coupons,
    friends,
    joins,
    orders,
    people,
    programs,
)
from services.referral.use_cases import attributing, gathering, keeping
from services.referral.use_cases.keeping import Kept, Person
from shared import mongo
from shared.mongo import Document

JOIN, ORDER = "join", "order"


@mongo.in_transaction(DATABASE)
def join(key: bytes, community: str, said: Mapping[str, Any], now: datetime) -> Kept:
    """Keep that a friend joined. The same again changes nothing; raises Invalid for anything else of him."""
    named = keeping.person(key, community, said["member"])
    document = keeping.sealed(
        joins.key(community, named.member), _fields(key, community, named, said, without=("member",))
    )
    known = joins.one(document["_id"])
    if known is not None:
        keeping.check_same(JOIN, known, document)
        return Kept(known, is_new=False)
    keeping.check_moment(document["at"], now, "/at")
    friends.hold(community, named.friend)
    joins.insert(_kept(document, named, now))
    attributing.settle(community, named.friend, now)
    audit.note_person(community, act="join.kept", thing=f"join:{named.member}", now=now)
    return Kept(document, is_new=True)


@mongo.in_transaction(DATABASE)
def convert(key: bytes, community: str, said: Mapping[str, Any], now: datetime) -> Kept:
    """Keep an order, and all that follows from it. The same again changes nothing; raises Invalid for another one."""
    named = keeping.person(key, community, said["member"])
    document = keeping.sealed(
        orders.key(community, said["order"]), _fields(key, community, named, said, without=("member",))
    )
    known = orders.one(document["_id"])
    if known is not None:
        keeping.check_same(ORDER, known, document)
        decided = attributions.load(_brings_home(community, known))
        return Kept(known, is_new=False, waits_for=_waits_for(community, known, decided))
    keeping.check_moment(document["at"], now, "/placed_at")
    friends.hold(community, named.friend)
    kept = _kept(document, named, now)
    orders.insert(kept)
    decided = attributing.settle(community, named.friend, now)
    audit.note_person(community, act="order.kept", thing=f"order:{said['order']}", now=now)
    return Kept(document, is_new=True, waits_for=_waits_for(community, kept, decided))


def _fields(
    key: bytes, community: str, named: Person, said: Mapping[str, Any], *, without: tuple[str, ...]
) -> dict[str, Any]:
    return {
        **{name: value for name, value in said.items() if name not in {*without, "email"}},
        "community": community,
        "member": named.member,
        "mailbox": keeping.mailbox(key, community, said.get("email")),
        "folded": coupons.fold(said["coupon"]) if "coupon" in said else None,
    }


def _kept(document: Document, named: Person, now: datetime) -> Document:
    """What is kept of it; of whoever is erased no mailbox, though the digest knows of it: a repeat stays one."""
    is_erased = "mailbox" in document and people.load([named.friend])[named.friend].get("erased")
    gone = {"mailbox"} if is_erased else set()
    return {**{name: value for name, value in document.items() if name not in gone}, "received": now}


def _waits_for(community: str, order: Document, decided: Mapping[str, Document]) -> str | None:
    """An order that nothing is attributed to may still be brought home by the join of its buyer.

    Not where he has joined, nor where no program would take the order of anybody, whatever his join says.
    """
    own, joined = _brings_home(community, order)
    if decided.get(own, {}).get("advocate") or joined in decided:
        return None
    asked = gathering.order(community, order).asked
    return JOIN if attribution.goes_on(asked, programs.every(community)) else None


def _brings_home(community: str, order: Document) -> tuple[str, str]:
    """Under which keys an order, and the join of its buyer, are decided of."""
    return (
        attributions.key(community, ORDER, order["order"]),
        attributions.key(community, JOIN, order["member"]),
    )
