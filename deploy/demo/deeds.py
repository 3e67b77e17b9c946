"""One activity of the story, before it is written as JSON."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from deploy.demo.rhythm import ZONE

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Who did what, when. `arrived`: when it reaches Laurel, if not at once; `edited` makes it an edit."""

    id: str
    type: str
    actor: str | Json | None
    object: Json
    at: datetime
    arrived: datetime | None = None
    edited: datetime | None = None
    value: int | None = None

    @property
    def arrives(self) -> datetime:
        """When it reaches Laurel."""
        return self.arrived or self.edited or self.at

    def activity(self) -> Json:
        """As `POST /v1/activities` takes it."""
        activity: Json = {
            "id": self.id,
            "type": self.type,
            "actor": self.actor,
            "object": self.object,
            "published": _written(self.at),
        }
        if self.edited is not None:
            activity["updated"] = _written(self.edited)
        if self.value is not None:
            activity["value"] = self.value
        return activity


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """Something that people react to: a question, an answer, a comment, a review, an event."""

    id: str
    type: str
    author: str
    at: datetime
    appeal: float  # how many likes it may expect
    parent: str | None = None
    tags: tuple[str, ...] = field(default=())
    value: int | None = None
    asker: str | None = None  # of the question that it answers

    def deed(self) -> Deed:
        """Its creation."""
        thing: Json = {"id": self.id, "type": self.type}
        if self.parent is not None:
            thing["inReplyTo"] = self.parent
        if self.tags:
            thing["tag"] = list(self.tags)
        return Deed(
            id=f"create/{self.id}",
            type="Create",
            actor=self.author,
            object=thing,
            at=self.at,
            value=self.value,
        )


def _written(moment: datetime) -> str:
    return moment.astimezone(ZONE).isoformat(timespec="milliseconds")
