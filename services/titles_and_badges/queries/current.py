"""How far a member is with a badge right now: runs lapse, years go by, and chains follow other badges."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from services.titles_and_badges.domain import chains
from services.titles_and_badges.domain.badges import Badge
from services.titles_and_badges.domain.criteria.streak import Streak
from services.titles_and_badges.domain.standing import Context
from services.titles_and_badges.domain.tallies import Tally
from services.titles_and_badges.repository import awards, communities, facts
from shared.mongo import Document


def current(
    profile: Document,
    badge: Badge,
    name: str | None,
    tally: Tally,
    held: Mapping[str, Document],
    now: datetime,
) -> Tally:
    """The tally with the value that it has now, towards what comes next; `held` are all awards of the member.

    Of a streak that is the run that he is in, also where the badge looks at the longest.
    """
    links = chains.links(badge)
    if links:
        stand = [each for each in held.values() if each["state"] == awards.HELD]
        fulfilled = sum(
            any(each["badge"] == link.badge and link.level in (None, each.get("level")) for each in stand)
            for link in links
        )
        return _with_value(tally, fulfilled)
    if not (badge.criterion.timed or isinstance(badge.criterion, Streak)) or tally.last is None:
        return tally
    last = facts.evidence(profile["_id"], (badge.slug, name), up_to=None, limit=1)
    if not last:
        return tally
    stored = communities.load([profile["community"]]).get(profile["community"], {})
    context = Context(
        profiles={profile["_id"]: communities.standing(profile)}, zones=communities.zones(stored)
    )
    value = tally.state["run"] if isinstance(badge.criterion, Streak) else tally.value
    for moment, then in badge.criterion.turns(tally.state, last[0], context):
        value = then["value"] if moment <= now else value
    return _with_value(tally, value)


def _with_value(tally: Tally, value: int) -> Tally:
    return replace(tally, state={**tally.state, "value": value})
