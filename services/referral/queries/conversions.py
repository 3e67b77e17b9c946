"""Joins, orders and refunds, as they are shown."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from services.referral.domain import refunds as rules
from services.referral.domain.candidates import Subject
from services.referral.repository import attributions, joins, orders, people, refunds
from shared.errors import NotFound
from shared.mongo import Document

Position = tuple[datetime, str]
_AT_ONCE = 500


def joins_before(community: str, before: Position | None, limit: int) -> list[Document]:
    """Joins, the latest first."""
    found = joins.latest(community, before, limit)
    decided = attributions.load(attribution_of_join(each) for each in found)
    names = people.shown(_everybody(found, decided.values()))
    return [
        {
            "key": each["_id"],
            "member": names.get(each["member"]),
            "at": each["at"],
            **_decided(attribution_of_join(each), decided, names),
        }
        for each in found
    ]


def orders_before(community: str, before: Position | None, limit: int) -> list[Document]:
    """Orders, the latest first."""
    return shown(orders.latest(community, before, limit))


def order(community: str, identifier: str) -> Document:
    """One order. Raises NotFound."""
    found = orders.one(orders.key(community, identifier))
    if found is None:
        raise NotFound("order", identifier)
    return shown([found])[0]


def every(community: str) -> Iterator[Document]:
    """All orders of a community, in order of time."""
    rows = orders.every(community)
    while some := list(itertools.islice(rows, _AT_ONCE)):
        yield from shown(some)


def shown(found: Sequence[Document]) -> list[Document]:
    """Orders as they are shown."""
    decided = attributions.load(attribution_of_order(each) for each in found)
    given_back = refunds.stored(each["_id"] for each in found)
    names = people.shown(_everybody(found, decided.values()))
    return [
        {
            "key": each["_id"],
            "id": each["order"],
            "member": names.get(each["member"]),
            "amount_minor": each["amount_minor"],
            "currency": each["currency"],
            "quantity": each["quantity"],
            "placed_at": each["at"],
            "checkout_began_at": each.get("checkout_began"),
            "refunded_minor": _refunded(each, given_back[each["_id"]]),
            "refunds": [_refund(one, each) for one in given_back[each["_id"]]],
            **_decided(attribution_of_order(each), decided, names),
        }
        for each in found
    ]


def refunds_of(community: str, order_id: str) -> list[Document]:
    """The refunds of an order, whether or not it has come."""
    key = orders.key(community, order_id)
    bought = orders.one(key)
    return [_refund(each, bought) for each in refunds.stored([key])[key]]


def refund(document: Document) -> Document:
    """One refund."""
    return _refund(document, orders.one(document["order_key"]))


def attribution_of_join(join: Document) -> str:
    """The id of a join's attribution."""
    return attributions.key(join["community"], Subject.JOIN, join["member"])


def attribution_of_order(bought: Document) -> str:
    """The id of an order's attribution."""
    return attributions.key(bought["community"], Subject.ORDER, bought["order"])


def _everybody(found: Sequence[Document], decided: Iterable[Document]) -> set[str]:
    advocates = {each["advocate"] for each in decided if each.get("advocate")}
    return {each["member"] for each in found} | advocates


def _decided(key: str, decided: dict[str, Document], names: dict[str, str | None]) -> Document:
    found = decided.get(key, {})
    return {
        "attribution": key,
        "advocate": names.get(found.get("advocate", "")),
        "program": found.get("program"),
        "rule": found.get("rule"),
    }


def _refunded(bought: Document, given_back: Sequence[Document]) -> int:
    standing = [refunds.read(each) for each in given_back if "kind" in each]
    return rules.refunded(bought["amount_minor"], bought["currency"], standing)


def _refund(each: Document, bought: Document | None) -> Document:
    return {
        "id": each["refund"],
        "order": each["order"],
        "kind": each.get("kind"),
        "amount_minor": each.get("amount_minor"),
        "currency": each.get("currency") or (bought or {}).get("currency"),
        "at": each.get("at"),
        "failed_at": each.get("failed"),
        "state": _state(each, bought),
    }


def _state(each: Document, bought: Document | None) -> str:
    if each.get("failed"):
        return "failed"
    if bought is None:
        return "waiting"
    same = each.get("currency", bought["currency"]) == bought["currency"]
    return "counted" if same else "another-currency"
