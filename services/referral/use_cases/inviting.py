"""Who is satisfied may be invited to recommend: by a person, or by the community's own page. Nothing is sent."""

from datetime import datetime

from services.referral.domain import satisfaction
from services.referral.domain.advocates import By
from services.referral.domain.codes import Choose
from services.referral.domain.satisfaction import Fate, Reason
from services.referral.repository import (
    DATABASE,
    audit,
    candidacies,
    considerations,
    friends,
    people,
    programs,
)
from services.referral.use_cases import enrolling
from services.referral.use_cases.enrolling import Enrolment
from shared import mongo
from shared.errors import Conflict, Gone, NotFound
from shared.mongo import Document

#: Who invites: a person of the community's team, or its page.
PERSON, PAGE = "person", "page"


@mongo.in_transaction(DATABASE)
def invite(
    community: str, program: str, member: str, *, by: str, how: str, now: datetime
) -> tuple[Document, bool]:
    """Invite a member into a program. Returns his candidacy, and whether the invitation is new.

    Raises NotFound, and Conflict with every reason not to invite him.
    """
    who = people.survivors([member])[member]
    wanted = programs.load(community, program)
    if wanted is None:
        raise NotFound("program", program)
    stored = candidacies.one(candidacies.key(community, program, who))
    if stored is None:
        message = "This member never said how satisfied he is: `POST /v1/satisfaction` keeps what he answers."
        raise Conflict(message)
    friends.hold(community, who)
    invitation = candidacies.invitation(stored)
    if invitation is not None and invitation.now(now) is Fate.OPEN:
        return stored, False
    _refuse(considerations.reasons(community, {program: wanted}, [stored], now)[0])
    number = stored.get("invitations", 0) + 1
    name = candidacies.invitation_id(stored["_id"], number)
    after = {**stored, "invitations": number, "invitation": _open(name, by, how, now)}
    candidacies.keep([after])
    audit.note(community, by=by, act="member.invited", thing=f"invitation:{name}", now=now)
    return after, True


@mongo.in_transaction(DATABASE)
def accept(community: str, invitation: str, choose: Choose, now: datetime) -> Document:
    """Let who was invited become an advocate. Returns his candidacy; again changes nothing.

    Raises NotFound; Gone for an expired invitation; Conflict for one that was declined or withdrawn.
    """
    stored = _held(community, invitation)
    if _fate(stored, now) is not Fate.ACCEPTED:
        _need_open(stored, now)
        _need_running(stored, now)
        after = _decided(stored, Fate.ACCEPTED, now)
        candidacies.keep([after])
        why = {"invitation": invitation}
        wanted = Enrolment(
            program=stored["program"], member=stored["member"], since=now, by=By.SATISFACTION, why=why
        )
        enrolling.take_in(community, wanted, choose, now)
        audit.note_person(community, act="invitation.accepted", thing=f"invitation:{invitation}", now=now)
        return after
    return stored


@mongo.in_transaction(DATABASE)
def decline(community: str, invitation: str, now: datetime) -> Document:
    """Keep that who was invited does not want to. Returns his candidacy; again changes nothing. Raises as `accept`."""
    stored = _held(community, invitation)
    if _fate(stored, now) is Fate.DECLINED:
        return stored
    _need_open(stored, now)
    after = _decided(stored, Fate.DECLINED, now)
    candidacies.keep([after])
    audit.note_person(community, act="invitation.declined", thing=f"invitation:{invitation}", now=now)
    return after


def _refuse(found: list[Reason]) -> None:
    if found:
        message = f"This member cannot be invited: {', '.join(satisfaction.WORDS[each] for each in found)}."
        raise Conflict(message, errors=[{"pointer": "/member", "detail": reason.value} for reason in found])


def _open(name: str, by: str, how: str, now: datetime) -> Document:
    return {
        "id": name,
        "at": now,
        "expires": now + satisfaction.VALID,
        "fate": Fate.OPEN.value,
        "by": by,
        "how": how,
    }


def _held(community: str, invitation: str) -> Document:
    """The candidacy of an invitation, its member held."""
    found = candidacies.invited(community, invitation)
    if found is None:
        raise NotFound("invitation", invitation)
    friends.hold(community, found["member"])
    return found


def _fate(stored: Document, now: datetime) -> Fate | None:
    invitation = candidacies.invitation(stored)
    return invitation.now(now) if invitation else None


def _need_open(stored: Document, now: datetime) -> None:
    fate = _fate(stored, now)
    if fate is Fate.EXPIRED:
        message = "The invitation has expired."
        raise Gone(message)
    if fate is not Fate.OPEN:
        message = f"The invitation is {fate}."
        raise Conflict(message)


def _need_running(stored: Document, now: datetime) -> None:
    program = programs.load(stored["community"], stored["program"])
    if program is None or not program.runs(now):
        _refuse([Reason.NOT_RUNNING])


def _decided(stored: Document, fate: Fate, now: datetime) -> Document:
    return {**stored, "invitation": {**stored["invitation"], "fate": fate.value, "decided": now}}
