"""Badges as pictures, with their credentials inside."""

import struct
import zlib

import pytest
from defusedxml import ElementTree

from services.titles_and_badges.credentials import baking, image
from services.titles_and_badges.credentials.baking import NotBaked

TEXT = '{"name":"Добра відповідь <&> ]]>"}'
NAMES = [
    "Hero",
    "Добра відповідь",
    "a" * 100,
    "The most intellectual member of the month",
    "<&>\"'\x00\x1b",
    " ",
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("level", [None, "gold", "срібло", "x" * 50])
def test_every_name_makes_a_picture_that_can_be_read(name: str, level: str | None) -> None:
    picture = image.svg(name, level)
    root = ElementTree.fromstring(picture)
    assert picture == image.svg(name, level)
    assert root.get("role") == "img"
    assert baking.from_svg(baking.into_svg(picture, TEXT)) == TEXT


def test_a_picture_says_what_it_shows() -> None:
    root = ElementTree.fromstring(image.svg("Nice Answer", "gold"))
    words = [text for each in root.iter("{http://www.w3.org/2000/svg}text") for text in each.itertext()]
    assert (root.get("aria-label"), words) == ("Nice Answer (gold)", ["Nice", "Answer", "gold"])


def test_a_png_has_the_size_that_is_asked_for_and_carries_its_credential() -> None:
    picture = image.png(image.svg("Добра відповідь"), width=200)
    assert struct.unpack(">II", picture[16:24]) == (200, 200)
    baked = baking.into_png(picture, TEXT)
    assert baking.from_png(baked) == TEXT
    assert baked.replace(chunk(b"openbadgecredential\0\0\0\0\0" + TEXT.encode()), b"") == picture


def test_a_compressed_text_in_a_png_is_read() -> None:
    packed = chunk(b"openbadgecredential\0\1\0en\0keyword\0" + zlib.compress(TEXT.encode()))
    picture = image.png(image.svg("Hero"), width=20)
    assert baking.from_png(picture[:33] + packed + picture[33:]) == TEXT


def test_a_token_in_an_svg_is_read() -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0">'
        '<openbadges:credential verify="header.payload.signature"></openbadges:credential></svg>'
    )
    assert baking.from_svg(svg) == "header.payload.signature"


@pytest.mark.parametrize("picture", ["<svg/>", "no picture", '<!DOCTYPE x [<!ENTITY a "b">]><svg>&a;</svg>'])
def test_an_svg_without_a_credential_says_so(picture: str) -> None:
    with pytest.raises(NotBaked):
        baking.from_svg(picture)


@pytest.mark.parametrize("picture", [b"", b"no picture", image.png(image.svg("Hero"), width=20)])
def test_a_png_without_a_credential_says_so(picture: bytes) -> None:
    with pytest.raises(NotBaked):
        baking.from_png(picture)


def chunk(data: bytes) -> bytes:
    """An iTXt chunk."""
    return struct.pack(">I", len(data)) + b"iTXt" + data + struct.pack(">I", zlib.crc32(b"iTXt" + data))
