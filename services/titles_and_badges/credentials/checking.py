"""Is a credential what it says it is? Each question is asked and answered apart, so that people can be told.

Nothing is fetched here: whose keys are trusted, and what a status list says, is passed in.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from services.titles_and_badges.credentials import data_integrity, multikey
from services.titles_and_badges.credentials.data_integrity import BadProof
from services.titles_and_badges.credentials.shape import faults, listed
from shared import clock

Credential = Mapping[str, Any]

#: What is asked, in the order in which it is told.
Question = Literal["form", "proof", "issued", "expired", "revoked"]
Verdict = Literal["passed", "failed", "unknown"]

#: `key_of(verification method, issuer)`: the key, if it is this issuer's. Raises BadProof.
KeyOf = Callable[[str, str], Ed25519PublicKey]
#: `revoked(status entry)`: whether its bit is set. Raises ValueError when that cannot be said.
Revoked = Callable[[Mapping[str, Any]], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one question, and why."""

    question: Question
    verdict: Verdict
    reason: str = ""


def check(credential: Credential, *, key_of: KeyOf, revoked: Revoked, now: datetime) -> list[Answer]:
    """Every question with its answer; the credential holds when all have passed."""
    return [
        _form(credential),
        _proof(credential, key_of),
        _issued(credential, now),
        _expired(credential, now),
        _revoked(credential, revoked),
    ]


def holds(answers: Sequence[Answer]) -> bool:
    """Whether all has passed."""
    return all(answer.verdict == "passed" for answer in answers)


def key_in_method(method: str, issuer: str) -> Ed25519PublicKey:
    """The key that an address itself contains: `did:key:…`, or `issuer#key`. Raises BadProof.

    That the issuer's own address lists the key is not known by this; who can, asks there.
    """
    address, _, fragment = method.partition("#")
    if method.startswith("did:key:"):
        written = address.removeprefix("did:key:")
    elif address == issuer and fragment:
        written = fragment
    else:
        message = "the key is none of the issuer's"
        raise BadProof(message)
    try:
        return multikey.decode(written)
    except ValueError as error:
        message = f"the key cannot be read: {error}"
        raise BadProof(message) from error


def listed_by(profile: Mapping[str, Any]) -> KeyOf:
    """Keys that an issuer's profile lists, and no others."""

    def key_of(method: str, issuer: str) -> Ed25519PublicKey:
        if issuer != profile["id"] or method not in profile["assertionMethod"]:
            message = "the issuer does not list this key"
            raise BadProof(message)
        return key_in_method(method, issuer)

    return key_of


def _form(credential: Credential) -> Answer:
    for found in faults(credential):
        return Answer(question="form", verdict="failed", reason=found)
    if credential.get("credentialSchema"):
        return Answer(
            question="form", verdict="unknown", reason="it names a schema, which is not fetched here"
        )
    return _passed("form")


def _proof(credential: Credential, key_of: KeyOf) -> Answer:
    try:
        proof = _signature(credential)
        key = key_of(str(proof.get("verificationMethod")), _issuer(credential))
        data_integrity.verify(credential, proof, key)
    except BadProof as error:
        return Answer(question="proof", verdict="failed", reason=str(error))
    return _passed("proof")


def _signature(credential: Credential) -> Mapping[str, Any]:
    """The first proof of the kind that we read: a credential may carry others beside it."""
    for proof in listed(credential.get("proof")):
        if not isinstance(proof, Mapping):
            continue
        kind = (proof.get("type"), proof.get("cryptosuite"), proof.get("proofPurpose"))
        if kind == (data_integrity.TYPE, data_integrity.CRYPTOSUITE, data_integrity.PURPOSE):
            return proof
    message = f"there is no proof of the kind {data_integrity.CRYPTOSUITE}"
    raise BadProof(message)


def _issued(credential: Credential, now: datetime) -> Answer:
    moment = _moment(credential.get("validFrom"))
    if moment is None:
        return Answer(question="issued", verdict="failed", reason="it does not say from when it holds")
    return _passed("issued") if moment <= now else Answer(question="issued", verdict="failed")


def _expired(credential: Credential, now: datetime) -> Answer:
    if "validUntil" not in credential:
        return _passed("expired")
    moment = _moment(credential["validUntil"])
    return _passed("expired") if moment and now < moment else Answer(question="expired", verdict="failed")


def _revoked(credential: Credential, revoked: Revoked) -> Answer:
    try:
        if any(revoked(entry) for entry in _status(credential)):
            return Answer(question="revoked", verdict="failed")
    except ValueError as error:
        return Answer(question="revoked", verdict="unknown", reason=str(error))
    return _passed("revoked")


def _status(credential: Credential) -> Iterator[Mapping[str, Any]]:
    for entry in listed(credential.get("credentialStatus")):
        if not isinstance(entry, Mapping):
            message = "the status cannot be read"
            raise ValueError(message)  # noqa: TRY004 (a fact about a document, not about our types)
        yield entry


def _issuer(credential: Credential) -> str:
    issuer = credential.get("issuer")
    return str(issuer.get("id") if isinstance(issuer, Mapping) else issuer)


def _moment(written: object) -> datetime | None:
    try:
        return clock.from_text(written) if isinstance(written, str) else None
    except ValueError:
        return None


def _passed(question: Question) -> Answer:
    return Answer(question=question, verdict="passed")
