"""Ed25519 keys as files: one private key in PEM that signs, a public JWKS that checks."""

import json
import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from jwt.utils import base64url_decode, base64url_encode

from shared import telemetry
from shared.settings import SettingsError

ALGORITHM = "EdDSA"

_log = telemetry.logger(__name__)


class Keys:
    """The public keys by their `kid`; several hold at once while keys are rotated."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_at, self._by_id = _changed_at(path), _read_public_keys(path)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read a JWKS file. Raises SettingsError: a service without keys must not start."""
        return cls(path)

    def state(self) -> int:
        """A number that changes with the file; what has changed is read again.

        So keys are added and taken out without a restart.
        """
        changed_at = _changed_at(self._path)
        if changed_at != self._read_at:
            self._read_again()
            # Last: what is remembered under the new state was checked with the new keys.
            self._read_at = changed_at
        return self._read_at

    def find(self, kid: str) -> Ed25519PublicKey | None:
        """The key `kid`, if it is one of ours."""
        return self._by_id.get(kid)

    def _read_again(self) -> None:
        try:
            self._by_id = _read_public_keys(self._path)
        except SettingsError:
            # What holds goes on holding; only new keys are unknown until the file is repaired.
            _log.exception("token keys cannot be read again")


def make_keys(directory: Path, *, rotate: bool = False) -> None:
    """Write `signing-key.pem` (0600) and `keys.json` where they are missing; nothing that exists is lost.

    With `rotate` a new key signs from now on, and `keys.json` keeps the old public keys, so that what they
    signed holds on. The public set is written first: a service must never meet a token that it cannot check.
    """
    directory.mkdir(parents=True, exist_ok=True)
    signing, public = directory / "signing-key.pem", directory / "keys.json"
    fresh = rotate or not signing.exists()
    private = Ed25519PrivateKey.generate() if fresh else read_private_key(signing)
    _add_public_key(public, private.public_key())
    if fresh:
        pem = private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        _write(signing, pem, mode=0o600)


def thumbprint(key: Ed25519PublicKey) -> str:
    """The key's `kid`, which anyone can work out from the key itself."""
    # RFC 7638: the required members alone, sorted, without a space.
    canonical = json.dumps(_jwk(key), sort_keys=True, separators=(",", ":"))
    return base64url_encode(sha256(canonical.encode()).digest()).decode()


def read_private_key(path: Path) -> Ed25519PrivateKey:
    """The signing key. Raises SettingsError when the file does not hold one."""
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (OSError, ValueError, TypeError) as error:
        message = f"{path} is not a private key in PEM without a password"
        raise SettingsError(message) from error
    if not isinstance(key, Ed25519PrivateKey):
        message = f"{path} is not an Ed25519 key"
        raise SettingsError(message)
    return key


def _changed_at(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0


def _read_public_keys(path: Path) -> dict[str, Ed25519PublicKey]:
    by_id = {member["kid"]: key for member, key in _read_members(path)}
    if not by_id:
        message = f"{path} holds no key: no token could ever be checked"
        raise SettingsError(message)
    return by_id


def _read_members(path: Path) -> list[tuple[dict[str, str], Ed25519PublicKey]]:
    try:
        return [(member, _public_key(member)) for member in json.loads(path.read_text("utf-8"))["keys"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        message = f"{path} is not a set of public Ed25519 keys: {error}"
        raise SettingsError(message) from error


def _public_key(member: Mapping[str, Any]) -> Ed25519PublicKey:
    if "d" in member:
        message = "it holds a private key"
        raise ValueError(message)
    if (member["kty"], member["crv"]) != ("OKP", "Ed25519") or not member["kid"]:
        message = "it holds a key of another kind"
        raise ValueError(message)
    return Ed25519PublicKey.from_public_bytes(base64url_decode(member["x"]))


def _jwk(key: Ed25519PublicKey) -> dict[str, str]:
    return {"crv": "Ed25519", "kty": "OKP", "x": base64url_encode(key.public_bytes_raw()).decode()}


def _add_public_key(path: Path, key: Ed25519PublicKey) -> None:
    members = [member for member, _ in _read_members(path)] if path.exists() else []
    kid = thumbprint(key)
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
