"""Pages for whoever looks: in the reader's language, under a strict policy, and never silent about what is wrong."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import Any
from zoneinfo import ZoneInfo

import marshmallow
from babel import dates, numbers
from flask import Blueprint, Response, render_template, request

from shared import http
from shared.errors import Refused
from shared.mongo import Document
from shared.web import words
from shared.web.words import Catalogue, Value

HTML = "text/html"
SVG = "image/svg+xml"
# Long enough to carry a crowd, short enough for who does not want to be shown any more.
_CACHE = "public, max-age=60, stale-while-revalidate=300"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: a language, and the zone in which days are told."""

    language: str
    zone: ZoneInfo

    def say(self, place: str, **values: Value) -> str:
        """The message `section.key`."""
        section, _, key = place.partition(".")
        return words.say(self.language, _catalogues()[self.language][section][key], **values)

    def day(self, moment: datetime | date) -> str:
        """A moment's day in the zone, or a day: 7 Oct 2026."""
        return str(dates.format_skeleton("yMMMd", self._local(moment), locale=self.language))

    def month(self, period: str) -> str:
        """The month `2026-10`: October 2026."""
        first = date.fromisoformat(f"{period}-01")
        said = str(dates.format_skeleton("yMMMM", first, locale=self.language))
        # It begins a line everywhere; Slavic languages write months small.
        return said[:1].upper() + said[1:]

    def number(self, value: float) -> str:
        """1,234."""
        return str(numbers.format_decimal(value, locale=self.language))

    def period(self, board: Document) -> str:
        """What stretch of time a board's answer is about."""
        first, until = board["from"], board["until"]
        if first is None or until is None:
            return self.say("leaderboard.all")
        if board["window"] == "month":
            return self.month(board["period"])
        last = until - timedelta(days=1)
        days = str(dates.format_interval(first, last, "yMMMd", locale=self.language))
        return f"{board['period']}: {days}" if board["window"] == "season" else days

    def standing(self, board: Document, place: Document | None) -> str:
        """Where a member stands on a board, or why he has no place; without a member how many there are."""
        if "asked" in board and place is None:
            return self.say("shared.absent")
        if place is None:
            return self.say("leaderboard.total", count=board["total"])
        if place["excluded"]:
            return self.say("leaderboard.excluded", reason=place["excluded"]["reason"])
        if place["rank"] is None:
            return self.say("leaderboard.unranked")
        said = self.say("leaderboard.own", rank=place["rank"], total=board["total"])
        missing = board["behind"]
        return said if missing is None else f"{said} · {self.say('leaderboard.behind', count=missing)}"

    def _local(self, moment: datetime | date) -> date:
        return moment.astimezone(self.zone).date() if isinstance(moment, datetime) else moment


def reader(wanted: str | None, community: Document) -> Reader:
    """Who reads a page of a community: in the language asked for, else in the community's."""
    return Reader(words.fitting((wanted, community["locale"]), _catalogues()), community["zone"])


def page(template: str, reader_: Reader, *, frames: Sequence[str] = (), **content: Any) -> Response:  # noqa: ANN401
    """A template as an answer; sites in `frames` may hold it in a frame."""
    is_svg = template.endswith(".svg")
    return Response(
        render_template(template, t=reader_, **content),
        mimetype=SVG if is_svg else HTML,
        headers={
            "Cache-Control": _CACHE,
            "Content-Security-Policy": _picture_policy() if is_svg else _policy(frames),
            "Content-Language": reader_.language,
            **({"Cross-Origin-Resource-Policy": "cross-origin"} if is_svg else {}),
        },
    )


def blueprint(name: str) -> Blueprint:
    """A set of pages that say what is wrong as pages do."""
    made = Blueprint(name, __package__ or "", template_folder="templates")
    made.register_error_handler(Refused, _refused)
    made.register_error_handler(marshmallow.ValidationError, lambda error: _refused(http.invalid(error)))
    return made


def _refused(error: Refused) -> Response:
    """A page, or a picture where a picture was asked for; anybody may frame it, since there is nothing to click."""
    kind = "svg" if request.path.endswith(".svg") else "html"
    wanted = (request.args.get("lang"), request.accept_languages.best)
    known = Reader(words.fitting(wanted, _catalogues()), ZoneInfo("UTC"))
    places = [f"{place['pointer'].removeprefix('/')}: {place['detail']}" for place in error.errors]
    response = page(f"refused.{kind}", known, frames=["*"], status=error.status, places=places)
    response.status_code = error.status
    response.headers["Cache-Control"] = "no-store"
    return response


def _policy(frames: Sequence[str]) -> str:
    return (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors " + (" ".join(frames) or "'none'")
    )


@cache
def _picture_policy() -> str:
    # A picture cannot link a style sheet; what stands in it is allowed by its hash.
    style = (resources.files(__package__) / "templates" / "picture.css").read_text("utf-8").rstrip("\n")
    digest = b64encode(sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors *"


@cache
def _catalogues() -> dict[str, Catalogue]:
    return words.catalogues(resources.files(__package__) / "locales")
