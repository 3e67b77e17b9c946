"""What is derived, anew from the facts: member by member, each as a whole, while batches go on."""

from collections.abc import Iterator

from services.titles_and_badges.repository import communities
from services.titles_and_badges.use_cases import counting


def rebuild(community: str) -> Iterator[str]:
    """Build everybody anew, in order of their ids, some a step. Yields the last member of each step.

    All that is derived of a member is written in the transaction that reads his facts, and a batch that counts him
    meanwhile collides with it: there is no moment at which a reader sees half of it, and nothing to switch.
    """
    communities.raise_barrier()  # nobody ends a batch any more that has not seen the current rules and profiles
    last = counting.rebuild_members(community, "")
    while last is not None:
        yield last
        last = counting.rebuild_members(community, last)
