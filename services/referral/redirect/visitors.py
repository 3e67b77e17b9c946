"""Who clicks: a random number in a cookie of our own, and an address; neither is kept but as a keyed hash."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from services.referral.domain import click_keys

if TYPE_CHECKING:
    from hashlib import blake2b

    from _typeshed.wsgi import WSGIEnvironment

COOKIE = "laurel_visitor"
#: A year; browsers that allow less cut it.
COOKIE_SECONDS = 31_536_000

# Whatever else stands in the cookie ("", foo, 2, _, %20) is not from us.
_FOUND = re.compile(rf"(?:^|[;,\s]){COOKIE}=\"?([0-9a-f]{{32}})\"?(?=[;,\s]|$)")


class Visitor(msgspec.Struct, frozen=True):
    """A browser; `known`: it sent its cookie back."""

    number: str
    known: bool


def visitor(environ: "WSGIEnvironment", new: str) -> Visitor:
    """Who asks: by his cookie; else the `new` number, 32 hexadecimal digits, is his."""
    cookies = environ.get("HTTP_COOKIE")
    found = _FOUND.search(cookies) if cookies and COOKIE in cookies else None
    return Visitor(found[1], known=True) if found else Visitor(new, known=False)


def cookie(number: str, environ: "WSGIEnvironment", *, secure: bool = False) -> str:
    """The cookie by which a visitor is known again: first-party, invisible to scripts, not sent from other sites.

    `secure`: links are public over https, whatever the proxy says that stands before us.
    """
    also = "; Secure" if secure or environ.get("wsgi.url_scheme") == "https" else ""
    return f"{COOKIE}={number}; Path=/; Max-Age={COOKIE_SECONDS}; HttpOnly; SameSite=Lax{also}"


def address(environ: "WSGIEnvironment", proxies: int) -> str:
    """Where a request comes from, behind so many proxies of our own: only what those wrote is believed."""
    if proxies:
        said: list[str] = environ.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(said) >= proxies:
            return said[-proxies].strip()
    found: str = environ.get("REMOTE_ADDR", "")
    return found


class Hashing:
    """Hashes for a community, under the keys of the present; the keys are looked for again each minute."""

    def __init__(self, keys: Mapping[str, bytes]) -> None:
        self._keys = keys
        self._until = 0.0
        self._now: dict[str, tuple[str, blake2b] | None] = {}

    def __call__(self, what: str, community: str, value: str, at: float) -> str | None:
        """The hash with its key's name before it; None where the key of the present is not there."""
        if at >= self._until:
            self._look(at)
        found = self._now[what]
        return None if found is None else f"{found[0]}/{click_keys.digest(found[1], community, value)}"

    def _look(self, at: float) -> None:
        moment = datetime.fromtimestamp(at, UTC)
        names = {what: click_keys.name(what, moment) for what in (click_keys.VISITOR, click_keys.ADDRESS)}
        self._now = {
            what: (name, click_keys.keyed(self._keys[name])) if name in self._keys else None
            for what, name in names.items()
        }
        # Periods begin with a minute.
        self._until = at - at % 60 + 60
