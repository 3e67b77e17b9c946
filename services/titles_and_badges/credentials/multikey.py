"""Ed25519 keys as Multikey: `z` + base58btc(0xed01 ‖ key)."""

import base58
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_ED25519 = b"\xed\x01"
_LENGTH = 32


def encode(key: Ed25519PublicKey) -> str:
    """A public key as `publicKeyMultibase`."""
    return "z" + base58.b58encode(_ED25519 + key.public_bytes_raw()).decode()


def decode(written: str) -> Ed25519PublicKey:
    """The key in a `publicKeyMultibase`. Raises ValueError."""
    if not written.startswith("z"):
        message = "it is not base58btc multibase"
        raise ValueError(message)
    decoded = base58.b58decode(written[1:])
    if not decoded.startswith(_ED25519) or len(decoded) != len(_ED25519) + _LENGTH:
        message = "it is not an Ed25519 key"
        raise ValueError(message)
    return Ed25519PublicKey.from_public_bytes(decoded[len(_ED25519) :])
