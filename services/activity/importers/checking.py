"""What the server would refuse at its door, found without a server: for the dry run."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from marshmallow import ValidationError

from services.activity.importers.items import Found, Item, Unreadable
from services.activity.schemas.activities import ACTIVITY
from services.activity.schemas.members import MEMBER_ITEM

_SCHEMAS = {"members": MEMBER_ITEM, "activities": ACTIVITY}


def checked(found: Iterable[Found]) -> Iterator[Found]:
    """The same, but what is against the schema of the API is unreadable, with the place of every fault."""
    for one in found:
        reason = _fault(one) if isinstance(one, Item) else ""
        yield Unreadable(place=one.place, reason=reason) if isinstance(one, Item) and reason else one


def _fault(item: Item) -> str:
    try:
        _SCHEMAS[item.kind].load(msgspec.json.decode(item.body))
    except ValidationError as error:
        return "; ".join(_in_words("", error.messages))
    return ""


def _in_words(pointer: str, messages: Any) -> Iterator[str]:  # noqa: ANN401 (marshmallow nests dicts and lists)
    if isinstance(messages, dict):
        for name, inner in messages.items():
            yield from _in_words(f"{pointer}/{name}", inner)
    else:
        yield f"{pointer} {' '.join(map(str, messages))}"
