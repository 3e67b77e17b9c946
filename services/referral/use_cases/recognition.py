"""What members are awarded becomes their standing here; and advocates, where a program says so."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.referral.domain import programs as programs_of
from services.referral.domain import standings as rules
from services.referral.domain.advocates import By
from services.referral.domain.codes import Choose
from services.referral.domain.programs import Program
from services.referral.domain.standings import BADGE, TITLE, Held
from services.referral.repository import DATABASE, advocates, people, programs, standings
from services.referral.use_cases import enrolling, releasing
from services.referral.use_cases.enrolling import Enrolment
from shared import clock, mongo, outbox, work
from shared.events.titles_and_badges import (
    BadgeAwarded,
    BadgeRevoked,
    Recognition,
    TitleAwarded,
    TitleCorrected,
)
from shared.mongo import Document
from shared.outbox import Message
from shared.work import Mark

#: A program asks who holds what already.
HOLDERS = "holders"
#: Awards of members changed: programs may make advocates of them.
ENROL = "enrol"
_AWARDS_A_STEP = 50
_MEMBERS_A_STEP = 20


@mongo.in_transaction(DATABASE)
def take(events: Sequence[Recognition], dead_letters: Mapping[str, Sequence[Message]]) -> None:
    """Keep what was awarded and taken back, and leave marks for what follows. Events may be old, repeated, unordered.

    Enrolling decides anew who brought the new advocate himself: too much for a batch of hundreds.
    """
    for topic, messages in dead_letters.items():
        outbox.add(DATABASE, "", topic, messages)
    said = [(_key(event), event) for event in events]
    stored = standings.load(key for key, _ in said)
    changed: dict[str, Document] = {}
    for key, event in said:
        if isinstance(event, TitleCorrected) and event.held:
            continue  # held as before, at another place or score
        after = _after(changed.get(key) or stored.get(key), key, event)
        if after is not None:
            changed[key] = after
    standings.keep(list(changed.values()))
    for community in sorted({each["community"] for each in changed.values()}):
        ours = [each for each in changed.values() if each["community"] == community]
        _follow(community, ours)


def ask_for_holders(community: str, program: Program, now: datetime) -> None:
    """Let a program that was changed ask who holds already what makes an advocate, inside the running transaction."""
    programs.plan(community, program.slug, rules.begins_later(program, now))
    if any(_asked(program)):
        work.add(DATABASE, HOLDERS, community, program=program.slug)


def begin_due(now: datetime) -> None:
    """Let programs ask again one of whose versions has begun since."""
    for community, slug in programs.due(now):
        _begin(community, slug, now)


@mongo.in_transaction(DATABASE)
def _begin(community: str, slug: str, now: datetime) -> None:
    program = programs.load(community, slug)
    if program is not None:
        ask_for_holders(community, program, now)


def _follow(community: str, changed: Sequence[Document]) -> None:
    """What a community's programs make of changed awards is to be looked at."""
    every = programs.every(community)
    wanted = {name for program in every for name in _asked(program)}
    members = sorted({each["member"] for each in changed if (each["kind"], each["slug"]) in wanted})
    for start in range(0, len(members), _MEMBERS_A_STEP):
        work.add(DATABASE, ENROL, community, members=members[start : start + _MEMBERS_A_STEP])
    trusted = {name for program in every for name in _trusted(program)}
    for member in sorted({each["member"] for each in changed if (each["kind"], each["slug"]) in trusted}):
        releasing.reconsider(community, member)


@mongo.in_transaction(DATABASE)
def enrol_members(mark: Mark, choose: Choose) -> None:
    """The only step: members whose awards changed become advocates where programs say so."""
    community = mark["community"]
    _enrol(community, programs.every(community), mark["members"], choose, clock.now())


def _enrol(
    community: str, every: Sequence[Program], members: Iterable[str], choose: Choose, now: datetime
) -> None:
    """Make advocates of members by all that they hold, whatever came first."""
    found = standings.everything(community, set(people.survivors(members).values()))
    known = people.load(found)
    there = {each["_id"]: each for each in advocates.of(community, found)}
    for member, held in sorted(found.items()):
        for program in () if known.get(member, {}).get("erased") else every:
            wanted = _wanted(program, member, held, now)
            before = there.get(advocates.key(community, program.slug, member))
            if wanted is not None and enrolling.would_change(before, wanted):
                enrolling.take_in(community, wanted, choose, now)


def _wanted(program: Program, member: str, held: Sequence[Held], now: datetime) -> Enrolment | None:
    first = rules.enrols(program, held, now)
    if first is None:
        return None
    since, award = first
    why = {award.kind: award.slug}
    return Enrolment(program=program.slug, member=member, since=since, by=By.RECOGNITION, why=why)


@mongo.in_transaction(DATABASE)
def enrol_holders(mark: Mark, choose: Choose) -> Mapping[str, Any] | None:
    """One step: some of those who hold already what a program asks for."""
    community, program = mark["community"], programs.load(mark["community"], mark["program"])
    if program is None:
        return None
    kind, after = mark.get("award", BADGE), mark.get("after", "")
    slugs = [slug for asked, slug in _asked(program) if asked == kind]
    found = standings.holders(community, kind, slugs, after, _AWARDS_A_STEP)
    _enrol(community, [program], {each["member"] for each in found}, choose, clock.now())
    if len(found) == _AWARDS_A_STEP:
        return {"award": kind, "after": found[-1]["_id"]}
    return {"award": TITLE, "after": ""} if kind == BADGE else None


def _asked(program: Program) -> set[tuple[str, str]]:
    """What any version of a program makes advocates of."""
    return {name for each in program.versions for name in _named(each.terms.enrolment)}


def _trusted(program: Program) -> set[tuple[str, str]]:
    """What any version of a program trusts."""
    return {name for each in program.versions for name in _named(each.terms.standing)}


def _named(by: programs_of.Enrolment | programs_of.Standing) -> set[tuple[str, str]]:
    return {*((BADGE, slug) for slug in by.badges), *((TITLE, slug) for slug in by.titles)}


def _key(event: Recognition) -> str:
    if isinstance(event, BadgeAwarded | BadgeRevoked):
        return f"{BADGE}:{event.award}"
    return f"{TITLE}:{event.community}:{event.title}:{event.period}:{event.member}"


def _after(before: Document | None, key: str, event: Recognition) -> Document | None:
    """What is kept of an award now; None: what is kept already."""
    place, moment = _said(event)
    if before is not None and before.get(place, {}).get("version", -1) >= event.version:
        return None
    badge = isinstance(event, BadgeAwarded | BadgeRevoked)
    known = before or {
        "_id": key,
        "community": event.community,
        "member": event.member,
        "kind": BADGE if badge else TITLE,
        "slug": event.badge if isinstance(event, BadgeAwarded | BadgeRevoked) else event.title,
    }
    return {**known, "member": event.member, place: {"version": event.version, "at": moment}}


def _said(event: Recognition) -> tuple[str, datetime]:
    match event:
        case BadgeAwarded() | TitleAwarded():
            return "awarded", event.awarded_at
        case BadgeRevoked():
            return "ended", event.revoked_at
    return "ended", event.corrected_at
