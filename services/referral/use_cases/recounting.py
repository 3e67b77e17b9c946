"""Counts of descendants are found anew by looking at every loop: to prove them, and to repair what somebody broke."""

from collections.abc import Iterator

from services.referral.repository import DATABASE, trees
from shared import mongo


def differing(community: str) -> Iterator[str]:
    """Members whose counts are not what their descendants are."""
    yield from (each for each in trees.ancestors(community) if _differs(each))


def recount(community: str) -> int:
    """Put every count right that is not. Returns how many members' were wrong."""
    wrong = list(differing(community))
    for each in wrong:
        _recount(community, each)
    return len(wrong)


def _differs(ancestor: str) -> bool:
    with mongo.snapshot(DATABASE):
        return trees.counted(ancestor) != trees.counted_anew(ancestor)


@mongo.in_transaction(DATABASE)
def _recount(community: str, ancestor: str) -> None:
    anew = trees.counted_anew(ancestor)
    if trees.counted(ancestor) != anew:
        trees.replace(community, ancestor, anew)
