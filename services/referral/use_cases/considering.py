"""Who may be invited to recommend: follows from what members answered, program by program."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.referral.domain import satisfaction
from services.referral.domain.programs import Program
from services.referral.domain.satisfaction import Answer, Candidacy, Fate
from services.referral.repository import DATABASE, answers, candidacies, friends, people, programs
from shared import clock, mongo
from shared.mongo import Document
from shared.work import Mark

#: A program was defined or changed: whoever answered is looked at again.
EVERYBODY = "consider-everybody"
_ANSWERS_A_STEP = 50


def follow(community: str, member: str, now: datetime) -> None:
    """Bring what a member is considered for up to date, inside the running transaction."""
    who = people.survivors([member])[member]
    same = sorted(people.merged([who]))
    given = answers.of(same)
    stored = {each["_id"]: each for each in candidacies.of(same)}
    after = {}
    for program in programs.every(community) if given else ():
        identifier = candidacies.key(community, program.slug, who)
        known = [each for each in stored.values() if each["program"] == program.slug]
        kept = stored.get(identifier) or next(iter(known), {})
        after[identifier] = {
            "_id": identifier,
            "community": community,
            "program": program.slug,
            "member": who,
            **_considered(program, who, given),
            **_invited(kept),
        }
    for each in after.values():
        _withdraw(each, now)
    candidacies.remove(stored.keys() - after.keys())
    candidacies.keep([each for name, each in after.items() if each != stored.get(name)])


def follow_merge(community: str, gone: str, into: str) -> None:
    """Let two who turned out to be one be considered as one."""
    del gone  # he is one of those who are `into` now
    _follow_alone(community, into)


def consider_everybody(mark: Mark) -> Mapping[str, Any] | None:
    """One step: the next members who answered are looked at again."""
    found = answers.members_after(mark["community"], mark.get("after", ""), _ANSWERS_A_STEP)
    for member in dict.fromkeys(found):
        _follow_alone(mark["community"], member)
    return {"after": found[-1]} if len(found) == _ANSWERS_A_STEP else None


STEPS = {EVERYBODY: consider_everybody}


@mongo.in_transaction(DATABASE)
def _follow_alone(community: str, member: str) -> None:
    friends.hold(community, people.survivors([member])[member])
    follow(community, member, clock.now())


def _considered(program: Program, member: str, given: Sequence[Answer]) -> Document:
    latest = satisfaction.in_order(given)[-1]
    since = satisfaction.satisfied_since(given, lambda moment: program.said(moment).satisfaction)
    share = program.said((since or latest).at).holdout
    held_out = satisfaction.held_out(program.slug, member, share)
    state = Candidacy.HELD_OUT if held_out else Candidacy.CANDIDATE
    return {
        "state": str(Candidacy.BELOW if since is None else state),
        "held_out": held_out,
        "answer": latest.id,
        "scale": latest.scale.value,
        "score": latest.score,
        "at": latest.at,
        **({"since": since.at} if since else {}),
    }


def _invited(stored: Document) -> Document:
    return {name: stored[name] for name in ("invitations", "invitation") if name in stored}


def _withdraw(candidate: Document, now: datetime) -> None:
    """A later, lower answer takes back an invitation that nobody has accepted yet."""
    invitation = candidacies.invitation(candidate)
    below = candidate["state"] == Candidacy.BELOW
    if below and invitation is not None and invitation.now(now) is Fate.OPEN:
        candidate["invitation"] = {
            **candidate["invitation"],
            "fate": Fate.WITHDRAWN.value,
            "decided": now,
        }
