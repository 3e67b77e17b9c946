"""Badges are defined, redefined and retired; people grant and revoke."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.titles_and_badges.domain import badges, chains, life, standing
from services.titles_and_badges.domain.awards import GRANT, REVOKE, Decision
from services.titles_and_badges.repository import DATABASE, awards, communities, facts, previews
from services.titles_and_badges.repository.tallies import Book
from services.titles_and_badges.use_cases import allocating, counting, recounting
from services.titles_and_badges.use_cases.awarding import Ceremony, Concern
from shared import mongo, work
from shared.errors import Conflict, Invalid, NotFound, Place
from shared.mongo import Document

Definition = Mapping[str, Any]


@mongo.in_transaction(DATABASE)
def define(community: str, definitions: Mapping[str, Definition], now: datetime) -> list[str]:
    """Define badges, slug → definition. Returns the slugs of those that differ from what is stored.

    Whoever qualifies for a new one already gets it by a back-fill, with the date of the deed. A change of an active one
    holds for what is done from now on, or from its `effective` on; or, if it names a preview in `recompute`, for all
    that was ever done. Raises Invalid or Conflict.
    """
    changed: list[tuple[Document, bool]] = []
    for slug, definition in definitions.items():
        badges.badge(slug, life.content(definition))  # refuses what is wrong
        stored = communities.definition(community, slug)
        status = definition.get("status", badges.ACTIVE)
        content = life.content(definition)
        if stored is not None and _same(stored, status, content):
            continue
        document = _document(community, slug, content, status, stored, now)
        if status == badges.ACTIVE:
            document |= _coming_into_force(community, slug, definition, stored, now)
        changed.append((document, stored is not None))
    if changed:
        check_chains(community, {document["slug"]: document for document, _ in changed})
        communities.keep_definitions(community, changed)
        limited = {document["slug"] for document, _ in changed if document["definition"].get("most_holders")}
        allocating.order(community, limited)
        work.add(DATABASE, recounting.ALL, community)
    return [document["slug"] for document, _ in changed]


def _same(stored: Document, status: str, content: Definition) -> bool:
    return stored["status"] == status and not life.differing(stored["definition"], content)


def _coming_into_force(
    community: str, slug: str, definition: Definition, stored: Document | None, now: datetime
) -> Document:
    """From when on an active definition holds, and which held before."""
    if stored is None or stored["status"] != badges.ACTIVE:
        return {"activated": now}
    if definition.get("recompute") is not None:
        rules = communities.load([community])[community].get("rules", 0)
        preview = previews.load(community, str(definition["recompute"]))
        life.check_preview(preview, slug, definition, version=stored["version"], rules=rules)
        return {"activated": now}
    kept: Document = {name: stored[name] for name in ("activated", "effective", "earlier") if name in stored}
    before, after = stored["definition"], life.content(definition)
    if not life.revalues(before, after):
        return kept
    since = life.effective(definition, now)
    earlier = life.dated(slug, before, after, since, communities.earlier(stored))
    dated = [{"until": each.until, "definition": dict(each.definition)} for each in earlier]
    return {**kept, "effective": since, "earlier": dated}


def check_chains(community: str, changed: Mapping[str, Document]) -> None:
    """Refuse chains of badges or levels that there would not be, and circles. Raises Invalid."""
    stored = {each["slug"]: each for each in communities.definitions(community)}
    chains.check(
        {slug: badges.badge(slug, each["definition"]) for slug, each in {**stored, **changed}.items()}
    )


@mongo.in_transaction(DATABASE)
def retire(community: str, slug: str, now: datetime) -> None:
    """Retire a badge: what is done from now on counts for it no more, and what is held stays. Raises NotFound."""
    stored = communities.definition(community, slug)
    if stored is None:
        raise NotFound("badge", slug)
    if stored["status"] != badges.RETIRED:
        communities.keep_definitions(
            community, [({**stored, "status": badges.RETIRED, "until": now, "changed": now}, True)]
        )
        work.add(DATABASE, recounting.ALL, community)


@mongo.in_transaction(DATABASE)
def decide(  # noqa: PLR0913 (who decided what about whom, and why)
    community: str,
    external_id: str,
    slug: str,
    *,
    kind: str,
    object_id: str | None,
    reason: str,
    decided_by: str | None,
    now: datetime,
) -> Document:
    """Grant or revoke a badge, with a reason. Returns the award. Deciding the same again changes nothing.

    Raises NotFound, or Conflict where there is nothing to revoke or the badge does not fit.
    """
    communities.pass_barrier(communities.DECISIONS)
    stored = communities.load([community])
    rules = communities.rules(community, stored)
    badge = rules.badges.get(slug)
    profile = communities.member_of(community, external_id)
    if badge is None:
        raise NotFound("badge", slug)
    if profile is None:
        raise NotFound("member", external_id)
    decision = Decision(kind=kind, object=object_id, at=now, reason=reason)
    _check_decision(badge, decision, communities.standing(profile))
    member = profile["_id"]
    key = awards.key(community, member, (slug, badge.thresholds[0].level, object_id))
    held = awards.of_members([member], [slug]).get(key)
    if held is not None and held["state"] == (awards.HELD if kind == GRANT else awards.REVOKED):
        return held
    if kind == REVOKE and (held is None or held["state"] != awards.HELD):
        message = f"The member does not hold {slug!r}."
        raise Conflict(message)
    awards.keep_decision(community, member, slug, decision, decided_by)
    _settle_decision(community, member, badge, rules, stored[community])
    return awards.of_members([member], [slug])[key]


def _check_decision(badge: badges.Badge, decision: Decision, profile: standing.Profile) -> None:
    if (decision.object is not None) != (badge.repeat == badges.ONCE_AN_OBJECT):
        needs = "once an object: name it" if decision.object is None else "once a member"
        message = f"This badge is given {needs}."
        raise Conflict(message)
    if decision.kind == GRANT:
        reason = (
            "the badge is retired" if badge.until is not None else standing.excluded(profile, decision.at)
        )
        if reason is not None:
            message = f"It cannot be granted: {reason}."
            raise Conflict(message)


def _settle_decision(
    community: str, member: str, badge: badges.Badge, rules: badges.Rules, stored: Document
) -> None:
    book = Book([member])
    ceremony = Ceremony(community, rules)
    if book.revision(member) in {None, rules.revision}:
        book.load_all_objects([member])
        ceremony.settle({member: Concern([badge])}, book)
        book.put(community, member, rules.revision, {})
    else:
        # His tallies are those of older rules, which may have had other thresholds.
        counting.recount(community, facts.of_members([member]), rules, stored, book, ceremony)
    book.write()
    ceremony.end()


def _without_badges(written: Mapping[str, Any]) -> Sequence[Any] | None:
    """A file may hold boards or titles alone."""
    return [] if {"boards", "titles"} & set(written) else None


def check_file(written: Any) -> dict[str, Definition]:  # noqa: ANN401 (a file's JSON)
    """Read the badges of a file of definitions: `{"badges": [{"slug": …, …}]}`. Raises Conflict or Invalid."""
    listed = written.get("badges", _without_badges(written)) if isinstance(written, Mapping) else None
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        message = "A file of definitions is an object with a list of badges."
        raise Conflict(message)
    found: dict[str, Definition] = {}
    for index, each in enumerate(listed):
        slug = each.get("slug") if isinstance(each, Mapping) else None
        if not isinstance(slug, str) or slug in found:
            message = f"Every badge in the file has a slug of its own; {slug!r} is missing or there twice."
            raise Conflict(message)
        try:
            badges.badge(slug, each)
        except Invalid as refusal:
            places = [
                Place(pointer=f"/badges/{index}{place['pointer']}", detail=place["detail"])
                for place in refusal.errors
            ]
            raise Invalid(refusal.detail, errors=places) from refusal
        found[slug] = {name: value for name, value in each.items() if name != "slug"}
    return found


def _document(
    community: str, slug: str, content: Definition, status: str, stored: Document | None, now: datetime
) -> Document:
    history = list(stored.get("history", ())) if stored else []
    if stored:
        history.append({name: stored[name] for name in ("version", "status", "definition", "changed")})
    document: Document = {
        "_id": f"{community}:{slug}",
        "community": community,
        "slug": slug,
        "version": stored["version"] + 1 if stored else 1,
        "status": status,
        "definition": dict(content),
        "changed": now,
        "history": history,
    }
    if status == badges.RETIRED:
        document["until"] = now
    return document
