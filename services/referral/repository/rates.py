"""Rates that were agreed with one advocate alone: kept with him, each since when it holds."""

from collections.abc import Iterable
from datetime import datetime
from fractions import Fraction

from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.domain.advocates import Rates
from services.referral.repository import advocates
from shared import mongo
from shared.mongo import Document


def of(community: str, some: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Rates]:
    """What was agreed with each (program, advocate), in order of time."""
    keys = {advocates.key(community, *each): each for each in some}
    found = advocates.under(member for _, member in keys.values())
    return {keys[each["_id"]]: read(each) for each in found if each["_id"] in keys}


def read(stored: Document) -> Rates:
    """What was agreed with an advocate."""
    return [
        (since, rule, None if rate is None else Fraction(rate))
        for since, rule, rate in stored.get("rates", ())
    ]


def agree(stored: Document, since: datetime, rule: str, rate: Fraction | None) -> Document:
    """Keep what is agreed with an advocate from now on, inside the running transaction. Returns him with it."""
    rates = [*stored.get("rates", ()), [since, rule, None if rate is None else str(rate)]]
    advocates.forget()
    _advocates().update_one({"_id": stored["_id"]}, {"$set": {"rates": rates}})
    return {**stored, "rates": rates}


def _advocates() -> Collection[Document]:
    return mongo.collection(DATABASE, "advocates")
