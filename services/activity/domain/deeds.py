"""An activity as it arrives: ActivityStreams 2.0 words, checked, with members' own ids still the community's."""

import hashlib
from datetime import datetime
from typing import NamedTuple

from services.activity.domain import objects
from services.activity.domain.objects import Claim

UNDO = "Undo"
CREATE = "Create"


class Deed(NamedTuple):
    """One activity. `actor` and `author` are Laurel's ids of members, before any merge."""

    id: str
    type: str
    actor: str | None
    object: str | None
    object_type: str | None
    author: str | None
    parent: str | None
    object_published: datetime | None
    tags: tuple[str, ...]
    published: datetime
    updated: datetime | None
    sequence: int | None
    value: int | None
    #: Tells contents apart: equal for equal contents, whatever the form in which they were written.
    digest: bytes

    def claim(self) -> Claim | None:
        """What it says about its object, if anything."""
        if self.object is None:
            return None
        return claim(
            activity=self.id,
            activity_type=self.type,
            object_id=self.object,
            object_type=self.object_type,
            author=self.author,
            parent=self.parent,
            object_published=self.object_published,
            tags=self.tags,
            at=self.updated or self.published,
        )


def deed(  # noqa: PLR0913 (these are what an activity can say, all of it keyword-only)
    *,
    id: str,  # noqa: A002 (the field's own name)
    type: str,  # noqa: A002 (likewise)
    actor: str | None,
    published: datetime,
    object: str | None = None,  # noqa: A002 (likewise)
    object_type: str | None = None,
    author: str | None = None,
    parent: str | None = None,
    object_published: datetime | None = None,
    tags: tuple[str, ...] = (),
    updated: datetime | None = None,
    sequence: int | None = None,
    value: int | None = None,
) -> Deed:
    """Make a deed. Who creates an object is its author, unless another is named, and then is when it began.

    `updated` is left out of the digest: a new stamp alone says nothing new.
    """
    if type == CREATE and object is not None:
        author = author or actor
        object_published = object_published or published
    tags = tuple(sorted(set(tags)))
    said = repr(
        [actor, author, object, object_published, object_type, parent, published, sequence, tags, type, value]
    )
    digest = hashlib.blake2b(said.encode(), digest_size=16).digest()
    return Deed(
        id, type, actor, object, object_type, author, parent, object_published, tags, published, updated, sequence,
        value, digest,
    )  # fmt: skip


def claim(  # noqa: PLR0913 (these are what an activity can say)
    *,
    activity: str,
    activity_type: str,
    object_id: str,
    object_type: str | None,
    author: str | None,
    parent: str | None,
    object_published: datetime | None,
    tags: tuple[str, ...],
    at: datetime,
) -> Claim | None:
    """The claim of an activity, or None where it only names its object."""
    authority = objects.authority(activity_type, author=author, object_type=object_type)
    if not authority:
        return None
    return Claim(
        object=object_id,
        type=object_type,
        author=author,
        parent=parent,
        published=object_published,
        tags=tags,
        rank=(authority, at, activity),
    )
