"""Scripts and style sheets: one file for each element and major version, for any page, kept for minutes."""

import gzip
from functools import cache
from importlib import resources

from flask import Blueprint, Response, request

blueprint = Blueprint("assets", __name__)

ELEMENTS = ("badges", "leaderboard", "title")

_HERE = resources.files(__package__)
_LOOK = resources.files("shared.web") / "look.css"
# A short life, and old ones serve while they are looked after: a fix is everywhere within minutes.
_HEADERS = {
    "Cache-Control": "public, max-age=300, stale-while-revalidate=86400",
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Timing-Allow-Origin": "*",
    "Vary": "Accept-Encoding",
}


@blueprint.get("/widgets/v1/<any(" + ",".join(ELEMENTS) + "):element>.js")
def script(element: str) -> Response:
    """An element, complete in one file."""
    return _answer((_HERE / "built" / f"{element}.js").read_bytes(), "text/javascript")


@blueprint.get("/widgets/v1/<any(elements,pages):sheet>.css")
def style(sheet: str) -> Response:
    """`elements`: what keeps an element's place before its script is there. `pages`: the look of pages."""
    return _answer(_sheet(sheet), "text/css")


@cache
def _sheet(name: str) -> bytes:
    elements = _HERE / "elements"
    if name == "elements":
        return (elements / "elements.css").read_bytes()
    parts = [_LOOK, *(elements / f"{each}.css" for each in ("badges", "leaderboard")), elements / "pages.css"]
    return b"\n".join(part.read_bytes() for part in parts)


def _answer(content: bytes, mimetype: str) -> Response:
    packed = request.accept_encodings.quality("gzip") > 0
    response = Response(_packed(content) if packed else content, mimetype=mimetype, headers=_HEADERS)
    if packed:
        response.content_encoding = "gzip"
    return response


@cache
def _packed(content: bytes) -> bytes:
    return gzip.compress(content, 9, mtime=0)
