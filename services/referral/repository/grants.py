"""Grants, by community and the id that their caller gave them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.domain.budgets import Grant, State
from services.referral.domain.proving import Said
from shared import listing, mongo
from shared.mongo import Document


def load(community: str, name: str) -> Document | None:
    """A grant, None where there is none."""
    return _grants().find_one({"_id": _key(community, name)})


def grant_of(stored: Document) -> Grant:
    """What the rules look at of a grant."""
    return Grant(
        id=stored["id"],
        amount_minor=stored["amount_minor"],
        asked_by=stored["asked_by"],
        state=State(stored["state"]),
        expires=stored.get("expires"),
        payout=stored.get("payout"),
    )


def add(community: str, stored: Document) -> None:
    """Keep a new grant, inside the running transaction."""
    document = {"_id": _key(community, stored["id"]), "community": community, **stored}
    mongo.insert(DATABASE, "grants", [{name: value for name, value in document.items() if value is not None}])


def change(stored: Document, changed: dict[str, Any]) -> None:
    """Change a grant, inside the running transaction; what becomes None is forgotten."""
    kept = {name: value for name, value in changed.items() if value is not None}
    gone = {name: "" for name, value in changed.items() if value is None}
    _grants().update_one(
        {"_id": stored["_id"]}, {**({"$set": kept} if kept else {}), **({"$unset": gone} if gone else {})}
    )


def over(now: datetime, *, community: str | None = None, budget: str | None = None) -> list[Document]:
    """Grants that have waited for too long, of a budget or of all; some hundreds at most."""
    which = {"community": community, "budget": budget}
    query = {name: value for name, value in which.items() if value is not None}
    return list(_grants().find({**query, "expires": {"$lte": now}}, sort=[("expires", 1)], limit=500))


def latest(
    community: str, *, state: str | None, before: tuple[datetime, str] | None, limit: int
) -> list[Document]:
    """Grants, the latest first; in one state, or all."""
    query: Document = {"community": community}
    if state is not None:
        query["state"] = state
    return listing.latest(_grants(), query, _place(community, before), limit, by="asked_at")


def given(
    community: str, accounts: Sequence[str], *, before: tuple[datetime, str] | None, limit: int
) -> list[Document]:
    """What these accounts were given, the latest first, also what was taken back."""
    query = {"community": community, "account": {"$in": list(accounts)}}
    return listing.latest(_grants(), query, _place(community, before), limit, by="granted_at")


def pay(accounts: Iterable[str], currency: str, before: datetime, payout: str) -> None:
    """Note that a pay-out holds what was granted to these accounts before a moment, and is not in another one."""
    _grants().update_many(
        {
            "account": {"$in": list(accounts)},
            "currency": currency,
            "granted_at": {"$lt": before},
            "state": State.GRANTED,
            "payout": None,
        },
        {"$set": {"payout": payout}},
    )


def release(payout: str, accounts: Iterable[str], currency: str) -> None:
    """Undo `pay`: what the pay-out held for these accounts was not paid."""
    query = {"payout": payout, "account": {"$in": list(accounts)}, "currency": currency}
    _grants().update_many(query, {"$unset": {"payout": ""}})


def said(community: str) -> Iterator[Said]:
    """What each grant of a community says of itself, for the audit."""
    for each in _grants().find({"community": community}):
        yield Said(
            reference=f"grant:{each['id']}",
            amount_minor=each["amount_minor"],
            state=each["state"],
            budget=each["budget"],
        )


def _place(community: str, before: tuple[datetime, str] | None) -> tuple[datetime, str] | None:
    return None if before is None else (before[0], _key(community, before[1]))


def _key(community: str, name: str) -> str:
    return f"{community}|{name}"


def _grants() -> Collection[Document]:
    return mongo.collection(DATABASE, "grants")
