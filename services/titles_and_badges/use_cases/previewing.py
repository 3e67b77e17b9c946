"""What a definition would do: who would gain, who would lose, whom it would tell, and what it costs. Changes nothing.

It counts from the same facts by the same fold; of the facts it reads those alone that the definition asks for. Chains
that follow the badge are previewed with it. What it found is kept for a while, since a recompute may be ordered only of
what was previewed.
"""

import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.titles_and_badges.domain import awards as rules_of_awards
from services.titles_and_badges.domain import badges, chains, condition_queries, life, recognition
from services.titles_and_badges.domain.awards import Award, Key
from services.titles_and_badges.domain.badges import Badge, Rules
from services.titles_and_badges.domain.facts import AUTHOR
from services.titles_and_badges.domain.reading import Definition
from services.titles_and_badges.domain.tallies import Tally
from services.titles_and_badges.repository import awards, communities, facts, previews
from services.titles_and_badges.use_cases import counting, defining
from shared import clock
from shared.mongo import Document

SAMPLE = 10
_AT_ONCE = 5_000

Standing = tuple[str, Award]


@dataclass
class _Found:
    """What was found of one badge so far."""

    gained: int = 0
    lost: int = 0
    kept: int = 0
    gains: list[Standing] = field(default_factory=list)
    losses: list[Standing] = field(default_factory=list)
    standing: list[Standing] = field(default_factory=list)


@dataclass
class _Look:
    """The badge as it would be, the chains that follow it, each after those that it requires, and what was found."""

    badge: Badge
    badges: Sequence[Badge]
    found: dict[str, _Found]
    members: int = 0
    facts: int = 0


def preview(community: str, slug: str, definition: Definition, seconds: float | None = None) -> Document:
    """Preview a definition, in whole or for so many seconds. Raises Invalid, or Conflict as defining it would."""
    began, now = time.monotonic(), clock.now()
    stored = communities.load([community])
    defined = communities.definition(community, slug)
    badge = _badge(slug, definition, defined, now)
    defining.check_chains(community, {slug: {"definition": life.content(definition)}})
    look, complete = _to_look_at(badge, communities.rules(community, stored)), True
    for members in _chunks(community, badge, definition):
        _look(look, stored.get(community, {}), members)
        if seconds is not None and time.monotonic() - began > seconds:
            complete = False
            break
    found = look.found[slug]
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
    following = [(each.slug, look.found[each.slug]) for each in look.badges if each is not badge]
    announced = definition.get("announce", True)
    return {
        **document,
        "id": document["_id"],
        "gain": found.gained,
        "lose": found.lost,
        "keep": found.kept,
        "gains": _shown(found.gains),
        "losses": _shown(found.losses),
        "chains": [{"badge": name, "gain": each.gained, "lose": each.lost} for name, each in following],
        "notifications": (found.gained if announced else 0)
        + found.lost
        + sum(each.gained + each.lost for _, each in following),
        "cost": {
            "members": look.members,
            "facts": look.facts,
            "seconds": round(time.monotonic() - began, 3),
        },
    }


def _to_look_at(badge: Badge, rules: Rules) -> _Look:
    """Who holds a badge with a maximum is known in the end alone: what follows it is not looked at."""
    linked = chains.in_order({**rules.badges, badge.slug: badge})
    following = [] if badge.most_holders is not None else chains.after([badge.slug], linked)
    every = [badge, *(each for each in following if each.slug != badge.slug)]
    return _Look(badge, every, {each.slug: _Found() for each in every})


def _badge(slug: str, definition: Definition, defined: Document | None, now: datetime) -> Badge:
    """The badge as it would be: dated, if it says so, else for all that was ever done."""
    content = life.content(definition)
    if "effective" not in definition or defined is None:
        return badges.badge(slug, content)
    since = life.effective(definition, now)
    earlier = life.dated(slug, defined["definition"], content, since, communities.earlier(defined))
    return badges.badge(slug, content, effective=since, earlier=earlier)


def _chunks(community: str, badge: Badge, definition: Definition) -> Iterator[dict[str, list[Document]]]:
    """The facts that the definition asks for, by member; all who hold a badge or were given one are among them."""
    after: str | None = ""
    query = _query(badge, definition)
    while after is not None:
        surviving = facts.following_members(community, after, _AT_ONCE, query)
        last = max(surviving, default=None)
        others = sorted(set(awards.members_between(community, after, last)) - surviving.keys())
        yield surviving
        for start in range(0, len(others), _AT_ONCE):
            yield {member: [] for member in others[start : start + _AT_ONCE]}
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


def _look(look: _Look, stored: Document, members: Mapping[str, Sequence[Document]]) -> None:
    deeds = {member: [facts.fact(each) for each in documents] for member, documents in members.items()}
    context = counting.context(stored, deeds)
    slugs = {each.slug for each in look.badges}
    linked = {link.badge for each in look.badges for link in chains.links(each)}
    before: dict[str, dict[str, list[Document]]] = {}
    for each in awards.of_members(deeds, slugs | linked).values():
        before.setdefault(each["member"], {}).setdefault(each["badge"], []).append(each)
    decisions = awards.decisions(communities.aliases(deeds), slugs)
    for member, own in deeds.items():
        _, counted = recognition.from_scratch(own, Rules(0, [look.badge]), context)
        tallies = {name: each for (_, name), each in counted.items()}
        stands = {slug: _once_held(each) for slug, each in before.get(member, {}).items()}
        for badge in look.badges:
            earned = _earned(badge, tallies, stands)
            now = rules_of_awards.decided(badge, earned, decisions.get((member, badge.slug), ()))
            held = {
                awards.name(each): awards.award(each)
                for each in before.get(member, {}).get(badge.slug, ())
                if each["state"] == awards.HELD
            }
            stands[badge.slug] = list(now.values())
            standing = {key: each for key, each in now.items() if each.revoked_at is None}
            _compare(member, held, standing, look.found[badge.slug])
    look.members += len(deeds)
    look.facts += sum(len(each) for each in deeds.values())


def _earned(
    badge: Badge, tallies: Mapping[str | None, Tally], stands: Mapping[str, Sequence[Award]]
) -> dict[Key, Award]:
    if not chains.links(badge):
        return rules_of_awards.derived(badge, tallies, clock.now())
    award = chains.earned(badge, stands)
    return {rules_of_awards.key(award): award} if award else {}


def _once_held(documents: Sequence[Document]) -> list[Award]:
    return [awards.award(each) for each in documents if each["state"] in {awards.HELD, awards.REVOKED}]


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
        of_level.sort(key=lambda each: rules_of_awards.in_line(*each))
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
