"""Request bodies: bounded, JSON only, read once."""

from collections.abc import Callable
from typing import Any, NoReturn

import marshmallow
import msgspec
from flask import Request, request
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import HTTPException, UnsupportedMediaType

from shared.errors import Invalid, Malformed, Place, TooLarge
from shared.http import problems, resources, views
from shared.http.views import View

#: What one request may carry, in bytes, unless its endpoint says otherwise.
BODY = 256 * 1024
#: What a batch of 1,000 items may carry.
BATCH = 2 * 1024 * 1024

MEDIA_TYPES = ("application/json", "application/activity+json", "application/ld+json")

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_PLAIN = frozenset({None, "", "identity"})
_LIMIT = "body_limit"


def body_limit(limit: int) -> Callable[[View], View]:
    """Declare that an endpoint takes up to `limit` bytes; the door checks it before the body is read."""
    return views.declare(_LIMIT, limit)


def body() -> Any:  # noqa: ANN401 - JSON
    """The request's body, decoded. Raises Malformed when it is empty or not JSON in UTF-8."""
    return decode(request.get_data())


def decode(raw: bytes) -> Any:  # noqa: ANN401 - JSON
    """JSON by the letter: UTF-8, no NaN, no lone surrogates, bounded depth. Raises Malformed."""
    if not raw:
        message = "The body is empty; JSON is expected."
        raise Malformed(message)
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = f"The body is not JSON: {error}"
        raise Malformed(message) from error
    except RecursionError as error:
        message = "The body is nested too deeply."
        raise Malformed(message) from error


def check() -> None:
    """Read the body of an admitted request: JSON by its name, and no longer than its view takes."""
    limit = views.declared_here(_LIMIT) or BODY
    if request.url_rule is None or request.method not in _WITH_BODY or not _announced():
        return
    if request.mimetype not in MEDIA_TYPES or request.headers.get("Content-Encoding") not in _PLAIN:
        raise UnsupportedMediaType(description=f"Send one of {', '.join(MEDIA_TYPES)}, not compressed.")
    # werkzeug cuts a chunked body that is longer than its limit in silence; the one byte more shows it.
    request.max_content_length = limit + 1
    if (request.content_length or 0) > limit or len(_read()) > limit:
        message = f"The body is larger than {limit} bytes."
        raise TooLarge(message)


def _read() -> bytes:
    """All of the body. Raises Malformed where its chunks are none, or the caller hangs up within it."""
    try:
        return request.get_data(cache=True)
    except HTTPException:
        raise
    except Exception as error:  # each server raises errors of its own, and all are of what the caller sent
        message = f"The body cannot be read: {error}"
        raise Malformed(message) from error


def _announced() -> bool:
    return bool(request.content_length) or "chunked" in request.headers.get("Transfer-Encoding", "").lower()


class Parser(FlaskParser):
    """webargs with our reading of JSON, and its refusals as ours."""

    def _raw_load_json(self, req: Request) -> Any:  # noqa: ANN401 - JSON
        return decode(req.get_data())

    def pre_load(
        self,
        location_data: Any,  # noqa: ANN401 - untrusted JSON, or parameters
        *,
        schema: marshmallow.Schema,
        req: Request,
        location: str,
    ) -> Any:  # noqa: ANN401 - the same
        """Leave out of a body what is shown and cannot be set."""
        return resources.wanted(location_data, schema, req) if location == "json" else location_data

    def handle_error(
        self,
        error: marshmallow.ValidationError,
        req: Request,
        schema: marshmallow.Schema,
        **_: object,
    ) -> NoReturn:
        """Raise what the schema found as Invalid: pointers for the body, names for parameters."""
        del req, schema
        found: list[Place] = []
        for location, messages in _by_location(error).items():
            for place in problems.places(messages):
                pointer = place["pointer"] if location == "json" else place["pointer"].removeprefix("/")
                found.append({"pointer": pointer, "detail": place["detail"]})
        message = "The input does not fit the schema."
        raise Invalid(message, errors=found) from error


def _by_location(error: marshmallow.ValidationError) -> dict[str, Any]:
    found: dict[str, Any] = error.normalized_messages()  # type: ignore[no-untyped-call]  # marshmallow forgot
    return found
