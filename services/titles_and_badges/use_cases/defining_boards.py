"""Boards are defined, redefined and retired."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.titles_and_badges.domain import badges as life
from services.titles_and_badges.domain import defaults
from services.titles_and_badges.domain.boards import board as check
from services.titles_and_badges.domain.boards.definitions import ALWAYS, POLICY
from services.titles_and_badges.repository import DATABASE, communities
from services.titles_and_badges.repository.boards import definitions
from services.titles_and_badges.use_cases import recounting
from shared import mongo, work
from shared.errors import Conflict, Invalid, NotFound, Place
from shared.mongo import Document

Definition = Mapping[str, Any]

#: When a changed policy begins to hold: for what is done from now on, or for all that was ever done.
NOW = "now"
EVER = "always"
#: What may change without anybody being counted anew.
_WORDS = frozenset({"name", "description", "ties"})
#: What a definition says beside its content.
_OUTSIDE = frozenset({"slug", "status", "effective"})


@mongo.in_transaction(DATABASE)
def define(community: str, written: Mapping[str, Definition], now: datetime) -> list[str]:
    """Define boards, slug → definition. Returns the slugs of those that differ from what is stored.

    A new board counts all that was ever done. A changed policy holds for what is done from now on, unless `effective`
    orders a recompute: "always", or a moment. Raises Invalid.
    """
    changed: list[tuple[Document, bool]] = []
    recount = False
    for slug, definition in written.items():
        stored = definitions.one(community, slug)
        document = as_defined(community, slug, definition, stored, now)
        if stored is not None and _same(stored, document):
            continue
        changed.append((document, stored is not None))
        recount = recount or stored is None or _counts_otherwise(stored, document)
    if changed:
        definitions.keep(changed)
    if recount:
        _count_anew(community)
    return [document["slug"] for document, _ in changed]


def as_defined(
    community: str, slug: str, definition: Definition, stored: Document | None, now: datetime
) -> Document:
    """A board as it would be stored. Raises Invalid."""
    check(slug, definition)  # refuses what is wrong
    content, named = _with_members(
        community, {name: each for name, each in definition.items() if name not in _OUTSIDE}
    )
    history = list(stored.get("history", ())) if stored else []
    if stored:
        history.append({name: stored[name] for name in ("version", "status", "definition", "changed")})
    return {
        "_id": definitions.key(community, slug),
        "community": community,
        "slug": slug,
        "version": stored["version"] + 1 if stored else 1,
        "status": definition.get("status", life.ACTIVE),
        "definition": content,
        "policies": _policies(stored, content, definition.get("effective", NOW), now),
        "named": sorted({*named, *(stored["named"] if stored else ())}),
        "changed": now,
        "history": history,
    }


@mongo.in_transaction(DATABASE)
def retire(community: str, slug: str, now: datetime) -> None:
    """Retire a board: what is done from now on earns nothing on it, and its standings stay. Raises NotFound."""
    stored = definitions.one(community, slug)
    if stored is None:
        raise NotFound("board", slug)
    if stored["status"] != life.RETIRED:
        definitions.keep([({**stored, "status": life.RETIRED, "ended": now, "changed": now}, True)])
        _count_anew(community)


def follow(merged: Sequence[str], erased: Iterable[str]) -> None:
    """Members became others, or were erased: exclusions go with the person, or forget whom they were about.

    Inside the running transaction.
    """
    gone = set(erased)
    for stored in definitions.naming([*merged, *gone]):
        if gone & set(stored["named"]):
            definitions.keep([(_without(stored, gone), True)])
        _count_anew(stored["community"])


def check_file(written: Any) -> dict[str, Definition]:  # noqa: ANN401 (a file's JSON)
    """Read the boards of a file of definitions: `{"boards": [{"slug": …, …}]}`. Raises Conflict or Invalid."""
    listed = written.get("boards", ()) if isinstance(written, Mapping) else None
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        message = "The boards of a file of definitions are a list."
        raise Conflict(message)
    found: dict[str, Definition] = {}
    for index, each in enumerate(listed):
        slug = each.get("slug") if isinstance(each, Mapping) else None
        if not isinstance(slug, str) or slug in found:
            message = f"Every board in the file has a slug of its own; {slug!r} is missing or there twice."
            raise Conflict(message)
        try:
            check(slug, each)
        except Invalid as refusal:
            places = [
                Place(pointer=f"/boards/{index}{place['pointer']}", detail=place["detail"])
                for place in refusal.errors
            ]
            raise Invalid(refusal.detail, errors=places) from refusal
        found[slug] = {name: value for name, value in each.items() if name != "slug"}
    return found


def _policies(stored: Document | None, content: Definition, effective: Any, now: datetime) -> list[Document]:  # noqa: ANN401
    policy = {name: content[name] for name in POLICY if name in content}
    before = list(stored["policies"]) if stored else []
    if not before or effective == EVER:
        return [{"since": ALWAYS, "definition": policy}]
    since = now if effective == NOW else effective
    if effective == NOW and before[-1]["definition"] == policy:
        return before
    kept = [each for each in before if each["since"] < since]
    return [*kept, {"since": since, "definition": policy}]


def _with_members(community: str, content: Definition) -> tuple[Document, list[str]]:
    """The definition with Laurel's ids of the members that it names, and these. Raises Invalid for who is not known."""
    named: list[str] = []

    def with_member(each: Definition, pointer: str) -> Definition:
        if "member" not in each:
            return each
        profile = communities.member_of(community, each["member"])
        if profile is None:
            detail = f"There is no member {each['member']!r}."
            raise Invalid(
                "The definition is wrong.", errors=[Place(pointer=f"{pointer}/member", detail=detail)]
            )
        named.append(profile["_id"])
        return {**each, "member": profile["_id"]}

    exclude = {
        purpose: [with_member(each, f"/exclude/{purpose}/{index}") for index, each in enumerate(listed)]
        for purpose, listed in content.get("exclude", {}).items()
    }
    return {**content, **({"exclude": exclude} if exclude else {})}, named


def _same(stored: Document, document: Document) -> bool:
    differing = defaults.differing(stored["definition"], document["definition"], defaults.BOARD)
    return not differing and all(stored[name] == document[name] for name in ("status", "policies"))


def _counts_otherwise(stored: Document, document: Document) -> bool:
    if stored["status"] != document["status"] or stored["policies"] != document["policies"]:
        return True
    return bool(defaults.differing(stored["definition"], document["definition"], defaults.BOARD) - _WORDS)


def _without(stored: Document, gone: set[str]) -> Document:
    history = [{**each, "definition": _forgetting(each["definition"], gone)} for each in stored["history"]]
    named = [each for each in stored["named"] if each not in gone]
    definition = _forgetting(stored["definition"], gone)
    return {**stored, "definition": definition, "history": history, "named": named}


def _forgetting(definition: Definition, gone: set[str]) -> Document:
    exclude = {
        purpose: [each for each in listed if each.get("member") not in gone]
        for purpose, listed in definition.get("exclude", {}).items()
    }
    return {**definition, **({"exclude": exclude} if exclude else {})}


def _count_anew(community: str) -> None:
    communities.raise_rules(community)
    work.add(DATABASE, recounting.ALL, community)
