"""What one request for a link was: a person, a preview, a robot, … A pure function of what was kept of it.

What is kept (`Visit`) never changes; what is made of it may, with a better classifier (`VERSION`).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from services.referral.domain import robots

#: Changes whenever the same visit may get another class than before.
VERSION = robots.VERSION
#: A visitor who comes again within this time is counted once.
SAME_VISITOR = timedelta(hours=1)
#: Who sends no cookie back is told by address and browser, and only for so long: colleagues share an address.
SAME_ADDRESS = timedelta(seconds=10)
#: Mail scanners open what was sent before its reader can.
SCANNED = timedelta(seconds=30)
#: What communities call the channel of mails.
MAIL = frozenset({"email", "e-mail", "mail", "newsletter"})


class Class(StrEnum):
    """Only a person is counted. A repeat was a person too, who is counted already."""

    PERSON = "person"
    PREVIEW = "preview"
    ROBOT = "robot"
    PREFETCH = "prefetch"
    HEAD = "head"
    REPEAT = "repeat"
    UNRESOLVED = "unresolved"


#: These were people: what they did later may be owed to this click.
PEOPLE = frozenset({Class.PERSON, Class.REPEAT})


class Reason(StrEnum):
    """Why a visit has its class. These names are kept beside clicks and never change."""

    BROWSER = "browser"
    HEAD = "head"
    PREFETCH_HEADER = "prefetch-header"
    SOCIAL_PREVIEW = "social-preview"
    ROBOT = "robot"
    NO_USER_AGENT = "no-user-agent"
    SCANNER = "opened-as-soon-as-sent"
    SAME_VISITOR = "same-visitor"
    SAME_ADDRESS = "same-address-and-browser"
    UNKNOWN_CODE = "unknown-code"
    EXPIRED = "expired"


class Verdict(NamedTuple):
    """What a visit was, why, and the kind of robot, if it was one."""

    klass: Class
    reason: Reason
    kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What was kept of one request for a link.

    `visitor` and `address` are keyed hashes, None where no key was to be had. `cookie`: the browser sent one back.
    `sent`: when the message left that this link stood in, where its sender said so. `link` is None for an unknown code;
    `ended`: the link held no more.
    """

    id: str
    moment: datetime
    method: str = "GET"
    user_agent: str = ""
    prefetch: bool = False
    cookie: bool = False
    visitor: str | None = None
    address: str | None = None
    channel: str | None = None
    sent: datetime | None = None
    link: str | None = None
    ended: bool = False


_PERSON = Verdict(Class.PERSON, Reason.BROWSER)


def is_prefetch(headers: Collection[str]) -> bool:
    """Whether a browser fetches ahead; asked of Sec-Purpose, Purpose, X-Purpose and X-Moz, those that there are."""
    # Most requests say nothing of it.
    return bool(headers) and any("prefetch" in each.lower() or "preview" in each.lower() for each in headers)


def alone(visit: Visit) -> Verdict:
    """What a visit is, whoever came before: it may still be a repeat where this says that it was a person."""
    if visit.method == "HEAD":
        return Verdict(Class.HEAD, Reason.HEAD)
    if visit.prefetch:
        return Verdict(Class.PREFETCH, Reason.PREFETCH_HEADER)
    if (robot := robots.kind(visit.user_agent)) is not None:
        return _robot(robot)
    if _too_soon(visit):
        return Verdict(Class.ROBOT, Reason.SCANNER)
    if visit.link is None or visit.ended:
        return Verdict(Class.UNRESOLVED, Reason.EXPIRED if visit.link else Reason.UNKNOWN_CODE)
    return _PERSON


def verdicts(visits: Iterable[Visit]) -> Mapping[str, Verdict]:
    """What visits are, by their ids: in order of their moments, whoever came just before is not counted again.

    The answer for one visit is right if all are given that came to its link within `SAME_VISITOR` before it.
    """
    found: dict[str, Verdict] = {}
    before: dict[tuple[str | None, ...], datetime] = {}
    for visit in sorted(visits, key=lambda each: (each.moment, each.id)):
        verdict = alone(visit)
        if verdict is _PERSON:
            verdict = _after(before, visit)
        found[visit.id] = verdict
    return found


def _after(before: dict[tuple[str | None, ...], datetime], visit: Visit) -> Verdict:
    verdict = _PERSON
    place = (visit.link, visit.address, visit.user_agent)
    if visit.address is not None:
        last = before.get(place)
        if last is not None and not visit.cookie and visit.moment - last <= SAME_ADDRESS:
            verdict = Verdict(Class.REPEAT, Reason.SAME_ADDRESS)
        before[place] = visit.moment
    if visit.visitor is not None:
        last = before.get((visit.link, visit.visitor))
        if last is not None and visit.moment - last <= SAME_VISITOR:
            verdict = Verdict(Class.REPEAT, Reason.SAME_VISITOR)
        before[visit.link, visit.visitor] = visit.moment
    return verdict


def _robot(kind: str) -> Verdict:
    if kind == robots.NO_USER_AGENT:
        return Verdict(Class.ROBOT, Reason.NO_USER_AGENT)
    if kind == robots.PREVIEW:
        return Verdict(Class.PREVIEW, Reason.SOCIAL_PREVIEW, kind)
    return Verdict(Class.ROBOT, Reason.ROBOT, kind)


def _too_soon(visit: Visit) -> bool:
    """Nobody reads a mail as fast as its scanner; whoever sends a cookie back was here before as a person."""
    if visit.sent is None or visit.cookie or visit.channel not in MAIL:
        return False
    return timedelta(0) <= visit.moment - visit.sent <= SCANNED
