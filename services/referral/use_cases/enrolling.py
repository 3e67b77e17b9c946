"""Members become advocates, pause, and end: by hand here, by recognition and satisfaction through `take_in`.

Nobody becomes one by a click or by an unknown code.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.referral.domain import advocates as rules
from services.referral.domain.advocates import By, State
from services.referral.domain.codes import Choose
from services.referral.domain.links import Wanted
from services.referral.domain.refusals import NoAdvocate
from services.referral.repository import (
    DATABASE,
    advocates,
    audit,
    coupons,
    friends,
    links,
    people,
    programs,
)
from services.referral.use_cases import attributing, linking
from shared import mongo
from shared.errors import Conflict, NotFound
from shared.mongo import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """Who is to be an advocate of which program, since when, and how he comes to be one."""

    program: str
    member: str
    since: datetime
    state: State = State.ENROLLED
    by: By = By.HAND
    why: Mapping[str, str] | None = None


@mongo.in_transaction(DATABASE)
def enrol(
    community: str, wanted: Enrolment, external_id: str, *, by: str, choose: Choose, now: datetime
) -> tuple[Document, bool]:
    """Make a member an advocate, by hand. Returns him as one, and whether anything changed.

    Whoever is one stays what he is; who was invited is enrolled when that is wanted. Raises NotFound or Conflict.
    """
    if programs.load(community, wanted.program) is None:
        raise NotFound("program", wanted.program)
    known = people.load([wanted.member]).get(wanted.member, {})
    if known.get("erased"):
        message = "This member was erased, for ever: nothing is kept about him any more."
        raise Conflict(message)
    people.ensure(community, {wanted.member: external_id})
    changed = take_in(community, wanted, choose, now)
    found = advocates.one(community, wanted.program, wanted.member) or {}
    if changed:
        _note(community, by, f"advocate.{found['state']}", found, now)
    return found, changed


@mongo.in_transaction(DATABASE)
def change(  # noqa: PLR0913 (whom, into what, why, by whom, by which chance, when)
    community: str, program: str, member: str, state: State, *, reason: str | None, by: str, choose: Choose,
    now: datetime,
) -> Document:  # fmt: skip
    """Pause an advocate, end or enrol him again; what he is already changes nothing. Raises NotFound or Conflict."""
    before = advocates.one(community, program, member)
    if before is None:
        raise NoAdvocate(program)
    friends.hold(community, before["member"])
    after = _with_state(before, state, now)
    if after is None:
        return before
    advocates.keep([after])
    _give_link(after, choose, now)
    attributing.settle(community, before["member"], now)
    attributing.mark_advocate(community, before["member"])  # a shop's clock may be ahead of ours
    _note(community, by, f"advocate.{state}", after, now, reason)
    return after


@mongo.in_transaction(DATABASE)
def follow_merge(community: str, gone: str, into: str) -> None:
    """Let whoever two members turned out to be, be one advocate of each program; with the history of both."""
    (survivor,) = people.survivors([into]).values()
    everybody = advocates.of(community, people.merged([gone, survivor]))
    kept = [
        each
        for program in sorted({one["program"] for one in everybody})
        for each in _as_one([one for one in everybody if one["program"] == program], survivor)
    ]
    advocates.keep([each for each in kept if each not in everybody])


def close_erased(community: str, member: str, now: datetime) -> None:
    """End a member who is erased as an advocate, inside the running transaction."""
    found = [each for each in advocates.of(community, [member]) if each["state"] != State.CLOSED]
    advocates.keep([after for each in found if (after := _with_state(each, State.CLOSED, now)) is not None])
    if found:
        attributing.mark_advocate(community, member)


def take_in(community: str, wanted: Enrolment, choose: Choose, now: datetime) -> bool:
    """Make a member an advocate, inside the running transaction; returns whether anything changed.

    He gets a link with it. Who is paused or closed stays so: only a person takes that back.
    """
    (survivor,) = people.survivors([wanted.member]).values()
    # A join of his may be under way: whichever comes second sees the other.
    friends.hold(community, survivor)
    before = advocates.one(community, wanted.program, survivor)
    after = _new(community, wanted) if before is None else _after(before, wanted)
    if after is None:
        return False
    advocates.keep([after])
    _give_link(after, choose, now)
    attributing.settle(community, survivor, now)
    # What was decided by his codes, or by his coupons, was decided by what he was not yet.
    if before is not None or coupons.of(community, people.merged([survivor])):
        attributing.mark_advocate(community, survivor)
    return True


def would_change(before: Document | None, wanted: Enrolment) -> bool:
    """Whether `take_in` would change anything of an advocate, or of whoever is none yet."""
    return before is None or _after(before, wanted) is not None


def _as_one(parts: Sequence[Document], survivor: str) -> list[Document]:
    """The documents of members who turned out to be one, in a program: one stands, the others say who they became."""
    parts = sorted(parts, key=lambda each: (each["since"], each["_id"]))
    own = next((each for each in parts if each["member"] == survivor), None)
    histories = [[(when, what) for when, what in each["history"]] for each in parts]
    history = rules.joined(histories)
    standing = {
        **(own or parts[0]),
        "_id": advocates.key(parts[0]["community"], parts[0]["program"], survivor),
        "member": survivor,
        "since": history[0][0],
        "state": str(history[-1][1]),
        "history": [[when, str(what)] for when, what in history],
    }
    standing.pop("became", None)
    return [standing, *({**each, "became": survivor} for each in parts if each["member"] != survivor)]


def _new(community: str, wanted: Enrolment) -> Document:
    (member,) = people.survivors([wanted.member]).values()
    found: Document = {
        "_id": advocates.key(community, wanted.program, member),
        "community": community,
        "program": wanted.program,
        "member": member,
        "since": wanted.since,
        "state": str(wanted.state),
        "history": [[wanted.since, str(wanted.state)]],
        "by": str(wanted.by),
    }
    return found if wanted.why is None else {**found, "why": dict(wanted.why)}


def _after(before: Document, wanted: Enrolment) -> Document | None:
    """An advocate as he is to be; None where he is that already."""
    if (before["state"], wanted.state) == (State.INVITED, State.ENROLLED):
        return _with_state(before, wanted.state, wanted.since)
    return _earlier(before, wanted)


def _earlier(before: Document, wanted: Enrolment) -> Document | None:
    """What was awarded earlier and came later: he has been one for longer; None where he has not."""
    derived = wanted.by is By.RECOGNITION and before["by"] == By.RECOGNITION
    if not derived or before["history"][0][0] <= wanted.since:
        return None
    first = [[wanted.since, before["history"][0][1]], *before["history"][1:]]
    why = dict(wanted.why or before["why"])
    return {**before, "since": wanted.since, "history": first, "why": why}


def _with_state(before: Document, state: State, since: datetime) -> Document | None:
    history = rules.changed([(when, what) for when, what in before["history"]], state, since)
    if history is None:
        return None
    return {**before, "state": str(state), "history": [[when, str(what)] for when, what in history]}


def _give_link(advocate: Document, choose: Choose, now: datetime) -> None:
    """Whoever is enrolled has a link to share."""
    place = links.holder(advocate["program"], advocate["member"], Wanted().channel, advocate["community"])
    if advocate["state"] == State.ENROLLED and place not in links.current([place]):
        links.keep(linking.draw([(advocate, Wanted())], choose, now))


def _note(
    community: str, by: str, act: str, advocate: Document, now: datetime, reason: str | None = None
) -> None:
    thing = f"advocate:{advocate['program']}:{advocate['member']}"
    audit.note(community, by=by, act=act, thing=thing, now=now, reason=reason)
