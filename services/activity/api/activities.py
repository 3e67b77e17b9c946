"""Activities: post one or a thousand, read them back, retract them."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from flask import Response, current_app, request
from marshmallow import ValidationError

from services.activity import queries
from services.activity.api import batches
from services.activity.domain.deeds import UNDO, Deed
from services.activity.schemas import activities as schemas
from services.activity.schemas import deeds, fast
from services.activity.use_cases import posting
from services.activity.use_cases.posting import Answer
from shared import clock, http
from shared.errors import Conflict, Invalid, Malformed, Refused, TooLarge

blueprint = http.Blueprint("activities", description="What members do, in ActivityStreams 2.0 words")

_raw_items = msgspec.json.Decoder(list[msgspec.Raw])
_raw_item = msgspec.json.Decoder(msgspec.Raw)
_any = msgspec.json.Decoder()


@blueprint.post("/activities")
@http.requires("server", "admin")
@http.body_limit(http.BATCH)
@blueprint.body(http.one_or_many(schemas.Activity, schemas.LARGEST_BATCH))
@blueprint.response(200, {"anyOf": [schemas.BatchAnswer, schemas.ItemAnswer]})
@blueprint.alt_response(201, schema=schemas.ItemAnswer)
def post_activities() -> Response:
    """Take an activity, or a batch of up to 1,000.

    A batch is answered item by item: accepted, duplicate, or refused with the reason and the place; the good ones go
    through though others are bad. The same id with the same content changes nothing; with another content and a later
    `updated` it is an edit, without that it is refused. One activity alone is answered with 201 (accepted), 200
    (duplicate) or a problem. Repeating a call is always safe.
    """
    written = request.get_data()
    if not written.lstrip().startswith(b"["):
        return _one(_items(b"[" + written + b"]"))
    return batches.answer(_take(_items(written)))


@blueprint.get("/activities")
@http.requires("server", "admin", "rep")
@blueprint.arguments(http.PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, http.page_of(schemas.StoredActivity))
def list_activities(limit: int, cursor: str | None = None) -> Response:
    """List what members did, the latest first."""
    before: tuple[datetime, str] | None = http.decode_cursor(cursor, "activities", datetime, str)
    rows = queries.latest_activities(http.community(), before=before, limit=limit + 1)
    return http.page(
        rows,
        limit=limit,
        kind="activities",
        position=lambda row: (row["published"], row["id"]),
        schema=_STORED,
    )


@blueprint.get("/activities/<any_id:activity_id>")
@http.requires("server", "admin", "rep")
@blueprint.response(200, schemas.StoredActivity)
def show_activity(activity_id: str) -> Mapping[str, Any]:
    """Show one activity."""
    return queries.activity(http.community(), activity_id)


@blueprint.delete("/activities/<any_id:activity_id>")
@http.requires("server", "admin")
@blueprint.response(204)
def retract_activity(activity_id: str) -> Response:
    """Retract an activity for good, at any age, also before it has come; whatever rests on it is taken back."""
    posting.retract(http.community(), _short_enough(activity_id))
    return http.nothing()


_STORED = schemas.StoredActivity()


def _items(written: bytes) -> list[msgspec.Raw]:
    try:
        items = _raw_items.decode(written)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        items = _items_one_by_one(written, error)
    if len(items) > schemas.LARGEST_BATCH:
        message = f"A batch holds {schemas.LARGEST_BATCH} activities at most; this one holds {len(items)}."
        raise TooLarge(message)
    return items


def _items_one_by_one(written: bytes, fault: Exception) -> list[msgspec.Raw]:
    """The items of a batch in which one is bad by the letter (a lone surrogate, NaN): it alone will be refused."""
    try:
        found = json.loads(written)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, list):
        message = f"The body is not JSON: {fault}"
        raise Malformed(message) from fault
    return [msgspec.Raw(json.dumps(item).encode()) for item in found]


def _one(items: list[msgspec.Raw]) -> Response:
    if len(items) != 1:
        message = "The body is not one activity."
        raise Malformed(message)
    accounts = _accounts()
    answer = posting.take(http.community(), [_read(items[0], accounts)], accounts.by_member(), clock.now())[0]
    if answer.reason is not None:
        raise Conflict(answer.reason)
    return http.respond(_shown(answer), 201 if answer.status == posting.ACCEPTED else 200)


def _take(items: list[msgspec.Raw]) -> list[dict[str, Any]]:
    accounts = _accounts()
    good: list[Deed] = []
    answers: list[dict[str, Any] | None] = []
    for item in items:
        try:
            good.append(_read(item, accounts))
            answers.append(None)
        except Refused as refusal:
            answers.append(_refused(item, refusal))
    taken = iter(posting.take(http.community(), good, accounts.by_member(), clock.now()))
    return [_shown(next(taken)) if answer is None else answer for answer in answers]


def _read(item: msgspec.Raw, accounts: deeds.Accounts) -> Deed:
    """One activity from its bytes. Raises Refused with every fault and its place."""
    deed = fast.deed(item, accounts) or _judged(item, accounts)
    if deed.type == UNDO and not deed.object:
        message = "An Undo names the activity that it undoes."
        raise Invalid(message, errors=[{"pointer": "/object", "detail": "Missing: the `id` of an activity."}])
    return deed


def _judged(item: msgspec.Raw, accounts: deeds.Accounts) -> Deed:
    try:
        return deeds.deed(schemas.ACTIVITY.load(_any.decode(item)), accounts)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        message = f"This is not JSON: {error}"
        raise Malformed(message) from error
    except ValidationError as error:
        raise http.invalid(error) from error


def _accounts() -> deeds.Accounts:
    return deeds.Accounts(current_app.config["MEMBER_KEY"], http.community())


def _shown(answer: Answer) -> dict[str, Any]:
    shown: dict[str, Any] = {"id": answer.id, "status": answer.status}
    if answer.reason is not None:
        shown["problem"] = http.problem(Conflict.status, Conflict.title, answer.reason)
    return shown


def _refused(item: msgspec.Raw, refusal: Refused) -> dict[str, Any]:
    return {
        "id": _id_of(item),
        "status": posting.REFUSED,
        "problem": http.problem(refusal.status, refusal.title, refusal.detail, refusal.errors),
    }


def _id_of(item: msgspec.Raw) -> str | None:
    try:
        found = _any.decode(item)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    named = found.get("id") if isinstance(found, dict) else None
    return named if isinstance(named, str) and len(named) <= schemas.LONGEST_ID else None


def _short_enough(activity_id: str) -> str:
    if len(activity_id) > schemas.LONGEST_ID:
        message = f"An id has {schemas.LONGEST_ID} characters at most."
        raise Invalid(message, errors=[{"pointer": "activity_id", "detail": message}])
    return activity_id
