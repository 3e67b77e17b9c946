"""W3C Data Integrity with the cryptosuite `eddsa-rdfc-2022`: canonical RDF, SHA-256, Ed25519.

https://www.w3.org/TR/vc-di-eddsa/#eddsa-rdfc-2022
"""

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

import base58
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from pyld import jsonld

from services.titles_and_badges.credentials import contexts

CRYPTOSUITE = "eddsa-rdfc-2022"
TYPE = "DataIntegrityProof"
PURPOSE = "assertionMethod"

Json = dict[str, Any]


class BadProof(Exception):  # noqa: N818 (a fact about a document, told to whoever checks it)
    """The proof does not hold; the message says why."""


def sign(document: Mapping[str, Any], key: Ed25519PrivateKey, *, method: str, created: datetime) -> Json:
    """`document` with a proof. `method` is the address of the public key; `created` goes in whole seconds.

    The same document, key and time give the same bytes: Ed25519 rolls no dice.
    """
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    options = {
        "type": TYPE,
        "created": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "verificationMethod": method,
        "cryptosuite": CRYPTOSUITE,
        "proofPurpose": PURPOSE,
    }
    signature = key.sign(signed_data(unsigned, options))
    return {**unsigned, "proof": {**options, "proofValue": "z" + base58.b58encode(signature).decode()}}


def verify(document: Mapping[str, Any], proof: Mapping[str, Any], key: Ed25519PublicKey) -> None:
    """Check one proof of `document`. Raises BadProof."""
    unsigned = {name: value for name, value in document.items() if name != "proof"}
    options = {name: value for name, value in proof.items() if name not in {"proofValue", "@context"}}
    try:
        key.verify(_signature(proof.get("proofValue")), signed_data(unsigned, options))
    except InvalidSignature:
        message = "the signature does not fit the document"
        raise BadProof(message) from None


def signed_data(unsigned: Mapping[str, Any], options: Mapping[str, Any]) -> bytes:
    """What is signed: the hash of the proof's options, then that of the document; 64 bytes. Raises BadProof."""
    # The proof is read under the document's contexts, so that it cannot mean something else elsewhere.
    proof_config = {**options, "@context": unsigned.get("@context")}
    return digest(proof_config) + digest(unsigned)


def digest(document: Mapping[str, Any]) -> bytes:
    """SHA-256 over the canonical N-Quads of a JSON-LD document. Raises BadProof."""
    return sha256(canonical(document).encode()).digest()


def canonical(document: Mapping[str, Any]) -> str:
    """A JSON-LD document as canonical N-Quads (RDFC-1.0). Raises BadProof where a term or a context is unknown."""
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": contexts.load}
    try:
        quads: str = _processor().normalize(dict(document), options)
    except (jsonld.JsonLdError, contexts.UnknownContext, TypeError, ValueError, RecursionError) as error:
        message = "it is no JSON-LD of contexts that are known here"
        raise BadProof(message) from error
    return quads


def _processor() -> jsonld.JsonLdProcessor:
    return jsonld.JsonLdProcessor(on_property_dropped=_refuse_unknown_term)


def _refuse_unknown_term(term: str) -> None:
    # What no context knows would be left out of the signature in silence, and anybody could change it.
    message = f"no context knows the term {term!r}"
    raise BadProof(message)


def _signature(written: object) -> bytes:
    try:
        if isinstance(written, str) and written.startswith("z"):
            return base58.b58decode(written[1:])
    except ValueError:
        pass
    message = "there is no readable proof value"
    raise BadProof(message)
