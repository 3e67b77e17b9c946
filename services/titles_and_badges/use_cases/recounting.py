"""Counting anew, in steps that can be resumed: after rules, zones or profiles changed.

First a barrier: no batch that has not seen the change can end after it. Then members, a few a transaction.
"""

from collections.abc import Mapping
from typing import Any

from services.titles_and_badges.repository import awards, communities, facts, tallies
from services.titles_and_badges.use_cases import counting
from shared.work import Mark

#: Everybody who was counted under older rules than the current ones.
ALL = "recount-all"
#: Everybody whose facts involve these members.
MEMBERS = "recount-members"

MEMBERS_A_STEP = 500


def recount_all(mark: Mark) -> Mapping[str, Any] | None:
    """One step: the next members who are behind the rules. The set shrinks until it is empty."""
    if not mark.get("barrier"):
        communities.raise_barrier()
        return {"barrier": True}
    community = mark["community"]
    revision = communities.load([community])[community].get("rules", 0)
    behind = tallies.behind(community, revision, MEMBERS_A_STEP)
    if not behind:
        return None
    counting.recount_members(community, counting.for_one_step(behind))
    return {"barrier": True}


def recount_involved(mark: Mark) -> Mapping[str, Any] | None:
    """One step: first those whose profile changed, then, in order of their ids, all whose facts involve them."""
    if not mark.get("barrier"):
        communities.raise_barrier()
        return {"barrier": True}
    community, changed = mark["community"], mark["members"]
    if "after" not in mark:
        # They may have no facts at all, and yet badges that people granted; beside an erasure, even after it.
        awards.forget_decisions(communities.erased(changed))
        done = mark.get("done", 0)
        step = counting.for_one_step(changed[done:])
        counting.recount_members(community, step)
        done += len(step)
        return {"done": done} if done < len(changed) else {"after": ""}
    members = facts.members_involved_with(changed, mark["after"], MEMBERS_A_STEP)
    if not members:
        return None
    step = counting.for_one_step(members)
    counting.recount_members(community, step)
    return {"after": step[-1]}


STEPS = {ALL: recount_all, MEMBERS: recount_involved}
