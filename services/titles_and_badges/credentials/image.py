"""The picture of an award, drawn from its name and level: a wreath, a disc, the name. SVG, and PNG made of it."""

import functools
import math
import textwrap
from hashlib import sha256
from importlib import resources
from xml.sax.saxutils import escape, quoteattr

import resvg_py

_SIZE = 400
_CENTRE = _SIZE / 2
_LEAVES = 13
_LINES = 4
#: Pictures as PNG, 20 kB each: drawing one costs a hundred times what reading the award does, and anybody may ask.
_REMEMBERED = 200
#: Light and dark of each metal; other levels, and badges without levels, get a colour of their own.
_METALS = {
    "bronze": ("#c98a5b", "#7a4a24"),
    "silver": ("#b9c2cc", "#56606c"),
    "gold": ("#e5c04b", "#8a6a0f"),
}
#: Letters a line → the size that fits into the disc; what is longer is cut.
_SIZES = ((9, 40), (13, 30), (18, 22), (22, 18))


def svg(name: str, level: str | None = None) -> str:
    """A picture of 400 by 400; the same name and level give the same bytes."""
    light, dark = _tones(name, level)
    name, level = _printable(name), _printable(level or "")
    label = quoteattr(f"{name} ({level})" if level else name)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}" width="{_SIZE}" height="{_SIZE}"'
        f' role="img" aria-label={label}>'
        f'<g fill="{dark}">{"".join(_wreath())}</g>'
        f'<circle cx="{_CENTRE:g}" cy="{_CENTRE:g}" r="136" fill="{light}"/>'
        f'<circle cx="{_CENTRE:g}" cy="{_CENTRE:g}" r="124" fill="#fff" stroke="{dark}" stroke-width="3"/>'
        f'<g font-family="Open Sans, Noto Sans, DejaVu Sans, Arial, sans-serif" text-anchor="middle" fill="{dark}">'
        f"{''.join(_words(name, level))}</g></svg>"
    )


@functools.lru_cache(maxsize=_REMEMBERED)
def png(picture: str, width: int = _SIZE) -> bytes:
    """An SVG as PNG, with the font that comes along: the same on every machine."""
    font = resources.files("ttf_opensans") / "ttf" / "OpenSans-Bold.ttf"
    drawn = resvg_py.svg_to_bytes(
        svg_string=picture,
        width=width,
        skip_system_fonts=True,
        font_files=[str(font)],
        sans_serif_family="Open Sans",
    )
    return bytes(drawn)


def _tones(name: str, level: str | None) -> tuple[str, str]:
    metal = _METALS.get((level or "").strip().lower())
    if metal is not None:
        return metal
    hue = sha256(f"{name}\0{level or ''}".encode()).digest()[0] * 360 // 256
    # Dark enough to be read on white, whatever the hue.
    return f"hsl({hue}, 55%, 72%)", f"hsl({hue}, 60%, 24%)"


def _wreath() -> list[str]:
    leaves = []
    for side in (-1, 1):
        for number in range(_LEAVES):
            angle = 90 - side * (14 + number * 11.5)
            x = _CENTRE + 158 * math.cos(math.radians(angle))
            y = _CENTRE + 158 * math.sin(math.radians(angle))
            turn = angle - side * 62
            leaves.append(
                f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="21" ry="8" transform="rotate({turn:.1f} {x:.1f} {y:.1f})"/>'
            )
    return leaves


def _words(name: str, level: str) -> list[str]:
    lines, size = _fitted(name)
    height = size * 1.22
    # The eye sees the middle of the letters, a third above their line.
    top = _CENTRE - (len(lines) - 1) * height / 2 + size * 0.34 - (14 if level else 0)
    words = [_text(line, top + index * height, size) for index, line in enumerate(lines)]
    if level:
        words.append(_text(_cut(level, 20), 290, 20))
    return words


def _fitted(name: str) -> tuple[list[str], int]:
    for letters, size in _SIZES:
        lines = textwrap.wrap(name, letters, break_long_words=False)
        if len(lines) <= _LINES and all(len(line) <= letters for line in lines):
            return lines, size
    letters, size = _SIZES[-1]
    return [
        _cut(line, letters) for line in textwrap.wrap(name, letters, max_lines=_LINES, placeholder="…")
    ], size


def _text(line: str, baseline: float, size: int) -> str:
    return (
        f'<text x="{_CENTRE:g}" y="{baseline:.1f}" font-size="{size}" font-weight="700">{escape(line)}</text>'
    )


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _printable(text: str) -> str:
    """Without what XML cannot hold."""
    return "".join(letter if letter.isprintable() else " " for letter in text).strip()
