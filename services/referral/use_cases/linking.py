"""Links are made, one a channel, and rotated with a grace; a code that was given once is never given to another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.referral.domain import codes
from services.referral.domain import links as rules
from services.referral.domain.advocates import State
from services.referral.domain.codes import Choose
from services.referral.domain.links import Wanted
from services.referral.domain.refusals import NoAdvocate
from services.referral.repository import DATABASE, advocates, audit, links, programs
from services.referral.use_cases import attributing
from shared import clock, mongo
from shared.errors import Conflict, Invalid, NotFound, Place
from shared.mongo import Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A link, and whether it is a new one."""

    link: Document
    new: bool


@mongo.in_transaction(DATABASE)
def make(  # noqa: PLR0913 (whose, where, what, by whom, by which chance, when)
    community: str, program: str, member: str, wanted: Wanted, *, by: str, choose: Choose, now: datetime
) -> Made:
    """Make the link of an advocate's channel; one that is there already is the answer where it is what is wanted.

    Raises NotFound, Conflict or Invalid.
    """
    advocate = advocates.one(community, program, member)
    if advocate is None:
        raise NoAdvocate(program)
    place = links.holder(program, advocate["member"], wanted.channel, community)
    found = links.current([place]).get(place)
    if found is not None:
        _check_same(found, wanted)
        return Made(link=found, new=False)
    if advocate["state"] != State.ENROLLED:
        message = f"The advocate is {advocate['state']}: only who is enrolled gets links."
        raise Conflict(message)
    _check(community, advocate, wanted, now)
    link = draw([(advocate, wanted)], choose, now)[0]
    links.keep([link])
    attributing.note_names(community, [link["_id"]])
    _note(community, by, "link.made", link, now)
    return Made(link=link, new=True)


@mongo.in_transaction(DATABASE)
def rotate(  # noqa: PLR0913 (as of `make`)
    community: str,
    written: str,
    *,
    grace: timedelta,
    code: str | None,
    by: str,
    choose: Choose,
    now: datetime,
) -> Made:
    """Give a channel another code; the old one counts until the grace is over, and leads on for ever.

    Rotating it again changes nothing: the answer is the link that stands in its place. Raises NotFound, Conflict or
    Invalid.
    """
    old = need(community, written)
    if "holder" not in old:
        return Made(link=_standing(old), new=False)
    _check_code(code)
    wanted = Wanted(
        channel=old["channel"], code=code, landing_url=old.get("landing_url"), until=old.get("until")
    )
    new = draw([(old, wanted)], choose, now)[0]
    ends = min(now + grace, old.get("until") or now + grace)
    gone = {name: value for name, value in old.items() if name != "holder"}
    # The one that goes lets go of its channel before the new one takes it: the index is unique.
    links.keep([new], [{**gone, "until": ends, "next": new["_id"], "rotated": now}])
    attributing.note_names(community, [new["_id"]])
    _note(community, by, "link.rotated", old, now, {"until": clock.text(ends)})
    return Made(link=new, new=True)


def need(community: str, written: str) -> Document:
    """A link of this community by what somebody typed. Raises NotFound."""
    folded = codes.fold(written)
    found = links.resolve([folded]).get(folded)
    if found is None or found["community"] != community:
        raise NotFound("link", written)
    return found


def draw(asked: Sequence[tuple[Document, Wanted]], choose: Choose, now: datetime) -> list[Document]:
    """New links for advocates (or those of older links), not kept yet. Raises Conflict where a chosen code is taken."""
    made = []
    for of, wanted in asked:
        code = codes.make(choose) if wanted.code is None else codes.fold(wanted.code)
        if wanted.code is not None and links.resolve([code]):
            message = f"The code {wanted.code!r} is taken."
            raise Conflict(message)
        link: Document = {
            "_id": code,
            "shown": code if wanted.code is None else wanted.code.lower(),
            "community": of["community"],
            "program": of["program"],
            "member": of["member"],
            "channel": wanted.channel,
            "chosen": True if wanted.code is not None else None,
            "landing_url": wanted.landing_url,
            "since": wanted.since,
            "until": wanted.until,
            "holder": links.holder(of["program"], of["member"], wanted.channel, of["community"]),
            "made": now,
        }
        made.append({name: value for name, value in link.items() if value is not None})
    return made


def _standing(old: Document) -> Document:
    """The link that stands now in the place of one that was rotated, however often."""
    found = old
    while "next" in found:
        found = links.resolve([found["next"]])[found["next"]]
    return found


def _check_same(found: Document, wanted: Wanted) -> None:
    asked = {"landing_url": wanted.landing_url, "since": wanted.since, "until": wanted.until}
    same = all(value is None or found.get(name) == value for name, value in asked.items())
    if not same or (wanted.code is not None and codes.fold(wanted.code) != found["_id"]):
        message = (
            f"The channel {wanted.channel!r} has another link already: rotate it, or name another channel."
        )
        raise Conflict(message)


def _check(community: str, advocate: Document, wanted: Wanted, now: datetime) -> None:
    _check_code(wanted.code)
    if wanted.since is not None and wanted.until is not None and wanted.until <= wanted.since:
        raise _invalid("/until", "a link ends after it begins")
    program = programs.load(community, advocate["program"])
    home = program.said(now).landing_url if program is not None else None
    if wanted.landing_url is not None and not (home and rules.leads_home(wanted.landing_url, home)):
        raise _invalid("/landing_url", "a link leads to the host of its program, or below it")
    held = [each for each in links.of(community, [advocate["member"]]) if "holder" in each]
    if len(held) >= rules.MOST_CHANNELS:
        message = f"An advocate has {rules.MOST_CHANNELS} channels at most."
        raise Conflict(message)


def _check_code(code: str | None) -> None:
    fault = None if code is None else codes.fault(code)
    if fault is not None:
        raise _invalid("/code", fault)


def _note(
    community: str, by: str, act: str, link: Document, now: datetime, after: Document | None = None
) -> None:
    # By the key of its channel: a code that was chosen may hold a name, and an audit is kept.
    audit.note(
        community, by=by, act=act, thing=f"link:{link['program']}:{link['member']}:{link['channel']}", now=now,
        after=after,
    )  # fmt: skip


def _invalid(pointer: str, detail: str) -> Invalid:
    return Invalid("The link is wrong.", errors=[Place(pointer=pointer, detail=detail)])
