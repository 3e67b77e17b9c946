"""JSON-LD contexts out of files alone: nothing is ever fetched while something is signed or checked."""

import functools
import json
from importlib import resources
from typing import Any

CREDENTIALS = "https://www.w3.org/ns/credentials/v2"
OPEN_BADGES = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"
OPEN_BADGES_EXTENSIONS = "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json"

_FILES = {
    CREDENTIALS: "credentials-v2.json",
    OPEN_BADGES: "open-badges-3.0.3.json",
    OPEN_BADGES_EXTENSIONS: "open-badges-extensions.json",
}


class UnknownContext(Exception):  # noqa: N818 (a fact about a document, told to whoever checks it)
    """A document names a context that is no file here."""


def load(address: str, _options: object = None) -> dict[str, Any]:
    """A context, in the form that PyLD wants of a document loader. Raises UnknownContext."""
    if address not in _FILES:
        raise UnknownContext(address)
    return {
        "contentType": "application/ld+json",
        "contextUrl": None,
        "documentUrl": address,
        "document": _read(address),
    }


@functools.cache
def _read(address: str) -> Any:  # noqa: ANN401 (JSON)
    return json.loads((resources.files(__name__) / _FILES[address]).read_text(encoding="utf-8"))
