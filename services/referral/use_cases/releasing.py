"""Rewards whose time has come are released: the clock leaves a mark, and steps look friend by friend.

Each friend is a transaction of its own, and what is owed for him is derived anew in it: whatever changed meanwhile
counts.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from services.referral.repository import DATABASE, cases, dossiers, friends, people, rewards
from services.referral.use_cases import rewarding
from shared import clock, mongo, telemetry, work
from shared.errors import Unavailable
from shared.work import Mark

#: Rewards of a community may be ripe.
RELEASE = "release"
#: An advocate's standing changed: what is not released yet may wait longer, or less.
RECONSIDER = "reconsider-holds"
#: The rewards of one friend could not be followed.
FOLLOW = "follow-rewards"
_REWARDS_A_STEP = 50

_AWAY: tuple[type[Exception], ...] = (*mongo.UNAVAILABLE, Unavailable)

_log = telemetry.logger(__name__)


def notice(now: datetime) -> None:
    """Leave a mark for each community with rewards whose time has come."""
    for community in rewards.ripe_communities(now):
        if not work.pending(DATABASE, community, RELEASE):
            _mark(community)


def escalate(now: datetime) -> int:
    """Say of reviews whose time is over that they have waited too long.

    They are not decided by that. Returns how many.
    """
    count = cases.escalate(now)
    if count:
        _log.warning("reviews have waited too long", count=count)
    return count


def reconsider(community: str, member: str) -> None:
    """Look again at what is not released of what an advocate brought about: his standing changed.

    Inside the running transaction.
    """
    work.add(DATABASE, RECONSIDER, community, member=member)


@mongo.in_transaction(DATABASE)
def follow_alone(community: str, friend: str, now: datetime) -> None:
    """Bring the rewards of a friend up to date, in a transaction of its own."""
    (survivor,) = people.survivors([friend]).values()
    friends.hold(community, survivor)
    rewarding.follow(dossiers.of(community, survivor), now)


def _release(mark: Mark) -> Mapping[str, Any] | None:
    now, community = clock.now(), mark["community"]
    after = mark.get("after")
    found = rewards.ripe(community, now, None if after is None else tuple(after), _REWARDS_A_STEP)
    _follow_each(community, (each["friend"] for each in found), now)
    # What stays ripe for whatever reason is passed by: the next look at the clock sees it again.
    return {"after": [found[-1]["ripe"], found[-1]["_id"]]} if len(found) == _REWARDS_A_STEP else None


def _reconsider(mark: Mark) -> None:
    # It may be an award of somebody whom he became, or who became him.
    unreleased = rewards.unreleased(people.identities(mark["member"]))
    _follow_each(mark["community"], (each["friend"] for each in unreleased), clock.now())


def _follow_each(community: str, some: Iterable[str], now: datetime) -> None:
    for friend in dict.fromkeys(some):
        try:
            follow_alone(community, friend, now)
        except _AWAY:
            raise
        except Exception:  # noqa: BLE001 (one whose rewards cannot be derived must not keep everybody's money back)
            _log.exception("rewards of a friend cannot be followed", community=community)
            _set_apart(community, friend)


@mongo.in_transaction(DATABASE)
def _set_apart(community: str, friend: str) -> None:
    """Leave him a mark of his own, which says what is wrong for as long as it is; one a community is enough to see."""
    if not work.pending(DATABASE, community, FOLLOW):
        work.add(DATABASE, FOLLOW, community, friend=friend)


def _follow(mark: Mark) -> None:
    follow_alone(mark["community"], mark["friend"], clock.now())


@mongo.in_transaction(DATABASE)
def _mark(community: str) -> None:
    work.add(DATABASE, RELEASE, community)


STEPS: dict[str, work.Step] = {RELEASE: _release, RECONSIDER: _reconsider, FOLLOW: _follow}
