"""Credentials inside of pictures: an iTXt chunk of a PNG, an element of an SVG.

https://www.imsglobal.org/spec/ob/v3p0/#baked-badge
"""

import struct
import zlib
from collections.abc import Iterator
from xml.sax.saxutils import escape

from defusedxml import ElementTree

KEYWORD = b"openbadgecredential"
NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


class NotBaked(Exception):  # noqa: N818 (a fact about a picture, told to whoever asks)
    """There is no credential in this picture."""


def into_svg(picture: str, credential: str) -> str:
    """An SVG with the credential as its first element; `credential` is JSON text."""
    start = picture.index(">", picture.index("<svg"))
    baked = (
        f'<openbadges:credential xmlns:openbadges="{NAMESPACE}">{escape(credential)}</openbadges:credential>'
    )
    return f"{picture[: start + 1]}{baked}{picture[start + 1 :]}"


def from_svg(picture: str) -> str:
    """The credential in an SVG: JSON text, or a JWT. Raises NotBaked."""
    try:
        root = ElementTree.fromstring(picture)
    except (ElementTree.ParseError, ValueError) as error:
        raise NotBaked from error
    found = root.find(f".//{{{NAMESPACE}}}credential")
    if found is None:
        raise NotBaked
    return str(found.get("verify") or (found.text or "").strip())


def into_png(picture: bytes, credential: str) -> bytes:
    """A PNG with the credential in an uncompressed iTXt chunk behind its header."""
    # Keyword, no compression, no language, no translated keyword, then UTF-8.
    content = KEYWORD + b"\0\0\0\0\0" + credential.encode()
    pieces = [_SIGNATURE]
    for kind, data in _chunks(picture):
        pieces.append(_chunk(kind, data))
        if kind == b"IHDR":
            pieces.append(_chunk(b"iTXt", content))
    return b"".join(pieces)


def from_png(picture: bytes) -> str:
    """The credential in a PNG: JSON text, or a JWT. Raises NotBaked."""
    for kind, data in _chunks(picture):
        keyword, _, rest = data.partition(b"\0")
        if kind == b"iTXt" and keyword == KEYWORD and len(rest) > 1:
            return _text(rest)
    raise NotBaked


def _text(rest: bytes) -> str:
    compressed, _method, tagged = rest[0], rest[1], rest[2:]
    text = tagged.split(b"\0", 2)[-1]
    try:
        return (zlib.decompress(text) if compressed else text).decode()
    except (zlib.error, UnicodeDecodeError) as error:
        raise NotBaked from error


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not picture.startswith(_SIGNATURE):
        raise NotBaked
    at = len(_SIGNATURE)
    while at + 12 <= len(picture):
        (length,) = struct.unpack_from(">I", picture, at)
        yield picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        at += 12 + length


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
