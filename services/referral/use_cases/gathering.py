"""All that attribution looks at of one friend: what he did, and whom that names."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from services.referral.domain import codes
from services.referral.domain.advocates import History
from services.referral.domain.candidates import Asked, Subject
from services.referral.domain.programs import Program
from services.referral.repository import (
    advocates,
    attributions,
    candidates,
    coupons,
    friends,
    joins,
    orders,
    people,
    programs,
    trees,
)
from services.referral.repository.candidates import Click, Link
from services.referral.repository.dossiers import Dossier
from shared.mongo import Document

#: How a join or an order names somebody.
COUPON, CODE, TOKEN, CLICK = NAMES = ("coupon", "code", "token", "click")
BY_ID = (CLICK, TOKEN)


class Deed(NamedTuple):
    """A join or an order, as attribution asks about it; `names`: how it names somebody."""

    key: str
    id: str
    asked: Asked
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was read for one friend.

    `links`, `coupons` and `clicks` are by folded form or id; `histories` say what an advocate was when; `now`: who
    members are after merges.
    """

    community: str
    friend: str
    same: frozenset[str]
    before: Document
    deeds: Sequence[Deed]
    orders: Sequence[Document]
    kept: Mapping[str, Document]
    mailboxes: Sequence[Document]
    programs: Mapping[str, Program]
    links: Mapping[str, Link]
    coupons: Mapping[str, Document]
    clicks: Mapping[str, Click]
    by_visitor: Mapping[str, Sequence[Click]]
    histories: Mapping[tuple[str, str], History]
    above: Mapping[str, frozenset[str]]
    now: Mapping[str, str]


def read(community: str, friend: str) -> Known:
    """Read it, inside the running transaction or a snapshot."""
    same = frozenset(people.merged([friend]))
    before = friends.load([friend]).get(friend, {})
    joined, bought = joins.of(same), orders.of(same)
    deeds = sorted(
        [*(_join(community, each) for each in joined), *(order(community, each) for each in bought)],
        key=lambda each: (each.asked.moment, each.asked.subject, each.key),
    )
    kept = attributions.about((each.key for each in deeds), same)
    written = _written(deeds)
    links = candidates.links_of(
        community, map(codes.fold, {*written[CODE], *written[COUPON], *written[TOKEN]})
    )
    unknown = {each for each in written[CODE] if codes.fold(each) not in links}
    found = coupons.load(community, {*written[COUPON], *unknown})
    clicks = candidates.clicks(community, {*written[CLICK], *written[TOKEN]})
    # Whoever was erased is not known again by his visits.
    known = () if before.get("forgotten") else clicks.values()
    visitors = {each.visitor for each in known if each.visitor}
    by_visitor = _by_visitor(candidates.clicks_of(community, visitors) if visitors else ())
    named = _named(links, found, [*clicks.values(), *(each for some in by_visitor.values() for each in some)])
    named |= {each["advocate"] for each in kept.values() if each.get("advocate")}
    people.meet(named)
    now = people.survivors(named)
    # What is decided first names them so to what is decided next.
    now |= {each: each for each in now.values()}
    histories = advocates.histories(community, {friend, *now.values()})
    return Known(
        community=community,
        friend=friend,
        same=same,
        before=before,
        deeds=deeds,
        orders=bought,
        kept=kept,
        mailboxes=_mailboxes([*joined, *bought]),
        programs={each.slug: each for each in programs.every(community)},
        links=links,
        coupons=found,
        clicks=clicks,
        by_visitor=by_visitor,
        histories=histories,
        above=_above(friend, histories),
        now=now,
    )


def dossier(known: Known, decided: Iterable[Document]) -> Dossier:
    """What is kept of a friend once this is decided of what he did."""
    after = {**known.kept, **{each["_id"]: each for each in decided}}
    return Dossier(
        community=known.community,
        friend=known.friend,
        same=sorted(known.same),
        attributions=attributions.in_order(each for each in after.values() if each["friend"] in known.same),
        bought=known.orders,
    )


def order(community: str, document: Document) -> Deed:
    """An order, as attribution asks about it."""
    asked = Asked(
        subject=Subject.ORDER,
        friend=document["member"],
        moment=document["at"],
        received=document["received"],
        checkout_began=document.get("checkout_began"),
        amount_minor=document["amount_minor"],
        currency=document["currency"],
    )
    key = attributions.key(community, Subject.ORDER, document["order"])
    return Deed(key, document["order"], asked, _names(document))


def _join(community: str, document: Document) -> Deed:
    asked = Asked(
        subject=Subject.JOIN,
        friend=document["member"],
        moment=document["at"],
        received=document["received"],
    )
    key = attributions.key(community, Subject.JOIN, document["member"])
    return Deed(key, document["member"], asked, _names(document))


def _names(document: Document) -> dict[str, str]:
    return {name: document[name] for name in NAMES if document.get(name)}


def _written(deeds: Iterable[Deed]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {name: set() for name in NAMES}
    for deed in deeds:
        for name, value in deed.names.items():
            found[name].add(value)
    return found


def _by_visitor(clicks: Iterable[Click]) -> dict[str, list[Click]]:
    found: dict[str, list[Click]] = {}
    for each in clicks:
        found.setdefault(each.visitor or "", []).append(each)
    return found


def _named(links: Mapping[str, Link], found: Mapping[str, Document], clicks: Iterable[Click]) -> set[str]:
    by_coupon = {each["advocate"] for each in found.values() if each.get("advocate")}
    by_click = {each.advocate for each in clicks if each.advocate}
    return {*(each.advocate for each in links.values()), *by_coupon, *by_click}


def _above(friend: str, histories: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    """Who stands above whom; nobody asks where the friend is no advocate: then he stands above nobody."""
    if not any(member == friend for _, member in histories):
        return {}
    found: dict[str, frozenset[str]] = {}
    for program in sorted({program for program, _ in histories}):
        others = [member for of, member in histories if of == program and member != friend]
        for advocate, above in trees.above(program, others).items():
            found[advocate] = found.get(advocate, frozenset()) | above
    return found


def _mailboxes(documents: Iterable[Document]) -> list[Document]:
    """The addresses that he gave, each once, in an order that does not depend on when they came."""
    found = {each["mailbox"]["address"]: each["mailbox"] for each in documents if each.get("mailbox")}
    return [found[address] for address in sorted(found)]
