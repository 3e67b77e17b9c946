"""One item, or a batch of them: each taken and answered by itself, so that a bad one stops no good one."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import marshmallow
from flask import Response

from shared.errors import Malformed, Refused, TooLarge
from shared.http import answers, bodies, problems

ACCEPTED, DUPLICATE, REFUSED = "accepted", "duplicate", "refused"
STATUSES = (ACCEPTED, DUPLICATE, REFUSED)
_LONGEST_ID = 1_000


class Took(NamedTuple):
    """What is answered for one item, and whether it is new."""

    answer: dict[str, Any]
    is_new: bool


def one_or_many(
    schema: marshmallow.Schema, named: str, most: int, take: Callable[[dict[str, Any]], Took]
) -> Response:
    """Read the body, take what it holds and answer.

    One item alone is answered with 201 (new) or 200 (known already), the body the same each time, or with a problem;
    a list item by item. `named` is the field that names an item. Raises TooLarge beyond `most` items.
    """
    sent = bodies.body()
    if not isinstance(sent, list):
        took = take(_read(schema, sent))
        return answers.respond(took.answer, 201 if took.is_new else 200)
    if len(sent) > most:
        message = f"A batch holds {most} items at most; this one holds {len(sent)}."
        raise TooLarge(message)
    return summed([_item(schema, named, each, take) for each in sent])


def summed(items: Sequence[dict[str, Any]]) -> Response:
    """What became of the items, each with its `status`, and how many were accepted, duplicate and refused."""
    counts = Counter(item["status"] for item in items)
    return answers.respond({**{status: counts[status] for status in STATUSES}, "results": items})


def refused(name: str | None, refusal: Refused) -> dict[str, Any]:
    """The answer for an item that was refused."""
    problem = problems.problem(refusal.status, refusal.title, refusal.detail, refusal.errors)
    return {"id": name, "status": REFUSED, "problem": problem}


def _item(
    schema: marshmallow.Schema,
    named: str,
    sent: Any,  # noqa: ANN401 (untrusted JSON)
    take: Callable[[dict[str, Any]], Took],
) -> dict[str, Any]:
    try:
        took = take(_read(schema, sent))
    except Refused as refusal:
        name = sent.get(named) if isinstance(sent, dict) else None
        return refused(name if isinstance(name, str) and len(name) <= _LONGEST_ID else None, refusal)
    return {**took.answer, "status": ACCEPTED if took.is_new else DUPLICATE}


def _read(schema: marshmallow.Schema, sent: Any) -> dict[str, Any]:  # noqa: ANN401 (untrusted JSON)
    if not isinstance(sent, dict):
        message = "An item is a JSON object."
        raise Malformed(message)
    try:
        loaded: dict[str, Any] = schema.load(sent)
    except marshmallow.ValidationError as error:
        raise problems.invalid(error) from error
    return loaded
