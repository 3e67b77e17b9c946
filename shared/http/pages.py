"""Lists, page by page: opaque cursors that say after what to go on, and RFC 8288 links."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NoReturn, TypeVar
from urllib.parse import urlencode

import marshmallow
from flask import Response, request
from marshmallow import fields, validate

from shared import clock
from shared.errors import Invalid
from shared.http import answers

DEFAULT_LIMIT, HIGHEST_LIMIT = 50, 200

Row = TypeVar("Row")
Position = tuple[str | int | datetime, ...]

#: A cursor is ours, and short; anything longer was made up.
_LONGEST_CURSOR = 6_000


class PageQuery(marshmallow.Schema):
    """The query parameters of a list; subclass it to add filters."""

    limit = fields.Integer(
        load_default=DEFAULT_LIMIT,
        validate=validate.Range(1, HIGHEST_LIMIT),
        metadata={"description": "How many items a page holds at most."},
    )
    cursor = fields.String(
        load_default=None, metadata={"description": "Where to go on: `next` of the page before."}
    )


def page_of(schema: answers.Schema) -> type[marshmallow.Schema]:
    """The schema of a page whose items fit `schema`, for the OpenAPI document."""
    kind = schema if isinstance(schema, type) else type(schema)
    members = {
        "items": fields.List(fields.Nested(schema), required=True),
        "next": fields.String(
            required=True,
            allow_none=True,
            metadata={"description": "The cursor of the next page; null on the last one."},
        ),
    }
    return marshmallow.Schema.from_dict(members, name=f"{kind.__name__.removesuffix('Schema')}Page")  # type: ignore[arg-type]


def page(
    rows: Sequence[Row],
    *,
    limit: int,
    kind: str,
    position: Callable[[Row], Position],
    schema: marshmallow.Schema | None = None,
    beside: Mapping[str, Any] | None = None,
) -> Response:
    """A page as an answer. Ask the query for `limit + 1` rows: the one too many tells that there are more.

    `kind` names the list, so that a cursor of one list is refused by another; `position` says where a row
    stands in the list's order. Rows are dumped by `schema`, or are plain already. `beside` stands beside them.
    """
    shown = rows[:limit]
    following = encode_cursor(kind, *position(shown[-1])) if len(rows) > limit else None
    items = shown if schema is None else schema.dump(shown, many=True)
    links = [f'<{_address(None)}>; rel="first"']
    if following is not None:
        links.insert(0, f'<{_address(following)}>; rel="next"')
    return answers.respond(
        {**(beside or {}), "items": items, "next": following}, headers={"Link": ", ".join(links)}
    )


def encode_cursor(kind: str, *position: str | int | datetime) -> str:
    """The place in the list `kind` after the row at `position`, for a client to hand back unread."""
    parts = [clock.text(part) if isinstance(part, datetime) else part for part in position]
    written = json.dumps([kind, *parts], ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(written.encode()).rstrip(b"=").decode()


def decode_cursor(cursor: str | None, kind: str, *shape: type) -> tuple[Any, ...] | None:
    """The position in `cursor`: one value for each type in `shape` (str, int, datetime), or None.

    Raises Invalid, naming `cursor`, for whatever we did not write: nothing of another type reaches a query.
    """
    if cursor is None:
        return None
    try:
        found, *parts = json.loads(_decoded(cursor))
        if found != kind or len(parts) != len(shape):
            _refuse()
        return tuple(_read(part, wanted) for part, wanted in zip(parts, shape, strict=True))
    except (ValueError, TypeError, RecursionError):
        _refuse()


def _address(cursor: str | None) -> str:
    # Path and query alone: a client resolves them against the address that it used, behind whatever proxy.
    query = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
    if cursor is not None:
        query.append(("cursor", cursor))
    path = request.script_root + request.path
    return f"{path}?{urlencode(query)}" if query else path


def _decoded(cursor: str) -> bytes:
    if len(cursor) > _LONGEST_CURSOR:
        raise ValueError
    return base64.b64decode(cursor.encode() + b"=" * (-len(cursor) % 4), altchars=b"-_", validate=True)


def _read(part: object, wanted: type) -> object:
    if wanted is datetime and isinstance(part, str):
        return clock.from_text(part)
    if type(part) is not wanted:
        raise TypeError
    return part


def _refuse() -> NoReturn:
    message = "This cursor does not belong to this list."
    detail = "hand back `next` of the page before, as it was"
    raise Invalid(message, errors=[{"pointer": "cursor", "detail": detail}]) from None
