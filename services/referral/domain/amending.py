"""How a program changes: by versions with dates. What was promised for a time stays promised for it."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.referral.domain.programs import Program, Terms, Version
from shared import clock
from shared.errors import Conflict, Invalid, Place

MOST_VERSIONS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is wanted of a program. Without `effective`: from now on. `shown`: the version that is sent back."""

    name: str
    terms: Terms
    starts: datetime | None = None
    ends: datetime | None = None
    effective: datetime | None = None
    shown: int | None = None


def amended(slug: str, before: Program | None, wanted: Wanted, now: datetime) -> Program:
    """The program as it is wanted; the same as before where that is how it is.

    Only the first version may hold from a moment in the past on: nothing was promised before it. What is planned for
    another moment stays planned; what is planned for the same one is replaced. Raises Invalid or Conflict.
    """
    if wanted.starts is not None and wanted.ends is not None and wanted.ends <= wanted.starts:
        raise _invalid("/ends", "a program ends after it starts")
    if before is None:
        first = Version(number=1, effective=wanted.effective or now, terms=wanted.terms)
        return Program(slug=slug, name=wanted.name, versions=(first,), starts=wanted.starts, ends=wanted.ends)
    _check_border("starts", before.starts, wanted.starts, now)
    _check_border("ends", before.ends, wanted.ends, now)
    versions = _versions(before, wanted, now)
    return replace(before, name=wanted.name, versions=versions, starts=wanted.starts, ends=wanted.ends)


def ended(program: Program, now: datetime) -> Program:
    """The program as it is when nothing begins in it any more; one that has ended stays as it is."""
    if program.ends is not None and program.ends <= now:
        return program
    return replace(program, ends=now)


def _versions(before: Program, wanted: Wanted, now: datetime) -> tuple[Version, ...]:
    begun = before.at(now)
    # Whoever sends back what he was shown, with other terms, means them from now on; a plan that came late does not.
    as_shown = begun is not None and (wanted.shown, wanted.effective) == (begun.number, begun.effective)
    effective = now if wanted.effective is None or as_shown else wanted.effective
    holds = before.at(effective if begun is None else max(effective, now))
    if holds is not None and holds.terms == wanted.terms:
        return before.versions
    if begun is not None and effective < now:
        raise _invalid("/effective", "terms cannot change for what is past")
    if begun is not None and effective <= begun.effective:
        message = f"Version {begun.number} holds from {clock.text(begun.effective)} on; another one begins after it."
        raise Conflict(message)
    if len(before.versions) >= MOST_VERSIONS:
        message = f"A program has {MOST_VERSIONS} versions at most."
        raise Conflict(message)
    number = 1 + max(each.number for each in before.versions)
    others = [each for each in before.versions if each.effective != effective]
    new = Version(number=number, effective=effective, terms=wanted.terms)
    return tuple(sorted([*others, new], key=lambda each: each.effective))


def _check_border(name: str, before: datetime | None, wanted: datetime | None, now: datetime) -> None:
    """Refuse to move a border that has passed, or to move one into the past: it would change what was decided."""
    if before == wanted:
        return
    if before is not None and before <= now:
        raise _invalid(f"/{name}", "this has passed and cannot be changed")
    if wanted is not None and wanted < now:
        raise _invalid(f"/{name}", "this cannot be moved into the past")


def _invalid(pointer: str, detail: str) -> Invalid:
    return Invalid("The program is wrong.", errors=[Place(pointer=pointer, detail=detail)])
