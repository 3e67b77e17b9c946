"""What members answer when they are asked how satisfied they are."""

from dataclasses import dataclass
from datetime import datetime

from services.referral.domain import satisfaction
from services.referral.domain.programs import Satisfaction
from services.referral.domain.satisfaction import Answer
from services.referral.repository import DATABASE, answers, audit, dossiers, friends, people, programs
from services.referral.use_cases import considering, keeping, looping
from shared import identity, mongo, outbox
from shared.errors import Invalid
from shared.events import referral
from shared.mongo import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer as the community sends it: whose it is by its own id for him, and what he wrote."""

    answer: Answer
    member: str
    comment: str | None = None


@mongo.in_transaction(DATABASE)
def take(community: str, key: bytes, given: Given, now: datetime) -> tuple[Document, bool]:
    """Keep an answer. Returns it, and whether it was new; another body under the same id raises Invalid.

    Whoever answers below every program's threshold is for service; else he may be invited. Nothing is sent to him.
    """
    document = _document(community, key, given, now)
    stored = answers.one(document["_id"])
    if stored is not None:
        _refuse_another(stored, document, given.comment)
        return stored, False
    keeping.check_moment(given.answer.at, now, "/at")
    named = document["member"]
    people.ensure(community, {named: given.member})
    who = people.survivors([named])[named]
    friends.hold(community, who)
    erased = people.load([who]).get(who, {}).get("erased")
    answers.insert(document, None if erased else given.comment)
    if document["low"]:
        _call_service(document, given.answer)
    looping.follow(dossiers.of(community, who))
    considering.follow(community, named, now)
    audit.note_person(community, act="answer.kept", thing=f"answer:{given.answer.id}", now=now)
    return document, True


def _document(community: str, key: bytes, given: Given, now: datetime) -> Document:
    answer = given.answer
    found = {
        "_id": answers.key(community, answer.id),
        "community": community,
        "answer": answer.id,
        "member": identity.member_id(key, community, given.member),
        "scale": answer.scale.value,
        "score": answer.score,
        "at": answer.at,
        "order": answer.order,
        "low": _is_low(community, answer),
        "received": now,
    }
    return {name: value for name, value in found.items() if value is not None}


def _is_low(community: str, answer: Answer) -> bool:
    """Whether no program would invite whoever answers this."""
    every = programs.every(community)
    bars = [each.said(answer.at).satisfaction for each in every] or [Satisfaction()]
    return not any(satisfaction.is_satisfied(answer, each) for each in bars)


def _refuse_another(stored: Document, document: Document, comment: str | None) -> None:
    others = [name for name in ("member", "at", "order") if stored.get(name) != document.get(name)]
    if stored["scale"] != document["scale"] or stored["score"] != document["score"]:
        others.append(document["scale"])
    written = answers.comments([stored["_id"]]).get(stored["_id"])
    # What was forgotten with its member cannot be compared.
    if written is not None and written != comment:
        others.append("comment")
    if others:
        message = f"An answer with this id is kept already, and it says something else ({', '.join(others)})."
        detail = "not what is kept under this id"
        raise Invalid(message, errors=[{"pointer": f"/{name}", "detail": detail} for name in others])


def _call_service(document: Document, answer: Answer) -> None:
    event = referral.SatisfactionLow(
        community=document["community"],
        member=document["member"],
        answer=document["_id"],
        version=1,
        scale=answer.scale.value,
        score=answer.score,
        answered_at=answer.at,
        recovery=satisfaction.is_unhappy(answer),
        order=answer.order,
    )
    outbox.add(DATABASE, document["community"], referral.EVENTS.name, [referral.message(event)])
