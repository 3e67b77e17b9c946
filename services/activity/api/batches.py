"""How a batch is answered: each item by itself, in order, with their number beside."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from flask import Response

from services.activity.use_cases.posting import ACCEPTED, DUPLICATE, REFUSED
from shared import http


def answer(items: Sequence[dict[str, Any]]) -> Response:
    """What became of the items, each with its `status`, and how many were accepted, duplicate and refused."""
    counts = Counter(item["status"] for item in items)
    return http.respond(
        {**{status: counts[status] for status in (ACCEPTED, DUPLICATE, REFUSED)}, "results": items}
    )
