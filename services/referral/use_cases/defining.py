"""Programs are defined, changed by new versions, and ended."""

from datetime import datetime

from services.referral.domain import amending
from services.referral.domain.amending import Wanted
from services.referral.domain.programs import Program
from services.referral.repository import DATABASE, audit, programs
from services.referral.use_cases import considering, recognition
from shared import clock, mongo, work
from shared.errors import Conflict, NotFound

MOST_PROGRAMS = 100
#: Whoever is at the keyboard of the installation.
OPERATOR = "operator"


@mongo.in_transaction(DATABASE)
def define(community: str, slug: str, wanted: Wanted, now: datetime, by: str = OPERATOR) -> Program:
    """Define a program, or change it by a new version; what is wanted already changes nothing.

    Raises Invalid or Conflict.
    """
    before = programs.load(community, slug)
    if before is None and len(programs.every(community)) >= MOST_PROGRAMS:
        message = f"A community has {MOST_PROGRAMS} programs at most."
        raise Conflict(message)
    after = amending.amended(slug, before, wanted, now)
    if after != before:
        programs.keep(community, after)
        work.add(DATABASE, considering.EVERYBODY, community)
        recognition.ask_for_holders(community, after, now)
        _note(community, by, "program.made" if before is None else "program.changed", after, now)
    return after


@mongo.in_transaction(DATABASE)
def end(community: str, slug: str, now: datetime, by: str = OPERATOR) -> None:
    """End a program: nothing begins in it from now on, and what has begun goes on. Raises NotFound."""
    before = programs.load(community, slug)
    if before is None:
        raise NotFound("program", slug)
    after = amending.ended(before, now)
    if after != before:
        programs.keep(community, after)
        _note(community, by, "program.ended", after, now)


def _note(community: str, by: str, act: str, program: Program, now: datetime) -> None:
    version = max(program.versions, key=lambda each: each.number)
    after = {"name": program.name, "version": version.number, "effective": clock.text(version.effective)}
    audit.note(community, by=by, act=act, thing=f"program:{program.slug}", now=now, after=after)
