"""What a definition would do: who would gain, who would lose, whom it would tell, and what it costs. Changes nothing.

It counts from the same facts by the same fold; of the facts it reads those alone that the definition asks for. What it
found is kept for a while, since a recompute may be ordered only of what was previewed.
"""

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.titles_and_badges.domain import awards as rules_of_awards
from services.titles_and_badges.domain import badges, condition_queries, life, recognition
from services.titles_and_badges.domain.awards import Award, Key
from services.titles_and_badges.domain.badges import Badge, Rules
from services.titles_and_badges.domain.facts import AUTHOR
from services.titles_and_badges.domain.reading import Definition
from services.titles_and_badges.repository import awards, communities, facts, previews
from services.titles_and_badges.use_cases import counting
from shared import clock
from shared.mongo import Document

SAMPLE = 10
_FACTS_AT_ONCE = 5_000

Standing = tuple[str, Award]


@dataclass
class _Found:
    """What was found so far."""

    gained: int = 0
    lost: int = 0
    kept: int = 0
    members: int = 0
    facts: int = 0
    gains: list[Standing] = field(default_factory=list)
    losses: list[Standing] = field(default_factory=list)
    standing: list[Standing] = field(default_factory=list)


def preview(community: str, slug: str, definition: Definition, seconds: float | None = None) -> Document:
    """Preview a definition, in whole or for so many seconds. Raises Invalid, or Conflict as defining it would."""
    began, now = time.monotonic(), clock.now()
    stored = communities.load([community])
    defined = communities.definition(community, slug)
    badge = _badge(slug, definition, defined, now)
    found, complete = _Found(), True
    for members in _chunks(community, badge, definition):
        _look(badge, stored.get(community, {}), members, found)
        if seconds is not None and time.monotonic() - began > seconds:
            complete = False
            break
    if badge.most_holders is not None:
        _limit(community, badge, found)
    document = {
        "_id": uuid.uuid4().hex,
        "community": community,
        "slug": slug,
        "digest": life.digest(slug, definition),
        "badge_version": defined["version"] if defined else 0,
        "rules": stored.get(community, {}).get("rules", 0),
        "at": now,
        "complete": complete,
    }
    previews.keep(document)
    announced = definition.get("announce", True)
    return {
        **document,
        "id": document["_id"],
        "gain": found.gained,
        "lose": found.lost,
        "keep": found.kept,
        "gains": _shown(found.gains),
        "losses": _shown(found.losses),
        "notifications": (found.gained if announced else 0) + found.lost,
        "cost": {
            "members": found.members,
            "facts": found.facts,
            "seconds": round(time.monotonic() - began, 3),
        },
    }


def _badge(slug: str, definition: Definition, defined: Document | None, now: datetime) -> Badge:
    """The badge as it would be: dated, if it says so, else for all that was ever done."""
    content = life.content(definition)
    if "effective" not in definition or defined is None:
        return badges.badge(slug, content)
    since = life.effective(definition, now)
    earlier = life.dated(slug, defined["definition"], content, since, communities.earlier(defined))
    return badges.badge(slug, content, effective=since, earlier=earlier)


def _chunks(community: str, badge: Badge, definition: Definition) -> Iterator[dict[str, list[Document]]]:
    """The facts that the definition asks for, by member; all who hold the badge or were given it are among them."""
    after: str | None = ""
    query = _query(badge, definition)
    while after is not None:
        surviving = facts.following_members(community, after, _FACTS_AT_ONCE, query)
        last = max(surviving, default=None)
        for member in awards.members_between(community, after, last):
            surviving.setdefault(member, [])
        yield surviving
        after = last


def _query(badge: Badge, definition: Definition) -> Document:
    """A query that finds all facts that can concern the badge, and as few others as it can say."""
    criterion = definition["criterion"]
    parts: list[Document] = []
    if badge.criterion.types is not None:
        parts.append({"type": {"$in": sorted(badge.criterion.types)}})
    role = AUTHOR if badge.kind == "object-score" else getattr(badge.criterion, "role", None)
    if role is not None:
        parts.append({"roles": role})
    if "where" in criterion and not badge.earlier:
        parts.append(condition_queries.query(criterion["where"]))
    return {"$and": parts} if parts else {}


def _look(badge: Badge, stored: Document, members: Mapping[str, Sequence[Document]], found: _Found) -> None:
    deeds = {member: [facts.fact(each) for each in documents] for member, documents in members.items()}
    context = counting.context(stored, deeds)
    before = awards.of_members(deeds, [badge.slug])
    decisions = awards.decisions(communities.aliases(deeds), [badge.slug])
    rules = Rules(0, [badge])
    for member, own in deeds.items():
        _, counted = recognition.from_scratch(own, rules, context)
        earned = rules_of_awards.derived(
            badge, {name: each for (_, name), each in counted.items()}, clock.now()
        )
        now = rules_of_awards.decided(badge, earned, decisions.get((member, badge.slug), ()))
        held = {
            awards.name(each): awards.award(each)
            for each in before.values()
            if each["member"] == member and each["state"] == awards.HELD
        }
        _compare(member, held, {key: each for key, each in now.items() if each.revoked_at is None}, found)
    found.members += len(deeds)
    found.facts += sum(len(each) for each in deeds.values())


def _compare(member: str, held: Mapping[Key, Award], now: Mapping[Key, Award], found: _Found) -> None:
    gains = [(member, now[key]) for key in now.keys() - held.keys()]
    losses = [(member, held[key]) for key in held.keys() - now.keys()]
    found.gained += len(gains)
    found.lost += len(losses)
    found.kept += len(now.keys() & held.keys())
    found.gains += gains[: SAMPLE - len(found.gains)] if len(found.gains) < SAMPLE else []
    found.losses += losses[: SAMPLE - len(found.losses)] if len(found.losses) < SAMPLE else []
    if any(award.limited for award in now.values()):
        found.standing += [(member, award) for award in now.values()]


def _limit(community: str, badge: Badge, found: _Found) -> None:
    """Of those who would earn a badge with a maximum of holders, the first would hold it."""
    most = badge.most_holders or 0
    first: dict[tuple[str, Key], Standing] = {}
    for threshold in badge.thresholds:
        of_level = [each for each in found.standing if each[1].level == threshold.level]
        of_level.sort(
            key=lambda each: (each[1].awarded_at, each[1].sequence or -1, each[1].by or "", each[0])
        )
        first |= {(member, rules_of_awards.key(award)): (member, award) for member, award in of_level[:most]}
    held = {
        (each["member"], awards.name(each)): (each["member"], awards.award(each))
        for each in awards.held(community, badge.slug)
    }
    gains, losses = [first[key] for key in first.keys() - held], [held[key] for key in held.keys() - first]
    found.gained, found.lost, found.kept = len(gains), len(losses), len(first.keys() & held)
    found.gains, found.losses = gains[:SAMPLE], losses[:SAMPLE]


def _shown(sample: Sequence[Standing]) -> list[dict[str, Any]]:
    people = communities.profiles({member for member, _ in sample})
    return [
        {
            "member": {
                "id": people.get(member, {}).get("external_id"),
                "name": people.get(member, {}).get("name"),
            },
            "level": award.level,
            "object": award.object,
            "period": award.period,
            "awarded_at": award.awarded_at,
        }
        for member, award in sample
    ]
