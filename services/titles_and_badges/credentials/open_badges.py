"""What a credential says, and how Open Badges 3.0 writes it: plain JSON, not signed yet.

https://www.imsglobal.org/spec/ob/v3p0/
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from services.titles_and_badges.credentials import contexts
from shared import clock

Json = dict[str, Any]

MEDIA_TYPE = "application/vc+ld+json"
REVOCATION = "revocation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Achievement:
    """What was achieved; `path`, percent-encoded, tells it from all else (`badges/nice-answer/bronze`)."""

    path: str
    name: str
    level: str | None = None
    description: str
    criteria: str

    @property
    def label(self) -> str:
        """Its name, with the level."""
        return f"{self.name} ({self.level})" if self.level else self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Whatever was awarded, a badge or a title: all that its credential says.

    `member` is what the community calls him, and is only ever written as a salted hash. `evidence` are addresses.
    """

    achievement: Achievement
    member: str
    awarded_at: datetime
    valid_until: datetime | None = None
    evidence: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """Who says it: the community, at the address that its credentials carry for ever."""

    address: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a credential lives: its own address, and its bit in a status list."""

    address: str
    status_list: str
    status_index: int


def badge(slug: str, definition: Mapping[str, Any], level: str | None) -> Achievement:
    """What a badge, or a level of it, stands for, out of its definition."""
    said = definition.get("description") or definition["name"]
    reached = {each["name"]: each["at"] for each in definition.get("levels") or ()}
    return Achievement(
        path="/".join(quote(part, safe="") for part in ("badges", slug, level) if part),
        name=definition["name"],
        level=level,
        description=said,
        criteria=f"{said} ({level}: {reached[level]})" if level in reached else said,
    )


def title(slug: str, definition: Mapping[str, Any], period: str) -> Achievement:
    """What a title of a month (`2026-10`) stands for, out of its definition."""
    said = definition.get("description") or definition["name"]
    return Achievement(
        path="/".join(quote(part, safe="") for part in ("titles", slug, period)),
        name=definition["name"],
        level=period,
        description=said,
        criteria=f"{said} ({period})",
    )


def credential(claim: Claim, issuer: Issuer, place: Place, *, salt: str) -> Json:
    """An OpenBadgeCredential without its proof."""
    written: Json = {
        "@context": [contexts.CREDENTIALS, contexts.OPEN_BADGES],
        "id": place.address,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": issuer.address, "type": ["Profile"], "name": issuer.name},
        "validFrom": clock.text(claim.awarded_at),
        "name": claim.achievement.label,
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [_recipient(claim.member, salt)],
            "achievement": achievement(claim.achievement, issuer.address),
        },
        "credentialStatus": _status(place),
    }
    if claim.valid_until is not None:
        written["validUntil"] = clock.text(claim.valid_until)
    if claim.evidence:
        written["evidence"] = [{"id": address, "type": ["Evidence"]} for address in claim.evidence]
    return written


def achievement(achieved: Achievement, issuer: str) -> Json:
    """What was achieved, as credentials of the issuer at this address write it."""
    address = f"{issuer}/achievements/{achieved.path}"
    return {
        "id": address,
        "type": ["Achievement"],
        "achievementType": "Badge",
        "name": achieved.label,
        "description": achieved.description,
        "criteria": {"narrative": achieved.criteria},
        "image": {"id": f"{address}/image.svg", "type": "Image"},
    }


def identity_hash(member: str, salt: str) -> str:
    """How a member is named in a credential: who knows him can check it, who does not learns nothing."""
    return "sha256$" + sha256((member + salt).encode()).hexdigest()


def profile(issuer: Issuer, keys: Sequence[str]) -> Json:
    """The issuer as its own address answers: an Open Badges profile that lists its public keys (Multikey).

    A key that is not listed is not the issuer's, or is no longer.
    """
    return {
        "@context": [
            "https://www.w3.org/ns/did/v1",
            "https://w3id.org/security/multikey/v1",
            contexts.OPEN_BADGES,
        ],
        "id": issuer.address,
        "type": ["Profile"],
        "name": issuer.name,
        "verificationMethod": [_method(issuer, key) for key in keys],
        "assertionMethod": [method(issuer, key) for key in keys],
    }


def method(issuer: Issuer, key: str) -> str:
    """The address of a public key, as proofs name it: the issuer's own, with the key itself behind the #."""
    return f"{issuer.address}#{key}"


def _method(issuer: Issuer, key: str) -> Json:
    return {
        "id": method(issuer, key),
        "type": "Multikey",
        "controller": issuer.address,
        "publicKeyMultibase": key,
    }


def _recipient(member: str, salt: str) -> Json:
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": identity_hash(member, salt),
        "identityType": "accountId",
        "salt": salt,
    }


def _status(place: Place) -> Json:
    return {
        "id": f"{place.status_list}#{place.status_index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": REVOCATION,
        "statusListIndex": str(place.status_index),
        "statusListCredential": place.status_list,
    }
