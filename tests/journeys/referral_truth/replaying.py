"""Attribution replayed from what is kept gives the same record, and a frozen one stays as it was."""

from collections.abc import Iterator
from typing import Any

from services.referral.domain import attribution
from services.referral.domain.candidates import Asked, Candidate, Door, Relations, Subject
from services.referral.domain.reasons import Reason
from services.referral.repository import programs
from shared import mongo
from shared.mongo import Document
from tests.fixtures import REFERRAL
from tests.journeys.referral_truth.living import Life

#: What a record alone does not say: who the friend was to others.
_BY_OTHERS = frozenset(
    map(str, (
        Reason.RECIPIENT_IS_THE_ADVOCATE, Reason.RECIPIENT_DOES_NOT_MATCH, Reason.EXISTING_ADVOCATE, Reason.CIRCLE,
    ))
)  # fmt: skip
#: A click that is none has no class.
_PEOPLE = frozenset({None, "person", "repeat"})
_KEPT = ("advocate", "program", "rule", "version", "door", "at")


def faults(life: Life) -> Iterator[str]:
    """Every record that would be decided otherwise, and every frozen one that changed."""
    deeds = {f"order {each['order']}": each for each in _all(life, "orders")}
    deeds |= {f"join {each['member']}": each for each in _all(life, "joins")}
    for record in _all(life, "attributions"):
        yield from _again(life, record, deeds[f"{record['kind']} {record['subject']}"])
        if record.get("frozen"):
            before = life.frozen.setdefault(record["_id"], record)
            if _standing(before) != _standing(record):
                yield f"frozen as {before}, now {record}"


def _standing(record: Document) -> list[Any]:
    """What never changes of it: links and names do, once somebody is erased."""
    verdicts = [(each.get("advocate"), each["reason"], each["moment"]) for each in record["candidates"]]
    return [*(record.get(name) for name in _KEPT), verdicts]


def _again(life: Life, record: Document, deed: Document) -> Iterator[str]:
    by_slug = {each.slug: each for each in programs.every(life.community)}
    known = [each for each in record["candidates"] if each["reason"] not in _BY_OTHERS]
    asked = Asked(
        subject=Subject(record["kind"]),
        friend=record["friend"],
        moment=deed["at"],
        received=deed["received"],
        checkout_began=deed.get("checkout_began"),
        amount_minor=deed.get("amount_minor"),
        currency=deed.get("currency"),
    )
    decided = attribution.decide(asked, map(_candidate, known), by_slug, Relations(same=frozenset()))
    said = sorted((each.candidate.name, str(each.reason)) for each in decided.verdicts)
    kept = sorted((each["name"], each["reason"]) for each in known)
    robots = [
        each for each in record["candidates"] if each["reason"] == "won" and each.get("klass") not in _PEOPLE
    ]
    if robots:
        yield f"a robot brought him: {record}"
    won = [each["advocate"] for each in known if each["reason"] == "won"]
    if said != kept or (decided.rule, won) != (
        record["rule"],
        [record["advocate"]] if record.get("advocate") else [],
    ):
        yield f"decided {said} by {decided.rule}: {record}"


def _candidate(kept: Document) -> Candidate:
    optional: dict[str, Any] = {
        name: kept.get(name)
        for name in ("program", "advocate", "link", "channel", "arrived", "since", "until", "state")
    }
    return Candidate(
        door=Door(kept["door"]),
        moment=kept["moment"],
        name=kept["name"],
        klass=kept.get("klass") or "person",
        clicked="click" in kept,
        **optional,
    )


def _all(life: Life, name: str) -> list[Document]:
    return list(mongo.collection(REFERRAL, name).find({"community": life.community}))
