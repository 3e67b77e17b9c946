"""A fact: what one activity means to one member, at the highest version that we know."""

from collections.abc import Sequence
from datetime import datetime

from services.titles_and_badges.domain import values

#: Event order: `published`, then the source's own sequence (−1 where it gives none), then the activity's id. Arrival
#: never counts, and a missing sequence is a constant, or three activities could come before one another in a circle.
Order = tuple[datetime, int, str]

ACTOR = "actor"
AUTHOR = "author"
#: What other parts of Laurel say of a member: no activity, and no role that one could be posted with.
OUTCOME = "outcome"


@values.value
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
        member, actor, author, asker = self.member, self.actor, self.object_author, self.parent_author
        if author in (None, member, actor) and asker in (None, member, actor):  # most of them
            return [actor] if actor and actor != member else []
        return sorted(name for name in {actor, author, asker} - {member} if name)
