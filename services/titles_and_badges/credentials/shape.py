"""Whether a document has the form of an Open Badges 3.0 credential: what is wrong is named, first things first."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from services.titles_and_badges.credentials import contexts

_BADGE_TYPES = {"OpenBadgeCredential", "AchievementCredential"}
#: Other versions mean other RDF; of 3.0 we read what we have as a file.
_OPEN_BADGES = re.compile(r"https://purl\.imsglobal\.org/spec/ob/v3p0/context-3\.0\.\d+\.json")

#: Where something may stand → the type that it must have then.
_TYPES = (
    ("issuer", "Profile"),
    ("issuer/parentOrg", "Profile"),
    ("issuer/otherIdentifier", "IdentifierEntry"),
    ("credentialSubject", "AchievementSubject"),
    ("credentialSubject/identifier", "IdentityObject"),
    ("credentialSubject/source", "Profile"),
    ("credentialSubject/result", "Result"),
    ("credentialSubject/achievement", "Achievement"),
    ("credentialSubject/achievement/creator", "Profile"),
    ("credentialSubject/achievement/resultDescription", "ResultDescription"),
    ("evidence", "Evidence"),
)
#: Where something stands → what it must say.
_MEMBERS = (
    ("", ("id", "type", "issuer", "validFrom", "credentialSubject")),
    ("issuer", ("id",)),
    ("credentialSubject/achievement", ("id", "name", "description", "criteria")),
)


def faults(credential: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the form of a credential, the gravest first."""
    yield from _context(credential)
    yield from _kind(credential)
    yield from _members(credential)
    yield from _types(credential)
    yield from _subject(credential)


def _context(credential: Mapping[str, Any]) -> Iterator[str]:
    named = credential.get("@context")
    if not isinstance(named, list) or not named or named[0] != contexts.CREDENTIALS:
        yield "it is no credential of the data model 2.0"
    elif not any(isinstance(each, str) and _OPEN_BADGES.fullmatch(each) for each in named[1:]):
        yield "it is no credential of Open Badges 3.0"


def _kind(credential: Mapping[str, Any]) -> Iterator[str]:
    kinds = set(map(str, listed(credential.get("type"))))
    if "VerifiableCredential" not in kinds or not kinds & _BADGE_TYPES:
        yield "its type is not that of an Open Badge"


def _members(credential: Mapping[str, Any]) -> Iterator[str]:
    for path, names in _MEMBERS:
        for found in _at(credential, path):
            if isinstance(found, Mapping):
                yield from (
                    f"{path or 'the credential'} lacks {name}" for name in names if not found.get(name)
                )


def _types(credential: Mapping[str, Any]) -> Iterator[str]:
    for path, wanted in _TYPES:
        for found in _at(credential, path):
            if isinstance(found, Mapping) and wanted not in listed(found.get("type")):
                yield f"the type of {path} is not {wanted}"


def _subject(credential: Mapping[str, Any]) -> Iterator[str]:
    for subject in _at(credential, "credentialSubject"):
        if not isinstance(subject, Mapping) or not (subject.get("id") or subject.get("identifier")):
            yield "it does not say to whom it was given"
        elif not subject.get("achievement"):
            yield "it does not say what for"


def _at(document: object, path: str) -> Iterator[Any]:
    """What stands at a path; lists are gone into."""
    name, _, rest = path.partition("/")
    if not name:
        yield from listed(document)
        return
    for each in listed(document):
        if isinstance(each, Mapping):
            yield from _at(each.get(name), rest)


def listed(value: object) -> list[Any]:
    """JSON-LD writes one value with or without a list around it."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
