"""Two people turned out to be one: everything that was decided of either is looked at again, as of the one.

A merge leaves a mark in the transaction that makes it known. What looks again is listed here, in its order: each is a
transaction of its own that may be repeated, and derives from what is kept.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.referral.repository import DATABASE
from services.referral.use_cases import attributing, considering, enrolling, looping, reaching
from shared import work
from shared.work import Mark

MERGED = "merged"

#: Looks again in a community: `look(community, gone, into)`, where `gone` became `into`.
Look = Callable[[str, str, str], object]

#: In this order, since who is an advocate decides who is rewarded.
LOOKS: Sequence[Look] = (
    enrolling.follow_merge,
    attributing.follow_merge,
    reaching.follow_merge,
    looping.follow_merge,
    considering.follow_merge,
)


def note(community: str, gone: str, into: str) -> None:
    """Leave a mark that `gone` became `into`, inside the running transaction."""
    work.add(DATABASE, MERGED, community, gone=gone, into=into)


def look(mark: Mark) -> Mapping[str, Any] | None:
    """One step: the next one looks again."""
    done = mark.get("done", 0)
    LOOKS[done](mark["community"], mark["gone"], mark["into"])
    return {"done": done + 1} if done + 1 < len(LOOKS) else None


STEPS = {MERGED: look}
