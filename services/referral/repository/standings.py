"""What members hold in recognition."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from pymongo import ReplaceOne
from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.domain import standings as rules
from services.referral.domain.standings import Held, Said, Standing
from services.referral.repository import people
from shared import mongo
from shared.mongo import Document


def of(community: str, member: str, moment: datetime) -> Standing:
    """The badges and titles that a member held at a moment; what those held who became him is his too."""
    return at(community, [member], moment).get(member, Standing(frozenset(), frozenset()))


def at(community: str, members: Iterable[str], moment: datetime) -> dict[str, Standing]:
    """The badges and titles that members hold at a moment; who holds nothing is left out."""
    return {member: rules.at(held, moment) for member, held in everything(community, members).items()}


def everything(community: str, members: Iterable[str]) -> dict[str, list[Held]]:
    """All that members ever held, each by his id of now."""
    became = people.merged(members)
    query = {"member": {"$in": list(became)}, "community": community}
    found: dict[str, list[Held]] = {}
    for each in _standings().find(query, batch_size=mongo.AT_ONCE):
        held = _held(each)
        if held is not None:
            found.setdefault(became[each["member"]], []).append(held)
    return found


def holders(community: str, kind: str, slugs: Iterable[str], after: str, limit: int) -> list[Document]:
    """Awards of these badges or titles, in order of their keys, after a key."""
    query = {"community": community, "kind": kind, "slug": {"$in": list(slugs)}, "_id": {"$gt": after}}
    return list(_standings().find(query, sort=[("_id", 1)], limit=limit))


def load(keys: Iterable[str]) -> dict[str, Document]:
    """What is kept of awards, by key."""
    found = _standings().find({"_id": {"$in": list(keys)}}, batch_size=mongo.AT_ONCE)
    return {each["_id"]: each for each in found}


def keep(changed: Sequence[Document]) -> None:
    """Keep awards, inside the running transaction."""
    if changed:
        _standings().bulk_write([ReplaceOne({"_id": each["_id"]}, each, upsert=True) for each in changed])


def _held(stored: Document) -> Held | None:
    return rules.held(
        stored["kind"], stored["slug"], _said(stored.get("awarded")), _said(stored.get("ended"))
    )


def _said(stored: Mapping[str, object] | None) -> Said | None:
    return None if stored is None else Said(**stored)  # type: ignore[arg-type]  # as `use_cases/recognition` keeps it


def _standings() -> Collection[Document]:
    return mongo.collection(DATABASE, "standings")
