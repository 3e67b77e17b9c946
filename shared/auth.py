"""Tokens: JWTs signed with Ed25519, each bound to one community, checked by every service alone.

Only who mints holds the private key; a service reads the public key set (`keys.json`, a JWKS) and nothing else.
"""

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn, Self
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from jwt.utils import base64url_decode, base64url_encode

from shared.errors import Invalid, Unauthenticated
from shared.settings import SettingsError

ISSUER = AUDIENCE = "laurel"
ALGORITHM = "EdDSA"

#: Clocks of two machines differ; a token minted on one must hold at once on the other.
LEEWAY = timedelta(seconds=60)

#: Twice what a token with many origins needs; more is not worth a signature check.
LONGEST_TOKEN = 8_192

_DEFAULT_PORTS = {"http": 80, "https": 443}
_REQUIRED = ["iss", "aud", "sub", "community", "kind", "origins", "jti", "iat"]


class Kind(StrEnum):
    """What a token may be used for."""

    PUBLISHABLE = "publishable"
    SERVER = "server"
    REP = "rep"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a verified token allows: one community, one kind, for a browser only from these origins."""

    community: str
    kind: Kind
    origins: tuple[str, ...]
    token_id: str
    subject: str
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class Keys:
    """The public keys by their `kid`. Several hold at once while keys are rotated."""

    by_id: Mapping[str, Ed25519PublicKey] = field(repr=False)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a JWKS file. Raises SettingsError: a service without keys must not start."""
        try:
            members = json.loads(path.read_text("utf-8"))["keys"]
            by_id = {member["kid"]: _public_key(member) for member in members}
        except (OSError, ValueError, KeyError, TypeError) as error:
            message = f"{path} is not a set of public Ed25519 keys: {error}"
            raise SettingsError(message) from error
        if not by_id:
            message = f"{path} holds no key: no token could ever be checked"
            raise SettingsError(message)
        return cls(by_id)


def verify(token: str, keys: Keys, now: datetime) -> Grant:
    """What `token` allows at `now`. Raises Unauthenticated with a reason that repeats nothing of the token."""
    if len(token) > LONGEST_TOKEN:
        _refuse("it is too long")
    return _grant(_claims(token, _signer(token, keys)), now)


def mint(  # noqa: PLR0913 - each is a claim of its own, and all are keyword-only
    signing_key: Path,
    *,
    community: str,
    kind: Kind | str,
    now: datetime,
    origins: Sequence[str] = (),
    subject: str | None = None,
    lifetime: timedelta | None = None,
) -> str:
    """Sign a token for one community; without a `lifetime` it holds until it is revoked.

    Raises Invalid, naming the place, when the claims do not fit together.
    """
    kind = _kind(kind)
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": subject or f"{kind}:{community}",
        "community": _filled(community),
        "kind": kind.value,
        "origins": list(_origins(kind, origins)),
        "jti": secrets.token_urlsafe(16),
        "iat": int(now.timestamp()),
    }
    if lifetime is not None:
        claims["exp"] = int((now + _positive(lifetime)).timestamp())
    private = _read_private_key(signing_key)
    return jwt.encode(claims, private, algorithm=ALGORITHM, headers={"kid": _thumbprint(private.public_key())})


def make_keys(directory: Path, *, rotate: bool = False) -> None:
    """Write `signing-key.pem` (0600) and `keys.json` where they are missing; nothing that exists is lost.

    With `rotate` a new key signs from now on, and `keys.json` keeps the old public keys, so that what they
    signed holds on. The public set is written first: a service must never meet a token that it cannot check.
    """
    directory.mkdir(parents=True, exist_ok=True)
    signing, public = directory / "signing-key.pem", directory / "keys.json"
    fresh = rotate or not signing.exists()
    private = Ed25519PrivateKey.generate() if fresh else _read_private_key(signing)
    _add_public_key(public, private.public_key())
    if fresh:
        pem = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        _write(signing, pem, mode=0o600)


def normal_origin(written: str) -> str:
    """`scheme://host[:port]` exactly as a browser sends it in `Origin`. Raises ValueError for anything else."""
    parts = urlsplit(written.strip())
    wanted = "an origin is scheme://host[:port] with http or https, without a path or a wildcard"
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.path not in {"", "/"}:
        raise ValueError(wanted)
    if parts.query or parts.fragment or "@" in parts.netloc or "*" in parts.netloc or "\\" in written:
        raise ValueError(wanted)
    host = parts.hostname if ":" in parts.hostname else parts.hostname.encode("idna").decode("ascii")
    host = f"[{host}]" if ":" in host else host
    port = "" if parts.port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{parts.port}"
    return f"{parts.scheme}://{host}{port}"


def _refuse(reason: str) -> NoReturn:
    message = f"The token does not hold: {reason}."
    raise Unauthenticated(message)


def _signer(token: str, keys: Keys) -> Ed25519PublicKey:
    try:
        kid = jwt.get_unverified_header(token).get("kid")
    except jwt.PyJWTError:
        _refuse("it cannot be read")
    key = keys.by_id.get(kid) if isinstance(kid, str) else None
    if key is None:
        _refuse("it is signed with a key that is not known here")
    return key


def _claims(token: str, key: Ed25519PublicKey) -> dict[str, Any]:
    # Times are checked in `_grant` against the `now` that we were given.
    options: Any = {"require": _REQUIRED, "strict_aud": True, "verify_exp": False, "verify_iat": False}
    try:
        return jwt.decode(token, key, algorithms=[ALGORITHM], audience=AUDIENCE, issuer=ISSUER, options=options)
    except jwt.InvalidAlgorithmError:
        _refuse(f"its algorithm is not {ALGORITHM}")
    except jwt.InvalidSignatureError:
        _refuse("its signature is wrong")
    except jwt.MissingRequiredClaimError as error:
        _refuse(f"it lacks the claim {error.claim}")
    except (jwt.InvalidAudienceError, jwt.InvalidIssuerError):
        _refuse("it was not made for Laurel")
    except jwt.ImmatureSignatureError:
        _refuse("it does not hold yet")
    except (jwt.PyJWTError, ValueError, OverflowError):
        _refuse("it cannot be read")


def _grant(claims: Mapping[str, Any], now: datetime) -> Grant:
    try:
        issued_at, expires_at = _moment(claims["iat"]), _moment(claims["exp"]) if "exp" in claims else None
        kind = Kind(claims["kind"])
        origins = tuple(normal_origin(origin) for origin in _strings(claims["origins"]))
        community, subject, token_id = _strings([claims["community"], claims["sub"], claims["jti"]])
    except (ValueError, TypeError, OverflowError, OSError):
        _refuse("a claim has a wrong form")
    if issued_at > now + LEEWAY:
        _refuse("it was issued in the future")
    if expires_at is not None and expires_at <= now:
        _refuse("it has expired")
    if (kind is Kind.PUBLISHABLE) != bool(origins):
        _refuse("publishable tokens have origins, and only they")
    return Grant(
        community=community,
        kind=kind,
        origins=origins,
        token_id=token_id,
        subject=subject,
        expires_at=expires_at,
    )


def _moment(claim: object) -> datetime:
    if isinstance(claim, bool) or not isinstance(claim, int | float):
        raise TypeError
    return datetime.fromtimestamp(claim, UTC)


def _strings(claim: object) -> list[str]:
    if not isinstance(claim, list) or not all(isinstance(entry, str) and entry for entry in claim):
        raise TypeError
    return claim


def _invalid(pointer: str, detail: str) -> Invalid:
    return Invalid("This token cannot be made.", errors=[{"pointer": pointer, "detail": detail}])


def _kind(written: Kind | str) -> Kind:
    try:
        return Kind(written)
    except ValueError:
        raise _invalid("/kind", f"it must be one of {', '.join(Kind)}") from None


def _filled(community: str) -> str:
    if not community:
        detail = "it must not be empty"
        raise _invalid("/community", detail)
    return community


def _positive(lifetime: timedelta) -> timedelta:
    if lifetime < timedelta(seconds=1):
        detail = "it must be a second or more"
        raise _invalid("/lifetime", detail)
    return lifetime


def _origins(kind: Kind, written: Sequence[str]) -> tuple[str, ...]:
    if (kind is Kind.PUBLISHABLE) != bool(written):
        detail = "a publishable token is bound to one origin or more, and no other token to any"
        raise _invalid("/origins", detail)
    found: dict[str, None] = {}
    for number, origin in enumerate(written):
        try:
            found[normal_origin(origin)] = None
        except ValueError as error:
            raise _invalid(f"/origins/{number}", str(error)) from error
    return tuple(found)


def _public_key(member: Mapping[str, Any]) -> Ed25519PublicKey:
    if "d" in member:
        message = "it holds a private key"
        raise ValueError(message)
    if (member["kty"], member["crv"]) != ("OKP", "Ed25519"):
        message = "a key of another type"
        raise ValueError(message)
    return Ed25519PublicKey.from_public_bytes(base64url_decode(member["x"]))


def _jwk(key: Ed25519PublicKey) -> dict[str, str]:
    return {"crv": "Ed25519", "kty": "OKP", "x": base64url_encode(key.public_bytes_raw()).decode()}


def _thumbprint(key: Ed25519PublicKey) -> str:
    # RFC 7638: the required members alone, sorted, without a space.
    canonical = json.dumps(_jwk(key), sort_keys=True, separators=(",", ":"))
    return base64url_encode(sha256(canonical.encode()).digest()).decode()


def _read_private_key(path: Path) -> Ed25519PrivateKey:
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        message = f"{path} is not a private key in PEM without a password"
        raise SettingsError(message) from error
    if not isinstance(key, Ed25519PrivateKey):
        message = f"{path} is not an Ed25519 key"
        raise SettingsError(message)
    return key


def _add_public_key(path: Path, key: Ed25519PublicKey) -> None:
    members = json.loads(path.read_text("utf-8"))["keys"] if path.exists() else []
    kid = _thumbprint(key)
    if all(member["kid"] != kid for member in members):
        members = [{**_jwk(key), "kid": kid, "alg": ALGORITHM, "use": "sig"}, *members]
        _write(path, json.dumps({"keys": members}, indent=2).encode() + b"\n", mode=0o644)


def _write(path: Path, content: bytes, *, mode: int) -> None:
    # Written aside and renamed: a service that reads meanwhile sees the old file or the new one, never half.
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.unlink(missing_ok=True)
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    aside.replace(path)
