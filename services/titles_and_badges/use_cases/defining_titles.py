"""Titles are defined, redefined and retired. What is sealed keeps the definitions that it was sealed with."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.titles_and_badges.domain import badges as life
from services.titles_and_badges.domain import defaults
from services.titles_and_badges.domain.titles import definitions
from services.titles_and_badges.domain.titles.written import invalid
from services.titles_and_badges.repository import DATABASE, communities, titles
from services.titles_and_badges.repository.boards import definitions as boards
from shared import mongo
from shared.errors import Conflict, Invalid, NotFound, Place
from shared.mongo import Document

Definition = Mapping[str, Any]

MOST_TITLES = 100


@mongo.in_transaction(DATABASE)
def define(community: str, wanted: Mapping[str, Definition], now: datetime) -> list[str]:
    """Define titles, slug → definition. Returns the slugs of those that differ from what is stored.

    Members are named by the community's own ids. Raises Invalid, also where a title's board is not defined.
    """
    known = {each["slug"]: each for each in titles.definitions(community)}
    if len(known.keys() | wanted.keys()) > MOST_TITLES:
        message = f"A community has {MOST_TITLES} titles at most."
        raise Conflict(message)
    changed: list[tuple[Document, bool]] = []
    for slug, definition in wanted.items():
        stored = known.get(slug)
        document = as_defined(community, slug, definition, stored, now)
        if stored is None or _differs(stored, document):
            changed.append((document, stored is not None))
    if changed:
        titles.keep_definitions(changed)
    return [document["slug"] for document, _ in changed]


def as_defined(
    community: str, slug: str, definition: Definition, stored: Document | None, now: datetime
) -> Document:
    """A title as it would be stored. Raises Invalid, also where its board is not defined."""
    definitions.title(slug, definition)  # refuses what is wrong
    if boards.one(community, definition["board"]) is None:
        raise invalid("/board", f"there is no board {definition['board']!r}")
    content = {name: value for name, value in definition.items() if name not in {"status", "slug"}}
    if "excluded" in content:
        content["excluded"] = _by_our_ids(community, content["excluded"])
    return _document(community, slug, content, definition.get("status", life.ACTIVE), stored, now)


@mongo.in_transaction(DATABASE)
def retire(community: str, slug: str, now: datetime) -> None:
    """Retire a title: no month that is sealed for the first time from now on has a holder of it. Raises NotFound."""
    stored = titles.definition(community, slug)
    if stored is None:
        raise NotFound("title", slug)
    if stored["status"] != life.RETIRED:
        titles.keep_definitions([({**stored, "status": life.RETIRED, "changed": now}, True)])


def check_file(written: Any) -> dict[str, Definition]:  # noqa: ANN401 (a file's JSON)
    """Read the titles of a file of definitions, if it has any: `{"titles": [{"slug": …, …}]}`.

    Raises Conflict or Invalid.
    """
    listed = written.get("titles", []) if isinstance(written, Mapping) else []
    if not isinstance(listed, Sequence) or isinstance(listed, str):
        message = "The titles of a file are a list."
        raise Conflict(message)
    found: dict[str, Definition] = {}
    for index, each in enumerate(listed):
        slug = each.get("slug") if isinstance(each, Mapping) else None
        if not isinstance(slug, str) or slug in found:
            message = f"Every title in the file has a slug of its own; {slug!r} is missing or there twice."
            raise Conflict(message)
        try:
            definitions.title(slug, each)
        except Invalid as refusal:
            places = [
                Place(pointer=f"/titles/{index}{place['pointer']}", detail=place["detail"])
                for place in refusal.errors
            ]
            raise Invalid(refusal.detail, errors=places) from refusal
        found[slug] = {name: value for name, value in each.items() if name != "slug"}
    return found


def _differs(stored: Document, document: Document) -> bool:
    differing = defaults.differing(stored["definition"], document["definition"], defaults.TITLE)
    return bool(differing) or stored["status"] != document["status"]


def _by_our_ids(community: str, excluded: Sequence[Mapping[str, Any]]) -> list[Document]:
    """Exclusions as they are stored: by Laurel's ids, so that an erasure leaves nothing of a member here."""
    found = []
    for index, each in enumerate(excluded):
        profile = communities.member_of(community, each["member"])
        if profile is None:
            raise invalid(f"/excluded/{index}/member", f"there is no member {each['member']!r}")
        found.append({**each, "member": profile["_id"]})
    return found


def _document(
    community: str, slug: str, content: Document, status: str, stored: Document | None, now: datetime
) -> Document:
    history = list(stored.get("history", ())) if stored else []
    if stored:
        history.append({name: stored[name] for name in ("version", "status", "definition", "changed")})
    return {
        "_id": f"{community}:{slug}",
        "community": community,
        "slug": slug,
        "version": stored["version"] + 1 if stored else 1,
        "status": status,
        "definition": content,
        "changed": now,
        "history": history,
    }
