"""Refunds: kept under their ids for ever, also before their order comes, and never more of them than was paid.

Two refunds of one order meet in its friend, who is written first; before the order has come, in the order's own place.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.referral.domain import refunds as rules
from services.referral.domain.refunds import Refund
from services.referral.repository import DATABASE, audit, friends, orders, people, refunds
from services.referral.use_cases import attributing, keeping
from services.referral.use_cases.keeping import Kept
from shared import mongo
from shared.errors import Invalid
from shared.mongo import Document

ORDER = "order"


@mongo.in_transaction(DATABASE)
def refund(community: str, order: str, said: Mapping[str, Any], now: datetime) -> Kept:
    """Keep a refund. The same again changes nothing; raises Invalid for another one, and for more than was paid."""
    document = keeping.sealed(
        refunds.key(community, order, said["refund"]),
        {**said, "community": community, "order": order, "order_key": orders.key(community, order)},
    )
    bought = orders.one(document["order_key"])
    waits_for = ORDER if bought is None else None
    known = refunds.one(document["_id"])
    if known is not None and "digest" in known:
        keeping.check_same("refund", known, document)
        return Kept(known, is_new=False, waits_for=waits_for)
    keeping.check_moment(document["at"], now, "/at")
    friend = _held(community, document["order_key"], bought)
    if bought is not None:
        _check_fits(bought, {**(known or {}), **document})
    _keep(document, known, now)
    if friend is not None:
        attributing.settle(community, friend, now)
    after = {"refund": said["refund"]}
    audit.note_person(community, act="refund.kept", thing=f"order:{order}", now=now, after=after)
    return Kept({**(known or {}), **document}, is_new=True, waits_for=waits_for)


@mongo.in_transaction(DATABASE)
def fail(community: str, order: str, name: str, at: datetime, now: datetime) -> Kept:
    """A refund failed: it is undone, and nothing else. It may be said before the refund itself, and again."""
    identifier, order_key = refunds.key(community, order, name), orders.key(community, order)
    known = refunds.one(identifier)
    if known is not None and known.get("failed"):
        return Kept(known, is_new=False)
    keeping.check_moment(at, now, "/at")
    bought = orders.one(order_key)
    friend = _held(community, order_key, bought)
    if known is None:
        known = {
            "_id": identifier,
            "community": community,
            "order": order,
            "order_key": order_key,
            "refund": name,
        }
        refunds.insert({**known, "failed": at, "received": now})
    else:
        refunds.change(identifier, failed=at)
    if friend is not None:
        attributing.settle(community, friend, now)
    audit.note_person(community, act="refund.failed", thing=f"order:{order}", now=now, after={"refund": name})
    return Kept({**known, "failed": at}, is_new=True)


def _held(community: str, order_key: str, bought: Document | None) -> str | None:
    """The friend whose order it is, written first; before the order has come its place is, and there is no friend."""
    if bought is None:
        orders.wait(order_key)
        return None
    friend = people.survivors([bought["member"]])[bought["member"]]
    friends.hold(community, friend)
    return friend


def _keep(document: Document, known: Document | None, now: datetime) -> None:
    if known is None:
        refunds.insert({**document, "received": now})
    else:
        refunds.change(document["_id"], **{name: value for name, value in document.items() if name != "_id"})


def _check_fits(bought: Document, document: Document) -> None:
    if document.get("currency", bought["currency"]) != bought["currency"]:
        message = f"The order is in {bought['currency']}, and so are its refunds."
        raise Invalid(message, errors=[{"pointer": "/currency", "detail": message}])
    standing = refunds.of([bought["_id"]])[bought["_id"]]
    more = _excess(bought, [*standing, refunds.read(document)])
    if more:
        message = f"This is {more} more than is left of the order, in minor units."
        raise Invalid(message, errors=[{"pointer": "/amount_minor", "detail": message}])


def _excess(bought: Document, some: list[Refund]) -> int:
    return rules.excess(bought["amount_minor"], bought["currency"], some)
