"""Communities' signing keys: made when first needed, rotated, retired, wrapped anew."""

from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from services.titles_and_badges.credentials.keyring import Keyring
from services.titles_and_badges.repository import DATABASE, communities, issuers
from services.titles_and_badges.repository.issuers import SigningKey
from shared import mongo
from shared.errors import NotFound


def current(community: str, keyring: Keyring, now: datetime) -> tuple[str, Ed25519PrivateKey]:
    """The key that signs, the public half as Multikey; the first one is made here. Raises Fault, NotFound."""
    issuer = issuers.load(community)
    key = issuer and issuer.signing
    if key is None or key.wrapped is None:
        key = first(community, keyring, now)
    return key.public, keyring.open(key.public, key.wrapped or b"")


def listed(community: str) -> list[SigningKey]:
    """A community's keys, the newest last."""
    issuer = issuers.load(community)
    return [] if issuer is None else list(issuer.keys)


@mongo.in_transaction(DATABASE)
def first(community: str, keyring: Keyring, now: datetime) -> SigningKey:
    """The key that signs, made if there is none. Raises NotFound."""
    _known(community)
    issuer = issuers.ensure(community)
    if issuer.signing is not None:
        return issuer.signing
    key = _new(keyring, now)
    issuers.keep_keys(community, [*issuer.keys, key])
    return key


@mongo.in_transaction(DATABASE)
def rotate(community: str, keyring: Keyring, now: datetime) -> SigningKey:
    """Sign with a new key from now on. What older ones signed holds; their private halves are destroyed."""
    _known(community)
    issuer = issuers.ensure(community)
    key = _new(keyring, now)
    issuers.keep_keys(community, [*(each._replace(wrapped=None) for each in issuer.keys), key])
    return key


@mongo.in_transaction(DATABASE)
def retire(community: str, public: str, keyring: Keyring, now: datetime) -> None:
    """Trust a key no longer: copies that it signed fail from now on; what we host is signed anew. Raises NotFound."""
    issuer = issuers.load(community)
    if issuer is None or public not in {key.public for key in issuer.keys}:
        raise NotFound("signing key", public)
    keys = [
        key._replace(wrapped=None, retired=key.retired or now) if key.public == public else key
        for key in issuer.keys
    ]
    if all(key.wrapped is None for key in keys):
        keys.append(_new(keyring, now))
    issuers.keep_keys(community, keys)


def wrap_again(keyring: Keyring) -> int:
    """Wrap every private key with the first secret. Returns how many there are. Raises Fault."""
    return sum(_wrap_again(issuer.community, keyring) for issuer in issuers.every())


@mongo.in_transaction(DATABASE)
def _wrap_again(community: str, keyring: Keyring) -> int:
    keys = issuers.ensure(community).keys
    wrapped = [key.wrapped and keyring.wrap_again(key.wrapped) for key in keys]
    issuers.keep_keys(
        community, [key._replace(wrapped=again) for key, again in zip(keys, wrapped, strict=True)]
    )
    return sum(again is not None for again in wrapped)


def _known(community: str) -> None:
    if community not in communities.load([community]):
        raise NotFound("community", community)


def _new(keyring: Keyring, now: datetime) -> SigningKey:
    public, wrapped = keyring.new()
    return SigningKey(public, wrapped, now, None)
