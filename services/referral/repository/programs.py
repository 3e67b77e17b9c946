"""Programs and their versions."""

from datetime import datetime
from fractions import Fraction
from typing import Any

import msgspec
from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.domain.programs import Program, Terms, Version
from shared import mongo
from shared.mongo import Document

#: What a transaction remembers: the programs of communities.
_READ = "programs"


def load(community: str, slug: str) -> Program | None:
    """A program with all its versions, None where there is none."""
    return next((each for each in every(community) if each.slug == slug), None)


def every(community: str) -> list[Program]:
    """The programs of a community, by slug."""
    known = mongo.remembered(_READ)
    if community not in known:
        known[community] = [
            _program(each) for each in _programs().find({"community": community}).sort("slug", 1)
        ]
    return list(known[community])


def everywhere() -> dict[tuple[str, str], Program]:
    """The programs of all communities, by community and slug."""
    found = _programs().find({}, batch_size=mongo.AT_ONCE)
    return {(each["community"], each["slug"]): _program(each) for each in found}


def keep(community: str, program: Program) -> None:
    """Keep a program, inside the running transaction."""
    mongo.forget(_READ)
    key = _key(community, program.slug)
    document = {
        "community": community,
        "slug": program.slug,
        "name": program.name,
        "starts": program.starts,
        "ends": program.ends,
        "versions": [
            {"number": each.number, "effective": each.effective, "terms": _written(each.terms)}
            for each in program.versions
        ],
    }
    _programs().replace_one({"_id": key}, document, upsert=True)


def plan(community: str, slug: str, asks: datetime | None) -> None:
    """Note when a program is to ask again who holds what makes an advocate, inside the running transaction."""
    change: Document = {"$unset": {"asks": ""}} if asks is None else {"$set": {"asks": asks}}
    _programs().update_one({"_id": _key(community, slug)}, change)


def due(now: datetime) -> list[tuple[str, str]]:
    """(community, slug) of programs that are to ask."""
    found = _programs().find({"asks": {"$lte": now}}, {"community": 1, "slug": 1})
    return [(each["community"], each["slug"]) for each in found]


def _program(stored: Document) -> Program:
    return Program(
        slug=stored["slug"],
        name=stored["name"],
        starts=stored.get("starts"),
        ends=stored.get("ends"),
        versions=tuple(
            Version(number=each["number"], effective=each["effective"], terms=_terms(each["terms"]))
            for each in stored["versions"]
        ),
    )


def _written(terms: Terms) -> Document:
    """Terms as BSON holds them; a rate is written as a fraction, exactly."""
    found: Document = msgspec.to_builtins(terms, order="deterministic", enc_hook=str)
    return found


def _terms(written: Document) -> Terms:
    # What an older version of Laurel wrote lacks fields that were added since: they take their defaults.
    return msgspec.convert(written, Terms, dec_hook=_read)


def _read(kind: type, written: Any) -> Any:  # noqa: ANN401 (whatever a field holds)
    return Fraction(written) if kind is Fraction else written


def _key(community: str, slug: str) -> str:
    return f"{community}:{slug}"


def _programs() -> Collection[Document]:
    return mongo.collection(DATABASE, "programs")
