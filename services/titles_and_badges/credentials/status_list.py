"""Bitstring Status List 1.0: one bit a credential, and a list long enough to say nothing about whom one asks for.

https://www.w3.org/TR/vc-bitstring-status-list/
"""

import base64
import binascii
import gzip
import zlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from services.titles_and_badges.credentials import contexts
from services.titles_and_badges.credentials.open_badges import REVOCATION
from shared import clock

#: Entries of one list: the least that the standard allows, 16 kB before compression.
LENGTH = 131_072


def credential(address: str, issuer: str, revoked: Iterable[int], made: datetime) -> dict[str, Any]:
    """The list at `address` as a credential without its proof; `revoked` are positions in it."""
    return {
        "@context": [contexts.CREDENTIALS],
        "id": address,
        "type": ["VerifiableCredential", "BitstringStatusListCredential"],
        "issuer": issuer,
        "validFrom": clock.text(made),
        "credentialSubject": {
            "id": f"{address}#list",
            "type": "BitstringStatusList",
            "statusPurpose": REVOCATION,
            "encodedList": encode(revoked),
        },
    }


def encode(positions: Iterable[int]) -> str:
    """The bits, the first one leftmost, gzipped, as base64url multibase. The same bits give the same text."""
    bits = bytearray(LENGTH // 8)
    for position in positions:
        bits[position // 8] |= 0x80 >> position % 8
    return "u" + base64.urlsafe_b64encode(gzip.compress(bytes(bits), mtime=0)).rstrip(b"=").decode()


def is_set(encoded: str, position: int) -> bool:
    """Whether a bit of an encoded list is set. Raises ValueError."""
    try:
        packed = base64.urlsafe_b64decode(encoded.removeprefix("u") + "=" * (-(len(encoded) - 1) % 4))
        # No more than we may be asked about: a small text can be made to unpack to gigabytes.
        bits = zlib.decompressobj(wbits=31).decompress(packed, LENGTH)
    except (binascii.Error, zlib.error) as error:
        message = "the status list cannot be read"
        raise ValueError(message) from error
    if not encoded.startswith("u") or not 0 <= position < len(bits) * 8 or len(bits) * 8 < LENGTH:
        message = "the status list is too short, or of another form"
        raise ValueError(message)
    return bool(bits[position // 8] & 0x80 >> position % 8)
