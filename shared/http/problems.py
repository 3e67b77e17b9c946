"""One shape of error: RFC 9457 problem details, for everything that can go wrong in a request."""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast

import marshmallow
import msgspec
from flask import Flask, Response, request
from marshmallow import fields
from werkzeug.exceptions import HTTPException

from shared import telemetry
from shared.errors import (
    Fault,
    Invalid,
    LaurelError,
    Malformed,
    NotFound,
    Place,
    TooLarge,
    Unauthenticated,
    Unavailable,
)

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = "5"

# What the framework refuses is told in the same words as what we refuse.
_TITLES = {kind.status: kind.title for kind in (Malformed, NotFound, TooLarge, Invalid, Unavailable)}
_DETAILS = {
    404: "There is nothing at this address; `/docs` lists what there is.",
    405: "This address does not take this method.",
}

_log = telemetry.logger(__name__)


class ProblemPlace(marshmallow.Schema):
    """One fault in an input."""

    pointer = fields.String(
        required=True,
        metadata={
            "description": "A JSON pointer into the body (`/items/0/name`), or a parameter's name (`limit`)."
        },
    )
    detail = fields.String(required=True)


class Problem(marshmallow.Schema):
    """What went wrong (RFC 9457)."""

    type = fields.String(required=True, metadata={"example": "urn:laurel:problem:not-found"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    errors = fields.List(fields.Nested(ProblemPlace))
    request_id = fields.String(metadata={"description": "To be quoted when asking for help."})


def places(messages: object, pointer: str = "") -> list[Place]:
    """Marshmallow's nested messages as a flat list of places, in their order."""
    return list(_walk(messages, pointer))


def invalid(error: marshmallow.ValidationError, pointer: str = "") -> Invalid:
    """A schema's refusal as ours; `pointer` is where the checked value stands in the body."""
    return Invalid("The input does not fit the schema.", errors=places(error.messages, pointer))


def problem(status: int, title: str, detail: str, errors: Sequence[Place] = ()) -> dict[str, Any]:
    """The members of a problem, also for one item of a batch."""
    members: dict[str, Any] = {
        "type": f"urn:laurel:problem:{title.lower().replace(' ', '-')}",
        "title": title,
        "status": status,
        "detail": detail,
    }
    return {**members, "errors": list(errors)} if errors else members


def register(app: Flask, unavailable: Sequence[type[Exception]]) -> None:
    """Answer every exception with a problem; those of `unavailable` mean that a server is away (503)."""
    app.register_error_handler(LaurelError, _on_ours)
    app.register_error_handler(marshmallow.ValidationError, lambda error: _on_ours(invalid(error)))
    app.register_error_handler(HTTPException, _on_http)
    app.register_error_handler(Exception, _on_fault)
    for kind in unavailable:
        app.register_error_handler(kind, _on_unavailable)


def _on_ours(error: LaurelError) -> Response:
    if isinstance(error, Unavailable):
        return _on_unavailable(error)
    if isinstance(error, Fault) or error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return _on_fault(error)
    response = _answer(error.status, error.title, error.detail, error.errors)
    if isinstance(error, Unauthenticated):
        known = ', error="invalid_token"' if "Authorization" in request.headers else ""
        response.headers["WWW-Authenticate"] = f'Bearer realm="laurel"{known}'
    return response


def _on_http(error: HTTPException) -> Response:
    if error.response is not None or error.code is None or error.code < HTTPStatus.BAD_REQUEST:
        return cast("Response", Response.force_type(error.get_response(), request.environ))
    title = _TITLES.get(error.code, error.name.capitalize())
    response = _answer(error.code, title, _DETAILS.get(error.code) or error.description or title)
    for name, value in error.get_headers():
        if name.lower() != "content-type":
            response.headers[name] = value
    return response


def _on_unavailable(error: Exception) -> Response:
    # The message of a driver names hosts: it is for the log alone.
    _log.warning("a server is away", error=str(error), kind=type(error).__name__)
    response = _answer(503, Unavailable.title, "A server that we need is away. Try again in a moment.")
    response.headers["Retry-After"] = RETRY_AFTER_SECONDS
    return response


def _on_fault(error: Exception) -> Response:
    _log.error("request failed", exc_info=error, kind=type(error).__name__)
    return _answer(
        500, Fault.title, "This is our fault, and it is logged. Quote the request id when you ask for help."
    )


def _answer(status: int, title: str, detail: str, errors: Sequence[Place] = ()) -> Response:
    members = problem(status, title, detail, errors)
    members["request_id"] = request.environ.get("laurel.request_id", "")
    return Response(msgspec.json.encode(members), status=status, mimetype=MEDIA_TYPE)


def _walk(messages: object, pointer: str) -> Iterator[Place]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _walk(
                inner, pointer if key == marshmallow.exceptions.SCHEMA else f"{pointer}/{_escaped(key)}"
            )
    elif isinstance(messages, list | tuple):
        for inner in messages:
            yield from _walk(inner, pointer)
    else:
        yield {"pointer": pointer, "detail": str(messages)}


def _escaped(key: object) -> str:
    return str(key).replace("~", "~0").replace("/", "~1")
