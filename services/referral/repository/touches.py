"""What loops are made of: a friend's joins and orders with the advocates that attribution found for them."""

from collections.abc import Iterable

from services.referral.domain import refunds as rules
from services.referral.domain.loops import ORDER, Refund, Touch
from services.referral.repository import people
from services.referral.repository.dossiers import Dossier
from shared.mongo import Document

_WON = "won"


def of(dossier: Dossier) -> dict[str, list[Touch]]:
    """Each program → what of a friend is owed to somebody's recommendation of it."""
    found = [each for each in dossier.attributions if each.get("advocate")]
    now = people.survivors({each["advocate"] for each in found})
    bought = _orders(dossier) if any(each["kind"] == ORDER for each in found) else {}
    touches: dict[str, list[Touch]] = {}
    for each in found:
        touch = _touch(
            each, now[each["advocate"]], bought.get(each["subject"]) if each["kind"] == ORDER else None
        )
        touches.setdefault(each["program"], []).append(touch)
    return touches


def _touch(attribution: Document, advocate: str, bought: tuple[Document, list[Refund]] | None) -> Touch:
    order, given_back = bought or ({}, [])
    click = _click(attribution)
    return Touch(
        attribution=attribution["_id"],
        subject=attribution["kind"],
        id=attribution["subject"],
        advocate=advocate,
        moment=attribution["at"],
        door=attribution["door"],
        link=attribution.get("link"),
        click=click,
        clicked=attribution.get("touched") if click else None,
        amount_minor=order.get("amount_minor"),
        currency=order.get("currency"),
        refunds=tuple(given_back),
    )


def _click(attribution: Document) -> str | None:
    """The click that won, by itself or behind a token."""
    won: Document = next((each for each in attribution["candidates"] if each["reason"] == _WON), {})
    return won.get("click")


def _orders(dossier: Dossier) -> dict[str, tuple[Document, list[Refund]]]:
    """A friend's orders by their ids, and what stands of their refunds."""
    return {each["order"]: (each, _refunds(each, dossier.refunds[each["_id"]])) for each in dossier.orders}


def _refunds(order: Document, some: Iterable[rules.Refund]) -> list[Refund]:
    """What was given back, one after the other, never more than the order; one without an amount takes what is left."""
    left = order["amount_minor"]
    found = []
    for each in rules.counted(some, order["currency"]):
        amount = left if each.amount_minor is None else min(left, each.amount_minor)
        left -= amount
        found.append(Refund(id=each.name, moment=each.at, amount_minor=amount))
    return found
