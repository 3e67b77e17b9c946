"""Attribution is decided anew whenever anything of a friend changes, until it is frozen.

All joins and orders of a friend are looked at in event order, so that lateness and repeats make no difference: what
was attributed first goes on as his relation to whoever brought him.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.referral.domain import codes, emails
from services.referral.domain.emails import Mailbox
from services.referral.domain.reasons import Reason
from services.referral.repository import (
    DATABASE,
    attributions,
    clicks,
    coupons,
    friends,
    joins,
    orders,
    people,
)
from services.referral.use_cases import deciding, gathering, looping, resembling, rewarding
from services.referral.use_cases.gathering import Known
from shared import clock, mongo, work
from shared.mongo import Document
from shared.work import Mark

#: A friend is to be looked at again: a click came late, or two people turned out to be one.
ATTRIBUTE = "attribute"
#: Who recommended is somebody else by now, or was an advocate at other times: whoever named him is to be looked at.
ADVOCATE = "attribute-advocate"
#: A coupon is somebody else's by now: whoever named it is to be looked at.
COUPON = "attribute-coupon"
_FRIENDS_A_STEP = 20
_MARKED_AT_ONCE = 100
#: So many friends who named what nobody stood behind are looked at again.
_MOST_WAITING = 10_000
#: Why a code or a coupon led to nobody; somebody may stand behind it later.
_NAMED_OUTRIGHT = frozenset({gathering.COUPON, gathering.CODE, gathering.TOKEN})
_NOBODY = frozenset({Reason.NOT_FOUND, Reason.ADVOCATE_NOT_FOUND})


def settle(community: str, friend: str, now: datetime) -> dict[str, Document]:
    """Decide who brought a friend, and let rewards and loops follow, inside the running transaction.

    Whoever calls this has written him first (`friends.hold`). Returns what is decided of each of his joins and orders.
    """
    known = gathering.read(community, friend)
    decided = _flagged(known, deciding.decide(known))
    attributions.keep([each for each in decided if known.kept.get(each["_id"]) != each])
    if any(each.get("awaits") for each in decided):
        # A click that is being kept at this moment sees nobody who named it, and is not seen: one of us begins again.
        clicks.take_turn(community)
    after = _of_friend(known, decided)
    friends.keep(friend, known.before, after)
    if _gave_an_address(known, after):
        mark_advocate(community, friend)
    mark(community, resembling.concerned(known, decided, after.get("mailboxes", ())))
    dossier = gathering.dossier(known, decided)
    rewarding.follow(dossier, now)
    looping.follow(dossier)
    return {each["_id"]: each for each in decided}


@mongo.in_transaction(DATABASE)
def settle_alone(community: str, member: str, now: datetime) -> None:
    """The same for whoever a member is now, in a transaction of its own."""
    friend = people.survivors([member])[member]
    friends.hold(community, friend)
    settle(community, friend, now)


def mark(community: str, members: Iterable[str]) -> None:
    """Let friends be decided anew, inside the running transaction: two of them became one, or a code changed hands."""
    for member in sorted(set(members)):
        work.add(DATABASE, ATTRIBUTE, community, friend=member)


def note_clicks(community: str, some: Iterable[str], visitors: Iterable[str]) -> None:
    """Clicks came, inside the running transaction: whoever named one of them, or its visitor, is decided anew."""
    mark(community, friends.concerned(community, some, visitors))


def note_names(community: str, names: Iterable[str]) -> None:
    """Somebody stands behind these codes or coupons (folded) by now: who named them before is decided anew."""
    mark(community, friends.wanting(community, names, _MOST_WAITING))


def mark_advocate(community: str, member: str) -> None:
    """Let whoever named an advocate be decided anew, inside the running transaction."""
    work.add(DATABASE, ADVOCATE, community, member=member)


def mark_coupon(community: str, coupon: str) -> None:
    """Let whoever named a coupon be decided anew, inside the running transaction."""
    work.add(DATABASE, COUPON, community, coupon=coupon)


def follow_merge(community: str, gone: str, into: str) -> None:
    """Two people became one: all that either did is one friend's, and nobody recommends to himself."""
    del gone  # he is one of those who are `into` now
    settle_alone(community, into, clock.now())
    mongo.transact(DATABASE, lambda: mark_advocate(community, into))


def attribute_advocate(mark: Mark) -> Mapping[str, Any] | None:
    """One step: the next friends who named an advocate, won by him or not, are decided anew."""
    everybody = people.identities(mark["member"])
    if "after" not in mark:
        named = coupons.of(mark["community"], everybody)
        mongo.transact(DATABASE, lambda: note_names(mark["community"], named))
    found = attributions.naming(everybody, mark.get("after", ""), _FRIENDS_A_STEP)
    for friend in sorted({each["friend"] for each in found}):
        settle_alone(mark["community"], friend, clock.now())
    return {"after": found[-1]["_id"]} if len(found) == _FRIENDS_A_STEP else None


def attribute_coupon(mark: Mark) -> Mapping[str, Any] | None:
    """One step: the next friends who named a coupon are decided anew, those of joins first, then those of orders."""
    where, after = mark.get("place", ("joins", ""))
    of_coupon = joins.of_coupon if where == "joins" else orders.of_coupon
    found = of_coupon(mark["community"], mark["coupon"], after, _FRIENDS_A_STEP)
    for friend in sorted({each["member"] for each in found}):
        settle_alone(mark["community"], friend, clock.now())
    if len(found) == _FRIENDS_A_STEP:
        return {"place": [where, found[-1]["_id"]]}
    return {"place": ["orders", ""]} if where == "joins" else None


def attribute(mark: Mark) -> Mapping[str, Any] | None:
    """One step: a friend is decided anew."""
    settle_alone(mark["community"], mark["friend"], clock.now())
    return None


def attribute_above(mark: Mark) -> Mapping[str, Any] | None:
    """One step: the next of those who stand above others now, or no longer, is decided anew."""
    friend, *others = mark["members"]
    settle_alone(mark["community"], friend, clock.now())
    return {"members": others} if others else None


def look_again(now: datetime) -> int:
    """Who named a click that had not come when its grace was over is decided once more, for the last time.

    Returns how many of them were found in this look.
    """
    found = attributions.awaiting(now, _MARKED_AT_ONCE)
    for each in found:
        _give_up(each["_id"], each["community"], each["friend"])
    return len(found)


STEPS = {
    ATTRIBUTE: attribute,
    ADVOCATE: attribute_advocate,
    COUPON: attribute_coupon,
    looping.ABOVE: attribute_above,
}


@mongo.in_transaction(DATABASE)
def _give_up(identifier: str, community: str, friend: str) -> None:
    attributions.await_no_more(identifier)
    mark(community, [friend])


def _gave_an_address(known: Known, after: Document) -> bool:
    """Whether an advocate gave an address that is new: his friends may have given the same one before."""
    is_new = bool(after.get("mailboxes")) and after["mailboxes"] != known.before.get("mailboxes")
    return is_new and any(member == known.friend for _, member in known.histories)


def _flagged(known: Known, decided: Sequence[Document]) -> list[Document]:
    """What is worth a look at who won, beside each decision that is not frozen."""
    first = next((each["_id"] for each in decided if each.get("advocate")), None)
    flagged = []
    for each in decided:
        flags = [] if each.get("frozen") else _flags(known, decided, each, is_first=each["_id"] == first)
        flagged.append({**each, "flags": flags} if flags else each)
    return flagged


def _flags(known: Known, decided: Sequence[Document], document: Document, *, is_first: bool) -> list[str]:
    if not document.get("advocate"):
        return []
    found = [*_paid(known, document)]
    ours = [friends.mailbox(each) for each in known.mailboxes]
    if ours:
        advocate = list(people.merged([document["advocate"]]))
        others = _earlier_friends(known, ours, advocate, document["at"]) if is_first else []
        found += emails.flags(ours, friends.mailboxes(advocate), others)
        if resembling.came_before(known, decided, document["advocate"], {each.address for each in ours}):
            found.append("email-of-earlier-friend")
    return found


def _paid(known: Known, document: Document) -> list[str]:
    """A click of paid traffic is no recommendation, most likely."""
    won: Document = next((each for each in document["candidates"] if each["reason"] == "won"), {})
    click = known.clicks.get(won.get("click", ""))
    return ["paid-traffic"] if click is not None and click.paid else []


def _earlier_friends(
    known: Known, ours: Sequence[Mailbox], advocate: Sequence[str], before: datetime
) -> list[Mailbox]:
    domains = emails.domains(ours)
    if not domains:
        return []
    found = friends.of_domains(known.community, domains)
    brought = attributions.brought(advocate, found.keys() - known.same)
    earlier = {each["friend"] for each in brought if (each["at"], each["friend"]) < (before, known.friend)}
    return [each for name in sorted(earlier) for each in found[name]]


def _of_friend(known: Known, decided: Sequence[Document]) -> Document:
    first = next((each for each in decided if each.get("advocate")), {})
    named = [known.clicks.get(value) for deed in known.deeds for value in deed.names.values()]
    told = {"advocate": first.get("advocate"), "program": first.get("program"), "since": first.get("at")}
    if known.before.get("forgotten"):  # he was erased: by what he was known again is not kept
        return told
    return {
        **told,
        "clicks": sorted(
            {deed.names[name] for deed in known.deeds for name in gathering.BY_ID if name in deed.names}
        ),
        "visitors": sorted({each.visitor for each in named if each and each.visitor}),
        "wants": sorted(_wanted(decided)),
        "mailboxes": list(known.mailboxes),
    }


def _wanted(decided: Sequence[Document]) -> set[str]:
    """What was named and led to nobody, as codes and coupons are compared, frozen or not."""
    names = [
        each["name"]
        for one in decided
        for each in one["candidates"]
        if each["door"] in _NAMED_OUTRIGHT and each["reason"] in _NOBODY
    ]
    return {folded for name in names for folded in (codes.fold(name), coupons.fold(name)) if folded}
