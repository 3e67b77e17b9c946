"""A fact: what one activity means to one member, at the highest version that we know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

#: Event order: `published`, then the source's own sequence (−1 where it gives none), then the activity's id. Arrival
#: never counts, and a missing sequence is a constant, or three activities could come before one another in a circle.
Order = tuple[datetime, int, str]

ACTOR = "actor"
AUTHOR = "author"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One activity as it concerns one member. Members are Laurel's ids; times are aware UTC."""

    member: str
    activity: str
    version: int
    roles: Sequence[str]
    type: str
    published: datetime
    sequence: int | None = None
    actor: str | None = None
    value: int | None = None
    object: str | None = None
    object_type: str | None = None
    object_author: str | None = None
    object_published: datetime | None = None
    object_tags: Sequence[str] = ()
    parent: str | None = None
    parent_type: str | None = None
    parent_author: str | None = None
    parent_published: datetime | None = None

    @property
    def order(self) -> Order:
        """Its place in event order."""
        return (self.published, -1 if self.sequence is None else self.sequence, self.activity)

    def involved(self) -> list[str]:
        """Whose profiles can change what this fact counts for, besides the member's own."""
        others = {self.actor, self.object_author, self.parent_author} - {None, self.member}
        return sorted(name for name in others if name)
