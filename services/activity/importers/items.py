"""What a reader finds: something to send, something left out on purpose, something that it cannot read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["members", "activities"]

#: Called with the number of bytes that a reader has just taken in, for the progress bar.
Advance = Callable[[int], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One member or one activity, ready to be sent."""

    kind: Kind  # which part of the API takes it
    label: str  # what people call it: "questions"
    place: str  # where it stands: "Posts.xml, line 12"
    id: str
    body: bytes  # JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """Readable, but nothing that Laurel keeps; counted by label."""

    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """What cannot be sent, and why. It is never passed over in silence: the import ends with exit code 1."""

    place: str
    reason: str


Found = Item | LeftOut | Unreadable
Read = Callable[[Advance], Iterator[Found]]
