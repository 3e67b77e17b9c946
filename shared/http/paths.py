"""Ids of any character in a path: `/`, `#`, `?`, spaces, Cyrillic.

WSGI servers hand over a path that is already decoded, in which `a%2Fb` and `a/b` are one. So the path is put
back as the client wrote it, routes are matched on that, and each id is decoded once, by its converter.
"""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote_to_bytes

from werkzeug.exceptions import BadRequest
from werkzeug.routing import BaseConverter

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_ABSOLUTE_FORM = re.compile(r"https?://[^/?#]*", re.IGNORECASE)
_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")

#: All of ASCII that may stand in a request line; what lies beyond is percent-encoded.
_AS_WRITTEN = "".join(map(chr, range(0x21, 0x7F)))


class RawPaths:
    """WSGI middleware: `PATH_INFO` becomes the path as it was sent, still percent-encoded."""

    def __init__(self, app: "WSGIApplication") -> None:
        self._app = app

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Hand the request on with its raw path; the query string is not touched."""
        environ["PATH_INFO"] = _raw_path(environ)
        return self._app(environ, start_response)


class Id(BaseConverter):
    """One segment that holds any id, percent-encoded as `encodeURIComponent` does."""

    regex = "[^/]+"

    def to_python(self, value: str) -> str:
        """The id itself. A path that is not UTF-8, or whose `%` is broken, is a bad request."""
        if _BROKEN_PERCENT.search(value):
            raise BadRequest(description="A '%' in the path begins no percent-encoded byte; write it as %25.")
        try:
            return unquote_to_bytes(value).decode("utf-8")
        except UnicodeDecodeError:
            raise BadRequest(description="The path is not percent-encoded UTF-8.") from None

    def to_url(self, value: Any) -> str:  # noqa: ANN401 - so is it declared by werkzeug
        """The id, encoded so that it stays one segment, whatever it holds."""
        text = str(value)
        # Clients resolve the segments "." and ".." away, unless the dots are hidden from them.
        return text.replace(".", "%2E") if text in {".", ".."} else quote(text, safe="")


class AnyId(Id):
    """The rest of the path as one id: for last positions, where slashes may stay unencoded too."""

    regex = ".+"
    part_isolating = False
    weight = 200


def _raw_path(environ: "WSGIEnvironment") -> str:
    raw = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    if not raw:
        # A server that keeps only the decoded path: encoded again, an id is decoded once all the same.
        return quote(environ.get("PATH_INFO", "").encode("latin-1"), safe="/")
    path = _ABSOLUTE_FORM.sub("", raw, count=1) if not raw.startswith("/") else raw
    path = quote(path.partition("?")[0].encode("latin-1"), safe=_AS_WRITTEN)
    return path.removeprefix(quote(environ.get("SCRIPT_NAME", "").encode("latin-1"), safe="/"))
