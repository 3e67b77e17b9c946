"""A file of activities, one a line, in the words of `POST /v1/activities`; each is sent as it stands."""

from collections.abc import Iterator
from typing import BinaryIO

import msgspec

from services.activity.importers.items import Advance, Found, Item, Unreadable

MOST_BYTES = 1_900_000  # a request may carry 2 MB
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read(file: BinaryIO, name: str, advance: Advance = lambda _: None) -> Iterator[Found]:
    """Every line that is not empty: an activity, or what is wrong with it. A bad line stops nothing."""
    for number, line in enumerate(_lines(file), start=1):
        advance(len(line))
        text = line.removeprefix(BYTE_ORDER_MARK).strip() if number == 1 else line.strip()
        if text:
            yield _found(text, f"{name}, line {number}")


def _found(text: bytes, place: str) -> Found:
    if len(text) > MOST_BYTES:
        return Unreadable(place=place, reason="the line is larger than one request may be (2 MB)")
    try:
        activity = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        return Unreadable(place=place, reason=f"not JSON: {error}")
    if not isinstance(activity, dict):
        return Unreadable(place=place, reason="not one activity: a line must hold one JSON object")
    activity_id, activity_type = activity.get("id"), activity.get("type")
    if not isinstance(activity_id, str) or not isinstance(activity_type, str):
        return Unreadable(place=place, reason="an activity needs an `id` and a `type`, both strings")
    return Item(kind="activities", label=activity_type, place=place, id=activity_id, body=text)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines, each in bounded memory: of one that is too long only the beginning is kept."""
    while line := file.readline(MOST_BYTES + 2):
        rest = line
        while not rest.endswith(b"\n") and len(rest) == MOST_BYTES + 2:
            rest = file.readline(MOST_BYTES + 2)
        yield line
