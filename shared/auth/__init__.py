"""Tokens: JWTs signed with Ed25519, each bound to one community, checked by every service alone.

Only who mints holds the private key; a service reads the public key set (`keys.json`, a JWKS) alone.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from shared.auth.keys import ALGORITHM, Keys, make_keys, read_private_key, thumbprint
from shared.errors import Invalid, Unauthenticated

__all__ = ["Grant", "Keys", "Kind", "make_keys", "mint", "normal_origin", "verify"]

ISSUER = AUDIENCE = "laurel"

#: Clocks of two machines differ; a token minted on one must hold at once on the other.
LEEWAY = timedelta(seconds=60)

#: Twice what a token with many origins needs; more is not worth a signature check.
LONGEST_TOKEN = 8_192

#: A client sends the same token for months; checking it again costs 170 µs, remembering it one.
_REMEMBERED = 1_024

_DEFAULT_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+)*|[0-9a-f:.]*:[0-9a-f:.]*")
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


def verify(token: str, keys: Keys, now: datetime) -> Grant:
    """What `token` allows at `now`. Raises Unauthenticated, repeating nothing of the token."""
    if len(token) > LONGEST_TOKEN:
        _refuse("it is too long")
    grant, issued_at = _signed(token, keys, keys.state())
    if issued_at > now + LEEWAY:
        _refuse("it was issued in the future")
    if grant.expires_at is not None and grant.expires_at <= now:
        _refuse("it has expired")
    return grant


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
    private = read_private_key(signing_key)
    return jwt.encode(claims, private, algorithm=ALGORITHM, headers={"kid": thumbprint(private.public_key())})


def normal_origin(written: str) -> str:
    """`scheme://host[:port]` as a browser sends it in `Origin`. Raises ValueError for anything else."""
    parts = urlsplit(written.strip())
    host = parts.hostname or ""
    if ":" not in host:
        host = host.encode("idna").decode("ascii")
    extra = parts.path.removeprefix("/") + parts.query + parts.fragment
    if parts.scheme not in _DEFAULT_PORTS or not _HOST.fullmatch(host) or extra or "@" in parts.netloc:
        message = "an origin is scheme://host[:port] with http or https, without a path or a wildcard"
        raise ValueError(message)
    port = "" if parts.port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{parts.port}"
    return f"{parts.scheme}://[{host}]{port}" if ":" in host else f"{parts.scheme}://{host}{port}"


def _refuse(reason: str) -> NoReturn:
    message = f"The token does not hold: {reason}."
    raise Unauthenticated(message)


@lru_cache(maxsize=_REMEMBERED)
def _signed(token: str, keys: Keys, _state: int) -> tuple[Grant, datetime]:
    """What the token says, and when it was issued: all that does not change with the time of asking."""
    claims = _claims(token, _signer(token, keys))
    try:
        return _grant(claims), _moment(claims["iat"])
    except (ValueError, TypeError, OverflowError, OSError):
        _refuse("a claim has a wrong form")


def _signer(token: str, keys: Keys) -> Ed25519PublicKey:
    try:
        kid = jwt.get_unverified_header(token).get("kid")
    except jwt.PyJWTError:
        _refuse("it cannot be read")
    key = keys.find(kid) if isinstance(kid, str) else None
    if key is None:
        _refuse("it is signed with a key that is not known here")
    return key


def _claims(token: str, key: Ed25519PublicKey) -> dict[str, Any]:
    # Times are checked in verify(), against the `now` that it was given.
    options: Any = {"require": _REQUIRED, "strict_aud": True, "verify_exp": False, "verify_iat": False}
    try:
        return jwt.decode(
            token, key, algorithms=[ALGORITHM], audience=AUDIENCE, issuer=ISSUER, options=options
        )
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


def _grant(claims: Mapping[str, Any]) -> Grant:
    kind = Kind(claims["kind"])
    origins = tuple(normal_origin(origin) for origin in _strings(claims["origins"]))
    if (kind is Kind.PUBLISHABLE) != bool(origins):
        _refuse("publishable tokens have origins, and only they")
    community, subject, token_id = _strings([claims["community"], claims["sub"], claims["jti"]])
    return Grant(
        community=community,
        kind=kind,
        origins=origins,
        token_id=token_id,
        subject=subject,
        expires_at=_moment(claims["exp"]) if "exp" in claims else None,
    )


def _moment(claim: object) -> datetime:
    if isinstance(claim, bool) or not isinstance(claim, int | float):
        raise TypeError
    return datetime.fromtimestamp(claim, UTC)


def _strings(claim: object) -> list[str]:
    if not isinstance(claim, list) or not all(isinstance(entry, str) and entry for entry in claim):
        raise TypeError
    return claim


def _reject(pointer: str, detail: str) -> NoReturn:
    message = "This token cannot be made."
    raise Invalid(message, errors=[{"pointer": pointer, "detail": detail}])


def _kind(written: Kind | str) -> Kind:
    if written not in tuple(Kind):
        _reject("/kind", f"it must be one of {', '.join(Kind)}")
    return Kind(written)


def _filled(community: str) -> str:
    if not community:
        _reject("/community", "it must not be empty")
    return community


def _positive(lifetime: timedelta) -> timedelta:
    if lifetime < timedelta(seconds=1):
        _reject("/lifetime", "it must be a second or more")
    return lifetime


def _origins(kind: Kind, written: Sequence[str]) -> tuple[str, ...]:
    if (kind is Kind.PUBLISHABLE) != bool(written):
        _reject("/origins", "a publishable token is bound to one origin or more, and no other token to any")
    found: dict[str, None] = {}
    for number, origin in enumerate(written):
        try:
            found[normal_origin(origin)] = None
        except ValueError as error:
            _reject(f"/origins/{number}", str(error))
    return tuple(found)
