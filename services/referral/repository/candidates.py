"""What attribution asks of links and clicks."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from services.referral.documents import DATABASE
from services.referral.repository import links
from shared import mongo
from shared.mongo import Document

#: So many clicks of one visitor are looked at, the latest.
MOST_CLICKS = 200


class Link(NamedTuple):
    """Whose a code is, and from when to when it counts."""

    code: str
    program: str
    advocate: str
    since: datetime | None
    until: datetime | None


class Click(NamedTuple):
    """A click as attribution sees it; `arrived` is when we learnt of it."""

    id: str
    link: str | None
    program: str | None
    advocate: str | None
    moment: datetime
    klass: str
    visitor: str | None
    arrived: datetime | None
    paid: tuple[str, ...] = ()


def links_of(community: str, codes: Iterable[str]) -> dict[str, Link]:
    """Links by their folded codes, those of the community that there are."""
    found = links.resolve(each for each in codes if each)
    return {
        code: Link(code, each["program"], each["member"], each.get("since"), each.get("until"))
        for code, each in found.items()
        if each["community"] == community and not each.get("erased")
    }


def clicks(community: str, identifiers: Iterable[str]) -> dict[str, Click]:
    """Clicks by id, those of the community that have come."""
    wanted = list(identifiers)
    query = {"_id": {"$in": wanted}, "community": community}
    return (
        {}
        if not wanted
        else {each["_id"]: _click(each) for each in mongo.collection(DATABASE, "clicks").find(query)}
    )


def clicks_of(community: str, visitors: Iterable[str]) -> list[Click]:
    """The latest clicks of visitors, whatever they were."""
    query = {"visitor": {"$in": list(visitors)}, "community": community}
    found = mongo.collection(DATABASE, "clicks").find(query, sort=[("moment", -1)], limit=MOST_CLICKS)
    return [_click(each) for each in found]


def _click(stored: Document) -> Click:
    return Click(
        id=stored["_id"],
        link=stored.get("link"),
        program=stored.get("program"),
        advocate=stored.get("advocate"),
        moment=stored["moment"],
        klass=stored["klass"],
        visitor=stored.get("visitor"),
        arrived=stored.get("kept"),
        paid=tuple(stored.get("paid", ())),
    )
