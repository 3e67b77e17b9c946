"""Communities as issuers: their salts and signing keys."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from pymongo.collection import Collection

from services.titles_and_badges.documents import DATABASE
from shared import mongo
from shared.mongo import Document

_SALT_BYTES = 32


class SigningKey(NamedTuple):
    """A key of a community. `wrapped` is there while it may still sign; `retired`, since when it is not trusted."""

    public: str
    wrapped: bytes | None
    made: datetime
    retired: datetime | None


class Issuer(NamedTuple):
    """A community as an issuer; the newest key is the last one."""

    community: str
    salt: bytes
    issued: int
    keys: Sequence[SigningKey]

    @property
    def signing(self) -> SigningKey | None:
        """The key that signs, None before the first."""
        for key in reversed(self.keys):
            if key.wrapped is not None and key.retired is None:
                return key
        return None

    @property
    def trusted(self) -> list[str]:
        """The public keys by which its credentials are checked."""
        return [key.public for key in self.keys if key.retired is None]


_salts: dict[str, bytes] = {}


def load(community: str) -> Issuer | None:
    """A community's issuer, None where nothing was ever issued."""
    stored = _issuers().find_one({"_id": community})
    return None if stored is None else _issuer(stored)


def ensure(community: str) -> Issuer:
    """A community's issuer, made if it is missing."""
    found = load(community)
    if found is not None:
        return found
    made = Issuer(community, secrets.token_bytes(_SALT_BYTES), 0, ())
    _issuers().insert_one({"_id": community, "salt": made.salt, "issued": 0, "keys": []})
    return made


def salt(community: str) -> bytes | None:
    """What the community's credentials get their ids from; it never changes, and so is read once a process."""
    if community not in _salts:
        found = load(community)
        if found is None:
            return None
        _salts[community] = found.salt
    return _salts[community]


def allocate(community: str, count: int) -> int:
    """Take the next `count` places in the community's status lists. Returns the first."""
    stored = _issuers().find_one_and_update({"_id": community}, {"$inc": {"issued": count}})
    return int(stored["issued"]) if stored else 0


def keep_keys(community: str, keys: Sequence[SigningKey]) -> None:
    """Replace a community's keys."""
    _issuers().update_one({"_id": community}, {"$set": {"keys": [_written(key) for key in keys]}})


def every() -> list[Issuer]:
    """All issuers, in order of their communities."""
    return [_issuer(stored) for stored in _issuers().find({}, sort=[("_id", 1)])]


def _issuer(stored: Document) -> Issuer:
    keys = [
        SigningKey(each["public"], each.get("wrapped"), each["made"], each.get("retired"))
        for each in stored["keys"]
    ]
    return Issuer(stored["_id"], bytes(stored["salt"]), int(stored["issued"]), keys)


def _written(key: SigningKey) -> Mapping[str, object]:
    return {name: value for name, value in key._asdict().items() if value is not None}


def _issuers() -> Collection[Document]:
    return mongo.collection(DATABASE, "issuers")
