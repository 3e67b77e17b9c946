"""Exclusions: who earns nothing, and who is not ranked; apart, with dates and reasons.

{"role": "staff", "reason": "…"}   {"member": "ann", "from": "2026-10-01", "until": "2026-11-01", "reason": "…"}
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from services.titles_and_badges.domain import standing
from services.titles_and_badges.domain.boards import days
from services.titles_and_badges.domain.standing import Profile
from shared import timeline

STAFF = "staff"
ROLES = (STAFF, standing.BOT, standing.MEMBER)
MOST = 100
_LONGEST_REASON = 500
_LONGEST_ID = 1_000
_MOMENT = timedelta(milliseconds=1)


class Reason(NamedTuple):
    """Why somebody is excluded, from a day on and before another; None: always, for ever."""

    reason: str
    first: date | None
    end: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """Whom it is about, by role or by name (Laurel's id of the member), and when it holds."""

    role: str | None
    member: str | None
    why: Reason

    def holds(self, member: str, role: str, day: date) -> bool:
        """Whether it holds for a member, who has a role, on a day."""
        about = role == self.role if self.role is not None else member == self.member
        _, first, end = self.why
        return about and (first is None or first <= day) and (end is None or day < end)


def parse(written: Any, pointer: str) -> tuple[Exclusion, ...]:  # noqa: ANN401 (untrusted JSON)
    """Read a list of exclusions. Raises Invalid with the place."""
    if not isinstance(written, Sequence) or isinstance(written, str) or len(written) > MOST:
        raise days.invalid(pointer, f"exclusions are a list of at most {MOST}")
    return tuple(_exclusion(each, f"{pointer}/{index}") for index, each in enumerate(written))


def earning(
    exclusions: Iterable[Exclusion], member: str, profile: Profile, day: date, zone: ZoneInfo
) -> bool:
    """Whether what a member does on a day earns nothing."""
    found = list(exclusions)
    if not found:
        return False
    role = _role(profile, day, zone)
    return any(each.holds(member, role, day) for each in found)


def ranking(
    exclusions: Iterable[Exclusion], member: str, profile: Profile, day: date, today: date, zone: ZoneInfo
) -> Reason | None:
    """Why a member has no place in a period whose last day is `day`, or which today has come to; None: he has one.

    Bots never have one, and who takes no part any more vanishes from all periods.
    """
    if timeline.at(profile.opt_outs, _end(today, zone), default=False):
        return Reason("The member does not take part.", None, None)
    role = _role(profile, day, zone)
    if role == standing.BOT:
        return Reason("Bots are not ranked.", None, None)
    return next((each.why for each in exclusions if each.holds(member, role, day)), None)


def changes(exclusions: Iterable[Exclusion], member: str, profile: Profile, zone: ZoneInfo) -> Iterator[date]:
    """The days on which it may begin or end that a member is ranked."""
    for since, _ in (*profile.roles, *profile.opt_outs):
        yield days.day_of(since, zone)
    for each in exclusions:
        if each.role is not None or each.member == member:
            yield from (day for day in each.why[1:] if day is not None)


def _role(profile: Profile, day: date, zone: ZoneInfo) -> str:
    return timeline.at(profile.roles, _end(day, zone), standing.MEMBER) if profile.roles else standing.MEMBER


def _end(day: date, zone: ZoneInfo) -> Any:  # noqa: ANN401
    return days.start_of(day + days.ONE, zone) - _MOMENT


def _exclusion(written: Any, pointer: str) -> Exclusion:  # noqa: ANN401
    if not isinstance(written, Mapping):
        raise days.invalid(pointer, "an exclusion is an object with a role or a member, and a reason")
    for name in written:
        if name not in {"role", "member", "from", "until", "reason"}:
            raise days.invalid(f"{pointer}/{name}", "an exclusion has role, member, from, until, reason")
    role, member = written.get("role"), written.get("member")
    if (role is None) == (member is None):
        raise days.invalid(pointer, "an exclusion names either a role or a member")
    if role is not None and role not in ROLES:
        raise days.invalid(f"{pointer}/role", f"a role is one of {', '.join(ROLES)}")
    if member is not None and not (isinstance(member, str) and 0 < len(member) <= _LONGEST_ID):
        raise days.invalid(f"{pointer}/member", "a member's id is wanted here")
    return Exclusion(role=role, member=member, why=_why(written, pointer))


def _why(written: Mapping[str, Any], pointer: str) -> Reason:
    reason = written.get("reason")
    if not isinstance(reason, str) or not reason.strip() or len(reason) > _LONGEST_REASON:
        raise days.invalid(f"{pointer}/reason", "a reason is wanted: whoever it is about may read it")
    first, end = (days.read(written.get(name), f"{pointer}/{name}") for name in ("from", "until"))
    if first is not None and end is not None and first >= end:
        raise days.invalid(f"{pointer}/until", "until is a day after from")
    return Reason(reason, first, end)
