"""Idempotency keys: a caller who repeats a request under one key means the same request.

What is kept of a key tells the request from another one, and whether it is being answered at this moment; no answer is
kept. A request that is repeated after it was answered is taken again: whatever is taken under an id of the caller's own
is taken once, for ever, and answered the same.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from shared import mongo
from shared.errors import Conflict, Invalid
from shared.mongo import Document

COLLECTION = "idempotency_keys"
#: Whoever takes longer has died.
RUNNING_SECONDS = 60
_SALT_BYTES = 8


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of one service's callers."""

    service: str

    def begin(self, community: str, key: str, request: bytes) -> str:
        """Note that a request begins under a key. Returns what `end` wants.

        Raises Invalid where the key stands for another request, Conflict while the same one is being answered.
        """
        identifier = hashlib.sha256(f"{community}\0{key}".encode()).hexdigest()
        salt = secrets.token_bytes(_SALT_BYTES)
        document = {"_id": identifier, "community": community, "salt": salt, "digest": _digest(salt, request)}
        try:
            self._keys().insert_one({**document, "fresh": True})
        except DuplicateKeyError:
            known = self._keys().find_one({"_id": identifier}) or document
            _check_same(known, request)
        if not self._claim(identifier):
            message = "The first request under this Idempotency-Key is still being answered."
            raise Conflict(message)
        return identifier

    def end(self, identifier: str, *, taken: bool) -> None:
        """Note that it was answered. One that was not `taken` leaves nothing, unless it was taken before."""
        if not taken:
            self._keys().delete_one({"_id": identifier, "fresh": True})
        self._keys().update_one({"_id": identifier}, {"$unset": {"running_until": "", "fresh": ""}})

    def _claim(self, identifier: str) -> bool:
        """Claim it on the server's clock, unless somebody holds it."""
        free = {"$expr": {"$lt": [{"$ifNull": ["$running_until", None]}, "$$NOW"]}}
        until = {"$dateAdd": {"startDate": "$$NOW", "unit": "second", "amount": RUNNING_SECONDS}}
        claimed = self._keys().update_one({"_id": identifier, **free}, [{"$set": {"running_until": until}}])
        return claimed.modified_count == 1

    def _keys(self) -> Collection[Document]:
        return mongo.collection(self.service, COLLECTION)


def ensure(service: str) -> None:
    """Create what is missing."""
    mongo.ensure_collection(service, COLLECTION)


def _check_same(known: Document, request: bytes) -> None:
    if not hmac.compare_digest(known["digest"], _digest(known["salt"], request)):
        message = "This Idempotency-Key stands for another request."
        raise Invalid(message, errors=[{"pointer": "Idempotency-Key", "detail": message}])


def _digest(salt: bytes, request: bytes) -> bytes:
    return hmac.digest(salt, request, "sha256")
