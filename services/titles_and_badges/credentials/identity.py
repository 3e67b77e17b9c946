"""Ids of credentials: stable, so that a link holds for ever, and not to be guessed."""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256

#: The kinds of award.
BADGE = "badge"
TITLE = "title"

_BYTES = 16


def identifier(salt: bytes, source: str, award: str) -> str:
    """The id of an award's credential: always the same one, 22 letters, unknown without the community's salt."""
    digest = hmac.new(salt, f"{source}:{award}".encode(), sha256).digest()
    return urlsafe_b64encode(digest[:_BYTES]).rstrip(b"=").decode()


def path(salt: bytes, source: str, award: str) -> str:
    """Where an award's credential is, relative to the service's public address."""
    return f"/credentials/{identifier(salt, source, award)}"
