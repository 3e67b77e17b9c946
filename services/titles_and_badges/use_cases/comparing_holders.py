"""Whether badges with a maximum of holders are held by those who earned them first; and repair.

That somebody earned one, and when, is compared with his facts by `comparing`: here are the borders between them.
"""

import heapq
from collections.abc import Iterator

from services.titles_and_badges.domain import awards as rules_of_awards
from services.titles_and_badges.domain.badges import Badge
from services.titles_and_badges.repository import DATABASE, awards, communities
from services.titles_and_badges.use_cases import allocating
from services.titles_and_badges.use_cases.comparing import Drift
from shared import mongo, work
from shared.mongo import Document


def compare(community: str) -> Iterator[Drift]:
    """Compare all of them, each badge in one snapshot. A badge whose holders are still to be found is left out."""
    for badge in _limited(community):
        yield from _drift(community, badge)


def repair(community: str) -> Iterator[str]:
    """Find the holders of all of them anew. Yields their slugs."""
    for badge in _limited(community):
        allocating.allocate({"community": community, "badge": badge.slug})
        yield badge.slug


def _limited(community: str) -> list[Badge]:
    rules = communities.rules(community, communities.load([community]))
    return [badge for badge in rules.badges.values() if badge.most_holders is not None]


@mongo.in_transaction(DATABASE)
def _drift(community: str, badge: Badge) -> list[Drift]:
    if work.newest(DATABASE, community, [allocating.ALLOCATE]) is not None:
        return []
    found = []
    for threshold in badge.thresholds:
        earned = list(awards.earned(community, badge.slug, threshold.level))
        first = heapq.nsmallest(badge.most_holders or 0, earned, key=_in_line)
        holders = {each["_id"] for each in first}
        for each in earned:
            expected = awards.HELD if each["_id"] in holders else awards.WAITING
            if each["state"] != expected:
                found.append(Drift(each["member"], "holder", each["_id"], each["state"], expected))
    return found


def _in_line(stored: Document) -> tuple[object, ...]:
    return rules_of_awards.in_line(stored["member"], awards.award(stored))
