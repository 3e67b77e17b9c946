"""Traces of a person in what others did and said, to be forgotten when he is erased.

Each function runs inside a transaction and may be repeated.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from bson import ObjectId
from pymongo import UpdateOne
from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.domain import codes
from services.referral.repository import attributions, clicks, coupons, friends
from shared import mongo
from shared.mongo import Document

#: What stands in the place of a text that a person wrote.
FORGOTTEN = "(erased)"
#: So begins what stands in the place of a code or a coupon.
STAND_IN = "erased:"
_AT_ONCE = 50
_MOST_WAITING = 10_000
_CLICKS_AT_ONCE = 5_000
#: How a join or an order names somebody; `folded` is how its coupon is compared.
_NAMED_BY = ("code", "coupon", "folded", "token")


class Names(NamedTuple):
    """Codes of links that were chosen for a person, and his coupons, both folded → what stands in their place."""

    links: Mapping[str, str]
    coupons: Mapping[str, str]

    def instead(self, written: str) -> str | None:
        """What stands in the place of what somebody typed; None where it stays."""
        return self.links.get(codes.fold(written)) or self.coupons.get(coupons.fold(written))


def coupons_of(community: str, member: str) -> dict[str, str]:
    """The coupons of a member, folded, and what is to stand in their place."""
    found = _of("coupons").find({"community": community, "advocate": member}, {"folded": 1})
    return {each["folded"]: f"{STAND_IN}{ObjectId()}" for each in found}


def forget_friend(community: str, member: str) -> None:
    """Forget by what a friend was known again: his visits, his addresses. Who brought him stays as it was decided.

    So it does for whoever came from the same device.
    """
    visitors = friends.load([member]).get(member, {}).get("visitors", ())
    beside = friends.concerned(community, (), visitors) if visitors else []
    attributions.freeze(each["_id"] for each in attributions.of([member, *beside]))
    clicks.forget(community, visitors)
    friends.forget_held()
    if beside:
        _of("friends").update_many({"_id": {"$in": beside}}, {"$pull": {"visitors": {"$in": list(visitors)}}})
    _of("friends").update_one(
        {"_id": member},
        {
            "$unset": {"visitors": "", "clicks": "", "mailboxes": "", "wants": ""},
            # What comes later brings nothing of it back.
            "$set": {"forgotten": True},
            "$setOnInsert": {"community": community, "settled": 0},
        },
        upsert=True,
    )
    for name in ("joins", "orders"):
        _of(name).update_many({"member": member, "community": community}, {"$unset": {"mailbox": ""}})


def forget_names(community: str, member: str, names: Names, after: str) -> tuple[Sequence[str], str | None]:
    """Put the stand-ins in the place of codes and coupons, in some of what named them; that stays as it was decided.

    Returns the friends whom it concerns, and after which attribution to go on: None where all is done.
    """
    which = [{"candidates.advocate": member}, {"candidates.link": {"$in": list(names.links)}}]
    # Asked for none of no links, the server would look at every attribution there is.
    which = which if names.links else which[:1]
    # Who named a coupon of somebody who was no advocate.
    waiting = friends.wanting(community, {*names.links, *names.coupons}, _MOST_WAITING)
    query = {"community": community, "_id": {"$gt": after}, "$or": [*which, {"friend": {"$in": waiting}}]}
    found = list(_of("attributions").find(query, sort=[("_id", 1)], limit=_AT_ONCE))
    changed = [(each, _renamed(each, names)) for each in found]
    written = [
        UpdateOne({"_id": before["_id"]}, {"$set": {**now, "frozen": True}})
        for before, now in changed
        if any(before.get(name) != value for name, value in now.items())
    ]
    if written:
        _of("attributions").bulk_write(written)
    for kind, name, field in (("join", "joins", "member"), ("order", "orders", "order")):
        subjects = [each["subject"] for each in found if each["kind"] == kind]
        _forget_in_deeds(_of(name), {"community": community, field: {"$in": subjects}}, names)
    touched = sorted({each["friend"] for each in found})
    return touched, found[-1]["_id"] if len(found) == _AT_ONCE else None


def forget_clicks(community: str, names: Names) -> bool:
    """Put the stand-ins in the place of codes in some of the clicks on them; returns whether there may be more."""
    query = {"community": community, "link": {"$in": list(names.links)}}
    found = list(_of("clicks").find(query, {"link": 1}, limit=_CLICKS_AT_ONCE)) if names.links else []
    for code, stand_in in names.links.items():
        ours = [each["_id"] for each in found if each["link"] == code]
        _of("clicks").update_many({"_id": {"$in": ours}}, {"$set": {"link": stand_in, "code": stand_in}})
    return len(found) == _CLICKS_AT_ONCE


def forget_coupons(community: str, member: str, names: Names) -> None:
    """Forget the coupons of a member, and who named them in vain; lines of the audit about them name the stand-ins."""
    _of("coupons").delete_many({"community": community, "advocate": member})
    for coupon, stand_in in names.coupons.items():
        lines = {"community": community, "thing": coupons.thing(coupon)}
        _of("audit").update_many(lines, {"$set": {"thing": coupons.thing(stand_in)}})
    friends.want_no_more(community, {*names.coupons, *map(codes.fold, names.coupons), *names.links})


def forget_texts(community: str, member: str) -> None:
    """Forget what people wrote about a member: why they granted him something, decided on him, paused him."""
    ours = {"community": community, "member": member}
    granted = [each["id"] for each in _of("grants").find(ours, {"id": 1})]
    _of("grants").update_many(ours, {"$set": {"reason": FORGOTTEN}, "$unset": {"decision_reason": ""}})
    lines = [
        (each["payout"], each["name"]) for each in _of("payout_lines").find(ours, {"payout": 1, "name": 1})
    ]
    _of("payout_lines").update_many(ours, {"$unset": {"reason": ""}})
    programs = [each["program"] for each in _of("advocates").find(ours, {"program": 1})]
    reviews = [
        each["_id"] for each in _of("cases").find({"community": community, "friend": member}, {"_id": 1})
    ]
    _of("cases").update_many(
        {"_id": {"$in": reviews}, "decisions.0": {"$exists": True}},
        {"$set": {"decisions.$[].reason": FORGOTTEN}},
    )
    things = [
        *(f"grant:{name}" for name in granted),
        *(f"advocate:{program}:{member}" for program in programs),
        *(f"review:{name}" for name in reviews),
        *(f"payout:{payout.partition('|')[2]}:{line}" for payout, line in lines),
    ]
    _of("audit").update_many({"community": community, "thing": {"$in": things}}, {"$unset": {"reason": ""}})


def _renamed(attribution: Document, names: Names) -> Document:
    found: Document = {"candidates": [_without(each, names) for each in attribution["candidates"]]}
    if "link" in attribution:
        found["link"] = names.links.get(attribution["link"], attribution["link"])
    return found


def _without(candidate: Document, names: Names) -> Document:
    written = ((name, candidate.get(name)) for name in ("name", "link"))
    return {**candidate, **dict(_stand_ins(written, names))}


def _forget_in_deeds(collection: Collection[Document], query: Document, names: Names) -> None:
    for each in collection.find(query, dict.fromkeys(_NAMED_BY, 1)):
        changed = dict(_stand_ins(((name, each.get(name)) for name in _NAMED_BY), names))
        if changed:
            collection.update_one({"_id": each["_id"]}, {"$set": changed})


def _stand_ins(some: Iterable[tuple[str, str | None]], names: Names) -> Iterable[tuple[str, str]]:
    for name, written in some:
        stand_in = None if written is None else names.instead(written)
        if stand_in is not None:
            yield name, stand_in


def _of(name: str) -> Collection[Document]:
    return mongo.collection(DATABASE, name)
