"""Loops follow from what is kept: they are derived anew, and what differs is written and said.

Whoever changes what a loop is made of calls `follow` in the same transaction. Who stands below him in a tree follows
in steps, each a transaction of its own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.referral.domain import loops as rules
from services.referral.domain.loops import Came, Enrolment, Loop, State, Touch
from services.referral.domain.programs import Program, Satisfaction, Terms
from services.referral.domain.satisfaction import Answer
from services.referral.repository import (
    DATABASE,
    answers,
    dossiers,
    enrolments,
    friends,
    loops,
    people,
    programs,
    touches,
    trees,
)
from services.referral.repository.dossiers import Dossier
from services.referral.use_cases import rewarding, telling
from shared import clock, mongo, work
from shared.mongo import Document
from shared.work import Mark

#: Whoever came by a member is to be looked at again: the member came otherwise than was thought, or became another.
BELOW = "loops-below"
#: Some stand above others now, or no longer: to have come by one of those closes a circle, or closes none.
ABOVE = "loops-above"
_FRIENDS_A_STEP = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Friend:
    """Who is followed, under all his ids, and all that his loops are made of."""

    community: str
    member: str
    same: Sequence[str]
    touches: Mapping[str, Sequence[Touch]]
    answers: Sequence[Answer]
    enrolled: Mapping[str, Enrolment]
    stored: Sequence[Document]


def follow(dossier: Dossier) -> None:
    """Bring the loops of a friend up to date, inside the running transaction; when, makes no difference to them."""
    of = _friend(dossier)
    if of is None:
        return
    for program in sorted({*of.touches, *(each["program"] for each in of.stored)}):
        _follow(of, program)


def follow_below(mark: Mark) -> Mapping[str, Any] | None:
    """One step: the next friends of a member follow."""
    after = mark.get("after", "")
    found = trees.friends(mark["member"], after, _FRIENDS_A_STEP)
    for _, friend in found:
        follow_alone(mark["community"], friend)
    return {"after": found[-1][0]} if len(found) == _FRIENDS_A_STEP else None


def follow_merge(community: str, gone: str, into: str) -> None:
    """Let the loops of two who turned out to be one be his, and whoever came by either follow."""
    follow_alone(community, into)
    for each in (gone, into):
        work_below(community, each)


@mongo.in_transaction(DATABASE)
def work_below(community: str, member: str) -> None:
    """Let whoever came by a member be looked at again."""
    work.add(DATABASE, BELOW, community, member=member)


@mongo.in_transaction(DATABASE)
def follow_alone(community: str, friend: str) -> None:
    """Bring the loops of a friend up to date, in a transaction of its own, and what is owed to those above him."""
    now, survivor = clock.now(), people.survivors([friend])[friend]
    friends.hold(community, survivor)
    dossier = dossiers.of(community, survivor)
    follow(dossier)
    rewarding.follow(dossier, now)


STEPS = {BELOW: follow_below}


def _friend(dossier: Dossier) -> _Friend | None:
    """All of a friend; None: nobody ever recommended anything to him."""
    touched, stored = touches.of(dossier), loops.of_friends(dossier.same)
    if not touched and not stored:
        return None
    return _Friend(
        community=dossier.community,
        member=dossier.friend,
        same=dossier.same,
        touches=touched,
        answers=answers.of(dossier.same),
        enrolled=enrolments.of(dossier.same),
        stored=stored,
    )


def _follow(of: _Friend, program: str) -> None:
    identifier = rules.loop_id(of.community, program, of.member)
    stored = {each["_id"]: each for each in of.stored if each["program"] == program}
    before = stored.pop(identifier, _nothing(of.community, identifier, program, of.member))
    terms = programs.load(of.community, program)
    found = _loop(of, program, terms)
    if found is not None and _closes_a_circle(of, program, found.advocate, before):
        found = None
    changed = [_gone(each, identifier if found else None) for each in stored.values()]
    after = _gone(before, None) if found is None else _turned(of, before, found, _terms(terms, found.began))
    _keep(of, [(before, after), *zip(stored.values(), changed, strict=True)])


def _loop(of: _Friend, program: str, terms: Program | None) -> Loop | None:
    def bar(moment: datetime) -> Satisfaction:
        return _terms(terms, moment).satisfaction

    return rules.loop(of.member, of.touches.get(program, ()), of.answers, bar, of.enrolled.get(program))


def _terms(program: Program | None, moment: datetime) -> Terms:
    """What held at a moment."""
    return Terms(landing_url="") if program is None else program.said(moment)


def _closes_a_circle(of: _Friend, program: str, advocate: str, before: Document) -> bool:
    """Whether the advocate descends from the friend. Only who recommends himself can close a circle.

    Nobody is planted below him but after he was enrolled, and whoever enrols him holds him as we do.
    """
    if before.get("advocate") == advocate:
        return False
    trees.hold_below(of.community, program, advocate, of.member)
    if program not in of.enrolled and not any(trees.has_friends(program, each) for each in of.same):
        return False
    chain = trees.to_the_root(program, advocate)
    trees.hold(of.community, program, [of.member, chain[-1]])
    return not set(chain).isdisjoint(of.same)


def _keep(of: _Friend, pairs: Sequence[tuple[Document, Document]]) -> None:
    """Keep what differs, and what follows from it: counts above, and whoever stands below."""
    loops.keep([after for before, after in pairs if after != before])
    for before, after in pairs:
        changes = rules.shifts(before.get("anc", ()), after.get("anc", ()))
        trees.shift(of.community, after["program"], after["friend"], changes)
        stands = [(each.get("anc"), each.get("generation"), each.get("parent")) for each in (before, after)]
        if stands[0] != stands[1] and trees.has_friends(after["program"], after["friend"]):
            trees.hold(of.community, after["program"], [after["friend"]])
            work.add(DATABASE, BELOW, of.community, member=after["friend"])
        _let_ask_above(of, before, after)


def _let_ask_above(of: _Friend, before: Document, after: Document) -> None:
    """Let those be decided anew who stand above a recommending friend now, or no longer."""
    program, came = after["program"], [each.get("advocate") for each in (before, after)]
    if came[0] == came[1] or not (program in of.enrolled or trees.has_friends(program, after["friend"])):
        return
    was, now = (set(trees.to_the_root(program, each)) if each else set() for each in came)
    if moved := sorted(was ^ now):
        work.add(DATABASE, ABOVE, of.community, members=moved)


def _nothing(community: str, identifier: str, program: str, friend: str) -> Document:
    return {
        "_id": identifier,
        "community": community,
        "program": program,
        "friend": friend,
        "gone": True,
        "said": [],
    }


def _gone(before: Document, became: str | None) -> Document:
    """A loop that is none: nobody recommended, or the friend is somebody else by now."""
    kept = {name: before[name] for name in ("_id", "community", "program", "friend")}
    said = telling.tell(before["community"], before["said"], {})
    return {**kept, "gone": True, "said": said, **({"became": became} if became else {})}


def _turned(of: _Friend, before: Document, found: Loop, terms: Terms) -> Document:
    """A loop as it is kept, and said."""
    program, identifier = before["program"], before["_id"]
    came = rules.lineage(found.advocate, terms.generations, lambda member: trees.came(program, member))
    wanted = telling.outcomes(of.community, identifier, came.generation, found)
    return {
        "_id": identifier,
        "community": of.community,
        "program": program,
        "friend": of.member,
        "advocate": found.advocate,
        **_standing(of.community, program, found.advocate, came),
        "began": found.began,
        "state": found.state.value,
        "edges": [
            {"state": each.state.value, "at": each.moment, "evidence": each.evidence, "stands": each.stands}
            for each in found.edges
        ],
        "orders": [_order(each) for each in found.touches if each.subject == rules.ORDER],
        **_whole_turn(found),
        "said": telling.tell(of.community, before["said"], wanted),
    }


def _standing(community: str, program: str, advocate: str, came: Came) -> Document:
    """Where in the tree."""
    parent = {"parent": rules.loop_id(community, program, advocate)} if came.generation > 1 else {}
    return {"anc": list(came.ancestors), "bound": came.bound, "generation": came.generation, **parent}


def _whole_turn(found: Loop) -> Document:
    """How long it took until the friend recommended by himself."""
    last = found.edges[-1]
    if last.state is not State.ADVOCATE:
        return {}
    return {"turn_seconds": int((last.moment - found.began).total_seconds())}


def _order(each: Touch) -> Document:
    return {
        "order": each.id,
        "attribution": each.attribution,
        "at": each.moment,
        "amount_minor": each.amount_minor,
        "currency": each.currency,
        "refunds": [
            {"refund": refund.id, "at": refund.moment, "amount_minor": refund.amount_minor}
            for refund in each.refunds
        ],
    }
