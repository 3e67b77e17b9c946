"""The oracle: who holds what, computed naively from what survives. It shares no rule with the services."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from services.activity.domain.deeds import Deed
from services.titles_and_badges.domain.facts import Fact
from tests.journeys.histories.badge_sets import Badge, Seen

Moment = tuple[datetime, int, str]
T = TypeVar("T")


@dataclass(frozen=True)
class Held:
    """An award, as anybody would write it down."""

    member: str
    badge: str
    level: str | None
    object: str | None
    awarded_at: datetime
    by: str | None
    revoked_at: datetime | None


@dataclass
class Log:
    """What was said, in the order in which it was said."""

    posted: list[Deed] = field(default_factory=list)
    retracted: set[str] = field(default_factory=set)
    became: dict[str, str] = field(default_factory=dict)
    roles: dict[str, dict[datetime, str]] = field(default_factory=dict)
    opt_outs: dict[str, dict[datetime, bool]] = field(default_factory=dict)
    decisions: list[tuple[str, str, str | None, str, datetime]] = field(default_factory=list)
    zones: dict[datetime, str] = field(default_factory=dict)
    badges: Mapping[str, Badge] = field(default_factory=dict)

    def now(self, member: str) -> str:
        """Who a member is today."""
        return self.became.get(member, member)

    def merged(self, loser: str, survivor: str) -> None:
        """Whoever was the loser is the survivor from now on."""
        into = self.now(survivor)
        self.became |= {name: into for name in (*self.became, loser) if self.now(name) == self.now(loser)}

    def erased(self, member: str) -> None:
        """Whoever was this member is a stranger from now on; a bot stays a bot."""
        root = self.now(member)
        stranger = f"stranger, once {root}"
        self.roles[stranger] = self.roles.pop(root, {})
        self.became |= {name: stranger for name in (*self.became, root) if self.now(name) == root}


def awards(log: Log) -> set[Held]:
    """Everybody's awards, also those that ended."""
    survivors = _survivors(log)
    found = {
        award
        for member in {log.now(name) for name in _named(log, survivors)}
        if not member.startswith("stranger")
        for slug, badge in log.badges.items()
        for award in _of_member(log, member, slug, badge, survivors)
    }
    return _after_decisions(log, found)


def facts(log: Log) -> set[tuple[object, ...]]:
    """What each surviving activity says to each member whom it concerns."""
    survivors = _survivors(log)
    seen = (
        _seen(log, log.now(name), deed, survivors) for deed in survivors for name in _named(log, survivors)
    )
    return {
        (
            each.member, each.id, each.type, each.published, each.sequence, each.value, _somebody(each.actor),
            each.object, each.object_type, _somebody(each.author), each.tags, _somebody(each.asker),
            each.did, each.wrote,
            each.author == each.asker, each.actor == each.asker, each.actor == each.author,
        )
        for each in seen
        if each and not each.member.startswith("stranger")
    }  # fmt: skip


def stated(fact: Fact) -> tuple[object, ...]:
    """The same of a fact of the services."""
    return (
        fact.member, fact.activity, fact.type, fact.published, fact.sequence, fact.value, _somebody(fact.actor),
        fact.object, fact.object_type, _somebody(fact.object_author), frozenset(fact.object_tags),
        _somebody(fact.parent_author), "actor" in fact.roles, "author" in fact.roles,
        fact.object_author == fact.parent_author, fact.actor == fact.parent_author, fact.actor == fact.object_author,
    )  # fmt: skip


def _somebody(member: str | None) -> str | None:
    """Strangers have other names here than there."""
    return member if member is None or member.startswith("m") else "a stranger"


def _survivors(log: Log) -> list[Deed]:
    """The contents that stand: those with the latest stamp, of equal ones the first; nothing of what was retracted."""
    standing: dict[str, Deed] = {}
    for deed in log.posted:
        before = standing.get(deed.id)
        if before is None or (deed.updated and (not before.updated or deed.updated > before.updated)):
            standing[deed.id] = deed
    return [deed for name, deed in standing.items() if name not in log.retracted]


def _named(log: Log, survivors: Iterable[Deed]) -> set[str]:
    named = {name for deed in survivors for name in (deed.actor, deed.author) if name}
    return named | {member for member, *_ in log.decisions}


def _of_member(log: Log, member: str, slug: str, badge: Badge, survivors: list[Deed]) -> Iterable[Held]:
    seen = [
        each for deed in survivors if (each := _seen(log, member, deed, survivors)) and _may_count(log, each)
    ]
    seen = [
        each for each in seen if badge.counts(each) and not (badge.until and each.published >= badge.until)
    ]
    seen.sort(key=_moment)
    buckets: dict[str | None, list[Seen]] = {}
    for each in seen:
        buckets.setdefault(each.object if badge.by_object else None, []).append(each)
    for level, at in badge.levels.items():
        spans = {name: span for name, bucket in buckets.items() if (span := _span(badge, bucket, at))}
        if not badge.once_an_object and spans:
            spans = {None: _of_several(list(spans.values()))}
        for name, (since, until) in spans.items():
            yield Held(member, slug, level, name, since[0], since[2], until)


def _seen(log: Log, member: str, deed: Deed, survivors: list[Deed]) -> Seen | None:
    about = _best_claim(deed.object, survivors)
    above = _best_claim(about.parent, survivors) if about else None
    author = log.now(about.author) if about and about.author else None
    actor = log.now(deed.actor) if deed.actor else None
    if member not in {actor, author}:
        return None
    return Seen(
        id=deed.id, type=deed.type, published=deed.published, sequence=deed.sequence, value=deed.value,
        member=member, actor=actor, object=deed.object, object_type=about.object_type if about else None,
        author=author, tags=frozenset(about.tags if about else ()),
        asker=log.now(above.author) if above and above.author else None,
        day=str(deed.published.astimezone(ZoneInfo(_at(log.zones, deed.published, "UTC"))).date()),
    )  # fmt: skip


def _best_claim(name: str | None, survivors: list[Deed]) -> Deed | None:
    """Who creates or updates an object knows it best; then who says more, who said it last, and the higher id."""
    said = [deed for deed in survivors if name is not None and deed.object == name]
    said = [deed for deed in said if deed.type in {"Create", "Update"} or deed.author or deed.object_type]
    return max(
        said,
        key=lambda deed: (
            deed.type in {"Create", "Update"},
            deed.author is not None,
            deed.object_type is not None,
            deed.updated or deed.published,
            deed.id,
        ),
        default=None,
    )


def _may_count(log: Log, seen: Seen) -> bool:
    return (
        _at(log.roles.get(seen.member, {}), seen.published, "member") != "bot"
        and not _at(log.opt_outs.get(seen.member, {}), seen.published, default=False)
        and (seen.actor is None or _at(log.roles.get(seen.actor, {}), seen.published, "member") != "bot")
    )


def _span(badge: Badge, bucket: list[Seen], at: int) -> tuple[Moment, datetime | None] | None:
    """Since when, and until when, a value is reached; sticky: since the first time, for ever."""
    holds = [badge.adds(bucket[: length + 1]) >= at for length in range(len(bucket))]
    if not any(holds):
        return None
    if not badge.live:
        return _moment(bucket[holds.index(True)]), None
    last = len(holds) - 1 - holds[::-1].index(True)
    first = last
    while first and holds[first - 1]:
        first -= 1
    ended = bucket[last + 1].published if last + 1 < len(bucket) else None
    return _moment(bucket[first]), ended


def _of_several(spans: list[tuple[Moment, datetime | None]]) -> tuple[Moment, datetime | None]:
    """Given once a member: the first that still stands, else the one that was lost last."""
    standing = [span for span in spans if span[1] is None]
    return min(standing) if standing else max(spans, key=lambda span: (span[1] or span[0][0], span[0]))


def _after_decisions(log: Log, earned: set[Held]) -> set[Held]:
    """What people decided, one after the other: whom a badge is given holds it, from whom it is taken does not."""
    found = set(earned)
    for whose, slug, about, kind, at in log.decisions:
        member = log.now(whose)
        if slug in log.badges and not member.startswith("stranger"):
            held = {each for each in found if (each.member, each.badge, each.object) == (member, slug, about)}
            once = {
                each for each in earned if (each.member, each.badge, each.object) == (member, slug, about)
            }
            found -= held
            if kind == "grant":
                level = next(iter(log.badges[slug].levels))
                found |= _granted(held, once, Held(member, slug, level, about, at, None, None))
            else:
                found |= _revoked(held, at)
    return found


def _granted(held: set[Held], earned: set[Held], new: Held) -> set[Held]:
    standing = {each.level: each for each in held if not each.revoked_at}
    given_back = {each.level: each for each in earned if not each.revoked_at}
    ended = {each.level: each for each in (*held, *earned)}
    return set({**ended, new.level: new, **given_back, **standing}.values())


def _revoked(held: set[Held], at: datetime) -> set[Held]:
    return {replace(each, revoked_at=each.revoked_at or max(at, each.awarded_at)) for each in held}


def _moment(seen: Seen) -> Moment:
    return (seen.published, -1 if seen.sequence is None else seen.sequence, seen.id)


def _at(timeline: Mapping[datetime, T], when: datetime, default: T) -> T:
    earlier = [since for since in timeline if since <= when]
    return timeline[max(earlier)] if earlier else default
