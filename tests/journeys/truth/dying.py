"""Where a process may die: before or behind a write, inside a transaction or between two."""

import contextlib
from collections.abc import Iterator, Mapping
from types import ModuleType
from typing import Any

from services.titles_and_badges.repository import awards, facts
from services.titles_and_badges.repository.boards import accounts, standings, trees
from services.titles_and_badges.repository.tallies import Book
from services.titles_and_badges.use_cases import closing, counting, recognising
from shared import outbox, work


class Died(BaseException):
    """The process is gone. Nobody may catch it as a fault of an event or of a step."""


_BATCH = (
    (facts, "write"), (accounts, "keep"), (awards, "write"), (Book, "write"), (recognising, "recognise"),
    (closing, "note_late"),
)  # fmt: skip
_STEP = (
    (counting, "recount_members"),
    (awards, "write"),
    (Book, "write"),
    (outbox, "add"),
    (work, "_remember"),
)
_SHOWING = ((standings, "keep"), (trees, "keep"), (standings, "keep_shown"), (accounts, "forget_marks"))
_DOOR = ((outbox, "add"), (work, "add_all"))

_Places = tuple[tuple[ModuleType | type, str], ...]


def _named(places: _Places) -> list[str]:
    rooms = [f"{room.__name__.rpartition('.')[2]}.{name}" for room, name in places]
    return [f"{when} {room}" for room in rooms for when in ("before", "behind")]


#: Names of places, for Hypothesis to choose from, by what is being done.
BATCH, STEP, SHOWING, DOOR = (_named(each) for each in (_BATCH, _STEP, _SHOWING, _DOOR))
_ROOMS: Mapping[str, tuple[ModuleType | type, str]] = {
    f"{room.__name__.rpartition('.')[2]}.{name}": (room, name) for room, name in (*_BATCH, *_STEP, *_SHOWING, *_DOOR)
}  # fmt: skip


@contextlib.contextmanager
def dying(place: str | None) -> Iterator[list[str]]:
    """Die at the first use of a place, if one is named. Whoever died is named in what this yields."""
    died: list[str] = []
    if place is None:
        yield died
        return
    when, _, named = place.partition(" ")
    room, name = _ROOMS[named]
    real = getattr(room, name)

    def die(*args: Any, **kwargs: Any) -> Any:
        if when == "behind":
            real(*args, **kwargs)
        raise Died(place)

    setattr(room, name, die)
    try:
        yield died
    except Died:
        died.append(place)
    finally:
        setattr(room, name, real)
