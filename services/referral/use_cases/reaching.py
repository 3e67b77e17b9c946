"""Milestones follow from the purchases of all friends of an advocate, in event order, under all his ids.

Whoever changes what counts for him brings them up to date, and a merge does. Once one is released it stays, and is
granted to nobody again: of two that two accounts of one person reached, the one that is not released is taken back.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from services.referral.domain import milestones, rewards
from services.referral.domain.milestones import Name, Purchase, Reached
from services.referral.domain.programs import Program
from services.referral.domain.rewards import Credit
from services.referral.domain.suspicion import Review
from services.referral.repository import DATABASE, attributions, cases, people, programs
from services.referral.repository import rewards as store
from services.referral.use_cases import histories, moving
from services.referral.use_cases.capping import Room
from services.referral.use_cases.histories import History
from services.referral.use_cases.moving import Day, Wanted
from shared import clock, mongo
from shared.mongo import Document

_READ_AT_ONCE = 200


def settle(day: Day, slug: str, advocate: str) -> None:
    """Bring an advocate's milestones in a program up to date (by who he is now), inside the running transaction."""
    program = programs.load(day.history.community, slug)
    if program is None or not milestones.names(program):
        return
    ids = sorted(people.merged([advocate]))
    kept = [each for each in store.milestones(ids) if each["program"] == slug]
    found = _reached(day, program, ids, kept)
    credited = {
        name: histories.credit(day.history.community, program, each.version, advocate, day.now)
        for name, each in found.items()
    }
    waits = {name: _wanted(each, credited[name]) for name, each in found.items()}
    chosen = moving.chosen(kept, _name)
    for stored in (each for each in kept if not each["released"]):
        name = _name(stored)
        if name in found and chosen[name] is stored:
            _follow(day, stored, found[name], waits[name])
        else:
            moving.settle(day, stored, Wanted(is_due=False))
    new = found.keys() - chosen.keys()
    for name in sorted(new):
        due = milestones.due(slug, advocate, found[name])
        moving.grant(day, due, credited[name], waits[name], friend=found[name].last.friend)
    if new or any(each.review == Review.OPEN for each in waits.values()):
        _collide(day.history.community, [slug], [advocate])


def follow_merge(community: str, gone: str, into: str) -> None:
    """Two people became one: what the friends of both bought counts together."""
    del gone  # he is one of those who are `into` now
    mongo.transact(DATABASE, lambda: _join(community, people.survivors([into])[into], clock.now()))


def _join(community: str, advocate: str, now: datetime) -> None:
    day = Day(History(community), now, Room(community))
    slugs = [each.slug for each in programs.every(community) if milestones.names(each)]
    ids = sorted(people.merged([advocate]))
    _collide(community, slugs, ids)
    for slug in slugs:
        settle(day, slug, advocate)
    moving.keep(day)


def _collide(community: str, slugs: Iterable[str], advocates: Iterable[str]) -> None:
    """Whoever counts for one of these at this moment, and sees less than is written here, begins again."""
    names = [cases.tally(community, *each) for each in itertools.product(slugs, advocates)]
    cases.count(community, dict.fromkeys(sorted(names), (0, 0)))


def _reached(day: Day, program: Program, ids: Sequence[str], kept: Iterable[Document]) -> dict[Name, Reached]:
    """What is reached of what is not released yet; purchases are read only where so many friends may have bought."""
    tallies = cases.tallies(cases.tally(day.history.community, program.slug, each) for each in ids)
    most = sum(friends for _, friends in tallies.values())
    released = {_name(each) for each in kept if each["released"]}
    wanted = {each for each in milestones.names(program) if each.friends <= most} - released
    if not wanted:
        return {}
    return milestones.reached(program, _purchases(day, program.slug, ids), wanted)


def _purchases(day: Day, slug: str, ids: Iterable[str]) -> Iterator[Purchase]:
    found = cases.counted(day.history.community, slug, ids)
    while some := list(itertools.islice(found, _READ_AT_ONCE)):
        now = people.survivors({each["friend"] for each in some})
        yield from (Purchase(each["at"], each["_id"], now[each["friend"]]) for each in some)


def _wanted(reached: Reached, credit: Credit) -> Wanted:
    """It waits as its program says, for late clicks of whoever it took, and for whoever has to look at one of these."""
    at, reviews = reached.last.at, cases.reviews(reached.by)
    return Wanted(
        is_due=True,
        review=Review.OPEN if Review.OPEN in reviews else None,
        held_until=max(rewards.held_until(at, credit), *attributions.settling(reached.by)),
        value_date=None if reviews else rewards.value_date(at, credit),
    )


def _follow(day: Day, stored: Document, reached: Reached, wanted: Wanted) -> None:
    """What came late may have reached it earlier, with another friend."""
    told = {"at": reached.last.at, "friend": reached.last.friend}
    if not told.items() <= stored.items():
        stored.update(told)
        day.changed[stored["_id"]] = stored
    moving.settle(day, stored, wanted)


def _name(stored: Document) -> Name:
    return Name(stored["rule"], stored["friends"])
