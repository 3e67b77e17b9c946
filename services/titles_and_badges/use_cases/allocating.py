"""Badges with a maximum of holders: one allocator gives them in event order, outside of everybody's batches.

A batch keeps who earned such a badge, waiting. Who is among the first by the time of the deciding deed holds it; when
one of them loses it, the next one in order comes in. The same earners give the same holders, whenever they came.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from services.titles_and_badges.credentials import identity
from services.titles_and_badges.domain import chains
from services.titles_and_badges.repository import DATABASE, awards, communities
from services.titles_and_badges.use_cases import allotting, announcing
from shared import mongo, work
from shared.work import Mark

if TYPE_CHECKING:
    from shared.mongo import Document

#: Somebody earned or lost a badge with a maximum of holders.
ALLOCATE = "allocate"
#: The mark by which members are counted anew: chains follow what was given here.
_CHAINS = "recount-members"


def order(community: str, slugs: set[str]) -> None:
    """Note inside the running transaction that holders of these badges are to be found anew."""
    for slug in sorted(slugs):
        work.add(DATABASE, ALLOCATE, community, badge=slug)


@mongo.in_transaction(DATABASE)
def allocate(mark: Mark) -> Mapping[str, Any] | None:
    """Give a badge to the first of those who earned it, and take it from the others."""
    community, slug = mark["community"], mark["badge"]
    awards.pass_allocation(community, slug)
    rules = communities.rules(community, communities.load([community]))
    badge = rules.badges.get(slug)
    if badge is None or badge.most_holders is None:
        return None
    changed: list[Document] = []
    for threshold in badge.thresholds:
        first, others = awards.candidates(community, slug, threshold.level, badge.most_holders)
        changed += [awards.in_state(each, awards.HELD) for each in first if each["state"] != awards.HELD]
        changed += [awards.in_state(each, awards.WAITING) for each in others]
    if changed and any(link.badge == slug for each in rules.badges.values() for link in chains.links(each)):
        work.add(DATABASE, _CHAINS, community, members=sorted({each["member"] for each in changed}))
    awards.write(changed, [each["_id"] for each in changed])
    allotting.follow(community, identity.BADGE, [each["_id"] for each in changed])
    announcing.announce(
        community,
        [
            announcing.awarded(community, badge, each)
            if each["state"] == awards.HELD
            else announcing.revoked(community, each)
            for each in changed
        ],
    )
    return None


STEPS = {ALLOCATE: allocate}
