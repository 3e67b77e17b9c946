"""Time passes: runs lapse, anniversaries come, badges expire. Whom time has changed is looked at again, once."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.titles_and_badges.domain.badges import Rules
from services.titles_and_badges.domain.recognition import Bucket
from services.titles_and_badges.repository import DATABASE, communities, facts, tallies
from services.titles_and_badges.repository.tallies import Book
from services.titles_and_badges.use_cases import counting
from services.titles_and_badges.use_cases.awarding import Ceremony, Concern, badges_named
from shared import clock, mongo, work
from shared.work import Mark

#: Time has changed something in a community.
TIME = "time"

MEMBERS_A_STEP = 200


def notice() -> bool:
    """Leave a mark in each community where time has changed something; after an outage too. Returns whether it did."""
    due = tallies.communities_due(clock.now())
    for community in due:
        _mark(community)
    return bool(due)


def pass_time(mark: Mark) -> Mapping[str, Any] | None:
    """One step: the next members whom time has changed. The set shrinks until it is empty."""
    community = mark["community"]
    members = tallies.members_due(community, clock.now(), MEMBERS_A_STEP)
    if not members:
        return None
    look_again(community, counting.for_one_step(members))
    return {}


@mongo.in_transaction(DATABASE)
def look_again(community: str, members: Sequence[str]) -> None:
    """Bring members' awards into line with what time has changed, and note when it changes something next."""
    stored = communities.load([community])
    rules = communities.rules(community, stored)
    book = Book(members)
    ceremony = Ceremony(community, rules)
    behind = [member for member in members if book.revision(member) != rules.revision]
    counting.recount(community, facts.of_members(behind), rules, stored.get(community, {}), book, ceremony)
    current = [member for member in members if member not in behind]
    book.load_due_objects(current)
    concerns = {member: _concern(book.pass_time(member), rules) for member in current}
    for member in current:
        book.put(community, member, rules.revision, {})
    ceremony.settle(concerns, book)
    book.write()
    ceremony.end()


@mongo.in_transaction(DATABASE)
def _mark(community: str) -> None:
    if not work.pending(DATABASE, community, TIME):
        work.add(DATABASE, TIME, community)


def _concern(changed: Sequence[Bucket], rules: Rules) -> Concern:
    objects = frozenset(name for _, name in changed if name is not None)
    return Concern(badges_named(rules, (slug for slug, _ in changed)), objects)


STEPS = {TIME: pass_time}
