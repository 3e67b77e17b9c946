"""Who may earn, and whose deeds count: roles and opt-outs with their dates, so that a replay decides as we did live."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from services.titles_and_badges.domain.facts import Fact
from shared.timeline import Timeline, at

MEMBER = "member"
BOT = "bot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What a member is. Whoever has no profile yet is an ordinary member."""

    roles: Timeline[str] = ()
    opt_outs: Timeline[bool] = ()
    zones: Timeline[str] = ()
    pauses: Timeline[bool] = ()
    joined: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the rules know besides the facts: the profiles of all involved, and the community's zones.

    `held` are (member, activity) of what waits for somebody's decision: it counts on no board.
    """

    profiles: Mapping[str, Profile]
    zones: Timeline[str] = ()
    held: frozenset[tuple[str, str]] = frozenset()

    def zone(self, moment: datetime) -> ZoneInfo:
        """The community's time zone at a moment."""
        return ZoneInfo(at(self.zones, moment, "UTC"))

    def zones_of(self, member: str) -> tuple[tuple[datetime, str], ...]:
        """A member's own zones with their dates; before the first of them, the community's."""
        own = self.profiles.get(member, _ORDINARY).zones
        if not own:
            return tuple(self.zones)
        before = [entry for entry in self.zones if entry[0] < own[0][0]]
        return (*before, *own)

    def pauses_of(self, member: str) -> list[tuple[datetime, datetime | None]]:
        """When a member paused: from when, and until when, None for one that is not over."""
        found: list[tuple[datetime, datetime | None]] = []
        since = None
        for moment, paused in self.profiles.get(member, _ORDINARY).pauses:
            if since is not None and not paused:
                found.append((since, moment))
            since = (since or moment) if paused else None
        return [*found, (since, None)] if since is not None else found

    def joined(self, member: str) -> datetime | None:
        """When a member joined, where his community said so."""
        return self.profiles.get(member, _ORDINARY).joined


_ORDINARY = Profile()


def may_count(fact: Fact, context: Context) -> bool:
    """Whether a fact can count for its member: he is no bot and takes part, and no bot did it."""
    profile = context.profiles.get(fact.member, _ORDINARY)
    if profile is not _ORDINARY and (
        at(profile.roles, fact.published, MEMBER) == BOT
        or at(profile.opt_outs, fact.published, default=False)
    ):
        return False
    if fact.actor is None or fact.actor == fact.member:
        return True
    actor = context.profiles.get(fact.actor, _ORDINARY)
    return actor is _ORDINARY or at(actor.roles, fact.published, MEMBER) != BOT


def excluded(profile: Profile, moment: datetime) -> str | None:
    """Why a member earns nothing at a moment, None where he may."""
    if at(profile.roles, moment, MEMBER) == BOT:
        return "bots earn nothing"
    if at(profile.opt_outs, moment, default=False):
        return "the member opted out"
    return None
