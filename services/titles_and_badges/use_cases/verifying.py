"""Our own credentials, checked as a stranger would: by the issuer's keys and the signed status list."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.titles_and_badges.credentials import baking, checking, status_list
from services.titles_and_badges.credentials.baking import NotBaked
from services.titles_and_badges.credentials.checking import Answer
from services.titles_and_badges.credentials.data_integrity import BadProof
from services.titles_and_badges.credentials.open_badges import Json
from services.titles_and_badges.use_cases import issuing
from services.titles_and_badges.use_cases.issuing import Office
from shared.errors import Malformed, NotFound


def check(credential: Mapping[str, Any], office: Office, now: datetime) -> list[Answer]:
    """Every question about a credential, with its answer; another issuer's fails."""

    def key_of(method: str, issuer: str) -> Ed25519PublicKey:
        return checking.listed_by(_profile(issuer, office))(method, issuer)

    def revoked(entry: Mapping[str, Any]) -> bool:
        return _is_revoked(entry, office, now)

    return checking.check(credential, key_of=key_of, revoked=revoked, now=now)


def read(content: bytes) -> Json:
    """The credential in a file: signed JSON, or a picture that carries it. Raises Malformed."""
    try:
        found = json.loads(_text(content))
    except (NotBaked, ValueError) as error:
        message = "There is no credential in this file: neither JSON, nor a PNG or SVG that carries it."
        raise Malformed(message) from error
    if not isinstance(found, dict):
        message = "The credential in this file is no JSON object."
        raise Malformed(message)
    return found


def _text(content: bytes) -> str:
    if content.startswith(b"\x89PNG"):
        return baking.from_png(content)
    text = content.decode()
    return baking.from_svg(text) if text.lstrip().startswith("<") else text


def _profile(issuer: str, office: Office) -> Json:
    try:
        return issuing.profile(_community(issuer, office), office)
    except NotFound:
        message = "the issuer is none of ours"
        raise BadProof(message) from None


def _is_revoked(entry: Mapping[str, Any], office: Office, now: datetime) -> bool:
    """What the bit says; ValueError where it is not to be found."""
    try:
        issuer, _, number = str(entry["statusListCredential"]).rpartition("/status/")
        listed = json.loads(issuing.signed_list(_community(issuer, office), int(number), office, now))
        return status_list.is_set(listed["credentialSubject"]["encodedList"], int(entry["statusListIndex"]))
    except (NotFound, KeyError) as error:
        message = "the status list is none of ours"
        raise ValueError(message) from error


def _community(issuer: str, office: Office) -> str:
    """The community behind an issuer's address. Raises NotFound."""
    own = f"{office.address}/issuers/"
    if not issuer.startswith(own):
        raise NotFound("issuer", issuer)
    return unquote(issuer.removeprefix(own))
