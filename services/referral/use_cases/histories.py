"""What is known of a friend, as the rules of rewards see it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from services.referral.domain import refunds as refunding
from services.referral.domain.advocates import rates_at
from services.referral.domain.programs import Beneficiary, Occasion, Program, Version
from services.referral.domain.reasons import Reason
from services.referral.domain.rewards import Conversion, Credit, Item
from services.referral.domain.standings import Standing
from services.referral.repository import (
    attributions,
    cases,
    people,
    programs,
    rates,
    rewards,
    standings,
    trees,
)
from services.referral.repository.dossiers import Dossier
from shared.mongo import Document

_UNFIT = frozenset({Reason.CONDITION_NOT_MET, Reason.NOT_APPLICABLE})


@dataclass(slots=True)
class History:
    """All that a friend did, by the key of its attribution, with the cases and rewards that are kept for it."""

    community: str
    friend: str = ""
    conversions: dict[str, Conversion] = field(default_factory=dict)
    attributions: dict[str, Document] = field(default_factory=dict)
    cases: dict[str, Document] = field(default_factory=dict)
    kept: list[Document] = field(default_factory=list)
    survivors: dict[str, str] = field(default_factory=dict)

    def who(self, member: str) -> str:
        """Who a member is now."""
        return self.survivors.get(member, member)


def read(dossier: Dossier, now: datetime) -> History | None:
    """A friend's history; None where nothing was ever owed for him, and nothing can be. Standing is that of now."""
    found = {each["_id"]: each for each in dossier.attributions}
    known = cases.of_friends(dossier.same)
    if not known and not any(each.get("advocate") for each in found.values()):
        return None
    kept = rewards.of_friends(dossier.same)
    survivors = people.survivors(
        {each["advocate"] for each in found.values() if each.get("advocate")}
        | {each["advocate"] for each in known.values()}
        | {each[who] for each in kept for who in ("member", "advocate")}
    )
    credited = _credits(dossier.community, found.values(), survivors, now, None)
    return History(
        community=dossier.community,
        friend=dossier.friend,
        conversions=_conversions(dossier, credited, _first(kept, credited)),
        attributions=found,
        cases=known,
        kept=kept,
        survivors=survivors,
    )


def credit(community: str, program: Program, version: Version, advocate: str, now: datetime) -> Credit:
    """The credit of an advocate under a version of a program, whatever for. Standing is that of now."""
    fact = _Fact("", (program.slug, advocate), version.effective, version)
    return _credited(community, [fact], now)[""]


def imagine(dossier: Dossier, by_slug: Mapping[str, Program], now: datetime) -> list[Conversion]:
    """What a friend did, credited as other decisions under other programs would have it: for what-if alone."""
    found = dossier.attributions
    survivors = people.survivors({each["advocate"] for each in found if each.get("advocate")})
    credited = _credits(dossier.community, found, survivors, now, by_slug)
    return list(_conversions(dossier, credited, frozenset()).values())


def _first(kept: Iterable[Document], credited: Mapping[str, Credit]) -> frozenset[str]:
    """For which purchases something was released that only the first one earns.

    Whatever else was released says nothing of which one was first: it would be another one with each release.
    """
    released = [each for each in kept if each["released"]]
    return frozenset(
        each["subject"] for each in released if _earned_once(each["rule"], credited.get(each["subject"]))
    )


def _earned_once(name: str, credit: Credit | None) -> bool:
    rules = credit.terms.rewards if credit is not None else ()
    return any(rule.name == name and rule.months == 0 for rule in rules)


def _credits(
    community: str,
    found: Iterable[Document],
    survivors: Mapping[str, str],
    now: datetime,
    known: Mapping[str, Program] | None,
) -> dict[str, Credit]:
    """To whom each attribution gives credit, by the terms of its moment."""
    credited = [each for each in found if each.get("advocate") and each.get("program")]
    slugs = {each["program"] for each in credited}
    by_slug = {slug: known.get(slug) if known else programs.load(community, slug) for slug in slugs}
    facts = [
        _Fact(each["_id"], (each["program"], survivors[each["advocate"]]), each["at"], version)
        for each in credited
        if (version := _version(by_slug[each["program"]], each["at"])) is not None
    ]
    return _credited(community, facts, now)


class _Fact(NamedTuple):
    """An attribution: whose it is (program, advocate), and the version that holds for it."""

    key: str
    whose: tuple[str, str]
    at: datetime
    version: Version


def _version(program: Program | None, at: datetime) -> Version | None:
    return None if program is None else program.at(at)


def _credited(community: str, facts: Sequence[_Fact], now: datetime) -> dict[str, Credit]:
    """Each with what its terms ask for: what they do not ask for is not read."""
    asking = [each for each in facts if _wanted(each)]
    standing = standings.at(community, {each.whose[1] for each in asking}, now) if asking else {}
    above = _above({each.whose for each in facts if _goes_up(each)})
    agreed = rates.of(community, {each.whose for each in facts}) if facts else {}
    return {
        each.key: Credit(
            program=each.whose[0],
            version=each.version.number,
            terms=each.version.terms,
            advocate=each.whose[1],
            above=above.get(each.whose, ()),
            trusted=_is_trusted(each, standing.get(each.whose[1])),
            rates=rates_at(agreed.get(each.whose, ()), each.at),
        )
        for each in facts
    }


def _wanted(fact: _Fact) -> bool:
    wanted = fact.version.terms.standing
    return bool(wanted.badges or wanted.titles)


def _goes_up(fact: _Fact) -> bool:
    return any(rule.to is Beneficiary.UPSTREAM for rule in fact.version.terms.rewards)


def _is_trusted(fact: _Fact, held: Standing | None) -> bool:
    wanted = fact.version.terms.standing
    return held is not None and bool(wanted.badges & held.badges or wanted.titles & held.titles)


def _above(some: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Who stands above each (program, advocate) in its tree: his own advocate, that one's, and so on, nearest first."""
    came = {each: trees.came(*each) for each in some}
    found = {each: tuple(one.ancestors) if one is not None else () for each, one in came.items()}
    now = people.survivors({member for members in found.values() for member in members})
    return {each: tuple(now[member] for member in members) for each, members in found.items()}


def _conversions(
    dossier: Dossier, credited: Mapping[str, Credit], released: frozenset[str]
) -> dict[str, Conversion]:
    found = {each["_id"]: each for each in dossier.attributions}
    bought = {attributions.key(dossier.community, "order", each["order"]): each for each in dossier.orders}
    shown = {
        each["_id"]: Conversion(
            subject=each["_id"],
            occasion=Occasion.JOIN,
            at=each["at"],
            credit=credited.get(each["_id"]),
            released=each["_id"] in released,
        )
        for each in dossier.attributions
        if each["kind"] == "join"
    }
    for name, order in bought.items():
        amount, currency = order["amount_minor"], order["currency"]
        shown[name] = Conversion(
            subject=name,
            occasion=Occasion.PURCHASE,
            at=order["at"],
            credit=credited.get(name),
            amount_minor=amount,
            currency=currency,
            quantity=order["quantity"],
            items=tuple(Item(**each) for each in order.get("items", ())),
            refunded_minor=refunding.refunded(amount, currency, dossier.refunds[order["_id"]]),
            released=name in released,
            qualifies=name in credited or not _is_unfit(found.get(name, {})),
        )
    return shown


def _is_unfit(attribution: Document) -> bool:
    """Whether somebody was named who won nothing but for the order itself."""
    return any(each["reason"] in _UNFIT for each in attribution.get("candidates", ()))
