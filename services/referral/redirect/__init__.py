"""The door of `/r/{code}`: redirects from memory and keeps the click, before Flask and without the database.

Nothing that it does can fail because a server is away: links are in memory, clicks go into a spool on the disk.
"""

import os
import re
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_plus

from services.referral.domain import click_keys, codes, robots, visits
from services.referral.queries.redirects import Route
from services.referral.redirect import visitors
from services.referral.redirect.routes import Routes, Target, Undecided
from services.referral.redirect.visitors import Hashing, Visitor
from services.referral.use_cases import clicking
from services.referral.use_cases.clicking import Seen
from shared import telemetry

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PREFIX = "/r/"
#: Flags of paid traffic: their names are kept, their values are not.
PAID = frozenset(
    {
        "gclid", "gad_source", "gad_campaignid", "fbclid", "fb_action_ids", "twclid", "msclkid", "li_fat_id", "rdclid",
        "ttclid",
    }
)  # fmt: skip
_SOURCE = frozenset({"channel", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term"})
_LONGEST_QUERY = 4_000
_QUOTED = re.compile("[%+]")
_SECONDS = re.compile(r"[0-9]{1,10}")
_HOST = re.compile(r"https?://(?:[^/?#@]*@)?([\w.-]{1,100})")
_VALUE = re.compile(r"[\w .:+/-]{1,64}")
_ROUTE = "/r/{code}"
_AHEAD = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_PURPOSE", "HTTP_X_MOZ")
# Asked for once: of a visitor's number and of a click's id.
_VISITOR_DIGITS, _CHANCE_BYTES = 32, 26

_COMMON = [("Cache-Control", "no-store"), ("Content-Length", "0")]
# What is asked of most links is the same: whatever their campaign wrote behind them, and where they are shown.
_MOST_QUERIES = _MOST_REFERRERS = 1_024
_GONE = b"<!doctype html><meta charset=utf-8><title>No such link</title><p>This link leads nowhere."


class Asked(NamedTuple):
    """What the query of a link says besides: where it was shared, when it was sent, and paid traffic.

    Whoever asks the same shares it: it is never changed.
    """

    source: dict[str, str]
    paid: list[str]
    sent: float | None


_NOTHING_ASKED = Asked({}, [], None)


class Redirect:
    """WSGI middleware: answers `/r/{code}`, and hands on whatever else is asked."""

    def __init__(  # noqa: PLR0913 (what an installation says of its links)
        self,
        app: "WSGIApplication",
        *,
        service: str,
        routes: Routes,
        keep: Callable[[bytes], bool],
        fallback: str | None,
        proxies: int = 0,
        secure: bool = False,
    ) -> None:
        self._app, self._service = app, service
        self._routes, self._keep = routes, keep
        self._fallback, self._proxies, self._secure = fallback, proxies, secure
        self._answered: deque[tuple[str, int, float]] = deque()
        self.hashing = Hashing({})

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Redirect, or hand the request on."""
        path = environ["PATH_INFO"]
        if not path.startswith(PREFIX):
            return self._app(environ, start_response)
        began = time.monotonic()
        status, headers, body = self._answer(_code(path), environ)
        self._answered.append((environ["REQUEST_METHOD"], int(status[:3]), time.monotonic() - began))
        start_response(status, headers)
        return [body] if body and environ["REQUEST_METHOD"] != "HEAD" else []

    def count(self) -> None:
        """Add to the metrics what was answered since the last time: one by one it takes five times as long."""
        alike: defaultdict[tuple[str, int], list[float]] = defaultdict(list)
        while self._answered:
            method, status, seconds = self._answered.popleft()
            alike[method, status].append(seconds)
        for (method, status), spent in alike.items():
            telemetry.record_requests(self._service, method, _ROUTE, status, spent)

    def _answer(self, code: str, environ: "WSGIEnvironment") -> tuple[str, list[tuple[str, str]], bytes]:
        method = environ["REQUEST_METHOD"]
        if method not in {"GET", "HEAD"}:
            return "405 METHOD NOT ALLOWED", [("Allow", "GET, HEAD"), *_COMMON], b""
        undecided = False
        try:
            route = self._routes.find(code)
        except Undecided:
            route, undecided = None, True
        chance = os.urandom(_CHANCE_BYTES).hex()
        visitor = visitors.visitor(environ, chance[:_VISITOR_DIGITS])
        seen = self._seen(code, route, visitor, environ, chance[_VISITOR_DIGITS:])
        self._keep(clicking.encode(seen))
        if seen.prefetch:
            # A browser that is refused fetches again when its person really comes; else the click that he makes
            # would be this one, which nobody made.
            return "503 SERVICE UNAVAILABLE", _COMMON, b""
        target = self._routes.target(route) if route is not None else None
        if target is None and self._fallback is None:
            if undecided:
                return "503 SERVICE UNAVAILABLE", [("Retry-After", "1"), *_COMMON], b""
            headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(_GONE)))]
            return "404 NOT FOUND", [("Cache-Control", "no-store"), *headers], _GONE
        return "302 FOUND", self._headers(seen, target, visitor, environ), b""

    def _headers(
        self, seen: Seen, target: Target | None, visitor: Visitor, environ: "WSGIEnvironment"
    ) -> list[tuple[str, str]]:
        location = target.at(seen.id) if target is not None else self._fallback or ""
        headers = [("Location", location), *_COMMON]
        if seen.method == "GET" and not visitor.known:
            headers.append(("Set-Cookie", visitors.cookie(visitor.number, environ, secure=self._secure)))
        return headers

    def _seen(
        self, code: str, route: Route | None, visitor: Visitor, environ: "WSGIEnvironment", chance: str
    ) -> Seen:
        at = time.time()
        community = route.community if route is not None else None
        query = environ.get("QUERY_STRING")
        source, paid, sent = asked(query) if query else _NOTHING_ASKED
        hashed = self.hashing
        ahead = [environ[name] for name in _AHEAD if name in environ]
        whence = click_keys.household(visitors.address(environ, self._proxies))
        return Seen(
            # Not to be guessed; ids of one process rise with time: what came within a millisecond keeps its order.
            id=f"{int(at * 1_000_000):013x}{chance}",
            at=at,
            code=route.code if route is not None else codes.fold(code[: codes.LONGEST_TRIED]) or "?",
            community=community,
            method=environ["REQUEST_METHOD"],
            user_agent=environ.get("HTTP_USER_AGENT", "")[: robots.LONGEST],
            prefetch=bool(ahead) and visits.is_prefetch(ahead),
            cookie=visitor.known,
            visitor=hashed(click_keys.VISITOR, community, visitor.number, at) if community else None,
            address=hashed(click_keys.ADDRESS, community, whence, at) if community else None,
            referrer=_host(environ.get("HTTP_REFERER")),
            sent=sent,
            source=source,
            paid=paid,
        )


@lru_cache(_MOST_QUERIES)
def asked(query: str) -> Asked:
    """What is declared in a query; all else in it is dropped, and so is what looks like somebody's address."""
    source: dict[str, str] = {}
    paid: list[str] = []
    sent = None
    for part in query[:_LONGEST_QUERY].split("&"):
        # `parse_qsl` takes ten times as long, and most of what it would read is dropped.
        name, _, written = part.partition("=")
        if name in _SOURCE:
            value = unquote_plus(written) if _QUOTED.search(written) else written
            if _VALUE.fullmatch(value):
                source[name] = value
        elif name in PAID:
            paid.append(name)
        elif name == "sent" and _SECONDS.fullmatch(written):
            sent = float(written)
    return Asked(source, sorted(set(paid)) if paid else paid, sent)


def _code(path: str) -> str:
    """The code in a path; WSGI hands over bytes in the form of text."""
    code = path[len(PREFIX) :].rstrip("/")
    return code if code.isascii() else code.encode("latin-1").decode(errors="replace")


@lru_cache(_MOST_REFERRERS)
def _host(referrer: str | None) -> str | None:
    """Of where somebody comes from the host alone: an address may name him."""
    found = _HOST.match(referrer) if referrer else None
    return found[1].lower() if found else None
