"""From what was read of a friend to the records of his attributions. Nothing here is written."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.referral.domain import attribution, codes
from services.referral.domain.advocates import State
from services.referral.domain.candidates import Asked, Candidate, Decision, Door, Relations, Verdict
from services.referral.domain.programs import Program
from services.referral.domain.reasons import Reason
from services.referral.repository import coupons
from services.referral.repository.candidates import Click, Link
from services.referral.use_cases.gathering import BY_ID, CLICK, CODE, COUPON, TOKEN, Deed, Known
from shared import timeline
from shared.mongo import Document

#: A program and an advocate.
_Whose = tuple[str, str]
#: Whoever is refused for one of these is refused by all that is decided of the friend at the same time.
_BY_WHO_HE_IS = frozenset({Reason.RECIPIENT_IS_THE_ADVOCATE, Reason.CIRCLE})


def decide(
    known: Known, programs: Mapping[str, Program] | None = None, *, anew: bool = False
) -> list[Document]:
    """The attribution of each join and order of a friend, in event order; what is frozen stays, unless `anew`.

    `programs` may be others than those that hold: what if?
    """
    by_slug = known.programs if programs is None else programs
    decided: list[Document] = []
    relations: dict[str, Document] = {}
    refused: dict[_Whose, Document] = {}
    visitors: set[str] = set()
    for deed in known.deeds:
        visitors |= _visitors(known, deed)
        kept = known.kept.get(deed.key)
        if kept is None or anew or not kept.get("frozen"):
            found = list(_candidates(known, deed, visitors, [*relations.values(), *refused.values()]))
            decision = attribution.decide(deed.asked, found, by_slug, _relations(known))
            kept = _document(known, deed, decision, by_slug, awaited=bool(kept and kept.get("awaited")))
        decided.append(kept)
        if kept.get("advocate"):
            relations.setdefault(kept["program"], kept)
        refused = {**_refused(kept), **refused}
    return decided


def _refused(decided: Document) -> dict[_Whose, Document]:
    """Who would have brought him but for who he is, where nobody did: what he does later names them too.

    They are refused there for the same: it does not change while all of a friend is decided.
    """
    if decided.get("frozen") or decided.get("advocate"):
        return {}
    told = {name: decided[name] for name in ("_id", "at")}
    return {
        (each["program"], each["advocate"]): {**each, **told}
        for each in decided["candidates"]
        if each["reason"] in _BY_WHO_HE_IS
    }


def _relations(known: Known) -> Relations:
    since = [
        moment
        for (_, member), history in known.histories.items()
        if member == known.friend
        for moment, state in history
        if state == State.ENROLLED
    ]
    return Relations(same=known.same, advocate_since=min(since, default=None), above=known.above)


def _visitors(known: Known, deed: Deed) -> set[str]:
    named = [known.clicks.get(deed.names.get(name, "")) for name in BY_ID]
    return {each.visitor for each in named if each and each.visitor}


def _candidates(
    known: Known, deed: Deed, visitors: Iterable[str], relations: Iterable[Document]
) -> Iterator[Candidate]:
    names, asked = deed.names, deed.asked
    if COUPON in names:
        yield _of_coupon(known, asked, names[COUPON], Door.COUPON)
    if CODE in names:
        yield _of_code(known, asked, names[CODE])
    if TOKEN in names:
        yield _of_token(known, asked, names[TOKEN])
    if CLICK in names:
        yield _of_click_id(known, asked, names[CLICK], Door.CLICK)
    for visitor in visitors:
        for click in known.by_visitor.get(visitor, ()):
            yield _of_click(known, asked, click, Door.CLICK)
    for document in relations:
        yield _of_relation(known, asked, document)


def _of_coupon(known: Known, asked: Asked, written: str, door: Door) -> Candidate:
    found = known.coupons.get(coupons.fold(written))
    if found is None:
        link = known.links.get(codes.fold(written))
        return _of_link(known, asked, link, written, door) if link else _nothing(asked, written, door)
    return Candidate(
        door=door,
        moment=asked.moment,
        name=written,
        channel=found.get("channel"),
        since=found.get("since"),
        until=found.get("until"),
        only_for=frozenset({found["only_for"]}) if found.get("only_for") else None,
        **_who(known, asked, found.get("program"), found.get("advocate")),
    )


def _of_code(known: Known, asked: Asked, written: str) -> Candidate:
    link = known.links.get(codes.fold(written))
    if link is not None:
        return _of_link(known, asked, link, written, Door.CODE)
    return _of_coupon(known, asked, written, Door.CODE)


def _of_token(known: Known, asked: Asked, written: str) -> Candidate:
    link = known.links.get(codes.fold(written))
    if link is not None and written not in known.clicks:
        return _of_link(known, asked, link, written, Door.TOKEN)
    return _of_click_id(known, asked, written, Door.TOKEN)


def _of_click_id(known: Known, asked: Asked, written: str, door: Door) -> Candidate:
    click = known.clicks.get(written)
    return _nothing(asked, written, door) if click is None else _of_click(known, asked, click, door)


def _of_link(known: Known, asked: Asked, link: Link, written: str, door: Door) -> Candidate:
    return Candidate(
        door=door,
        moment=asked.moment,
        name=written,
        link=link.code,
        since=link.since,
        until=link.until,
        **_who(known, asked, link.program, link.advocate),
    )


def _of_click(known: Known, asked: Asked, click: Click, door: Door) -> Candidate:
    return Candidate(
        door=door,
        moment=click.moment,
        name=click.id,
        link=click.link,
        klass=click.klass,
        clicked=True,
        arrived=click.arrived,
        **_who(known, asked, click.program, click.advocate),
    )


def _of_relation(known: Known, asked: Asked, document: Document) -> Candidate:
    return Candidate(
        door=Door.RELATION,
        moment=document["at"],
        name=document["_id"],
        link=document.get("link"),
        **_who(known, asked, document["program"], document["advocate"]),
    )


def _nothing(asked: Asked, written: str, door: Door) -> Candidate:
    return Candidate(door=door, moment=asked.moment, name=written, state=None)


def _who(known: Known, asked: Asked, program: str | None, advocate: str | None) -> dict[str, Any]:
    """Who recommended, as he is now, and what he was then; nobody where he was never an advocate of the program."""
    member = known.now.get(advocate or "")
    history = known.histories.get((program or "", member or ""))
    if history is None:
        return {"program": program, "advocate": None, "state": None}
    return {"program": program, "advocate": member, "state": timeline.at(history, asked.moment, None)}


def _document(
    known: Known, deed: Deed, decision: Decision, programs: Mapping[str, Program], *, awaited: bool
) -> Document:
    missing = [deed.names[name] for name in BY_ID if _is_missing(known, deed, name)]
    document = {
        "_id": deed.key,
        "community": known.community,
        "kind": str(deed.asked.subject),
        "subject": deed.id,
        "friend": known.friend,
        "at": deed.asked.moment,
        "settles": attribution.settles(deed.asked, programs.values()),
        "rule": decision.rule,
        "channel": decision.channel,
        "candidates": [_verdict(each) for each in decision.verdicts],
        "awaits": [] if awaited else missing,
        "awaited": awaited or None,
        **_won(decision),
    }
    return {
        name: value for name, value in document.items() if value not in (None, []) or name == "candidates"
    }


def _is_missing(known: Known, deed: Deed, name: str) -> bool:
    written = deed.names.get(name)
    return written is not None and written not in known.clicks and codes.fold(written) not in known.links


def _won(decision: Decision) -> Document:
    winner = decision.winner
    if winner is None:
        return {}
    return {
        "advocate": winner.advocate,
        "program": winner.program,
        "version": decision.version,
        "link": winner.link,
        "door": str(winner.door),
        "touched": winner.moment,
    }


def _verdict(verdict: Verdict) -> Document:
    each = verdict.candidate
    found = {
        "door": str(each.door),
        "name": each.name,
        "moment": each.moment,
        "program": each.program,
        "advocate": each.advocate,
        "link": each.link,
        "channel": each.channel,
        "klass": each.klass if each.clicked else None,
        "click": each.name if each.clicked else None,
        "arrived": each.arrived,
        "since": each.since,
        "until": each.until,
        "state": str(each.state) if each.state else None,
        "reason": str(verdict.reason),
        "arithmetic": verdict.arithmetic,
    }
    return {name: value for name, value in found.items() if value is not None}
