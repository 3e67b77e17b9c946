"""What an invented community does: the same activities for both sides, skewed as people are."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from shared import clock
from shared.events.activity import ActivityRecorded, Object, Parent

Item = dict[str, Any]

_BEGIN = datetime(2025, 1, 6, tzinfo=UTC)
_STEP = timedelta(seconds=7)
#: Most of what people do is liking; what is liked is mostly of late.
_KINDS = ("Like", "Answer", "Question", "Accept", "Dislike", "Join")
_WEIGHTS = (62, 14, 8, 6, 4, 6)
_LATEST = 3_000


class Post(NamedTuple):
    """A question or an answer; of an answer, its question."""

    id: str
    type: str
    author: str
    at: datetime
    question: "Post | None"


class Crowd:
    """A community at work; `items` never ends. `posts` are all that it has written so far, by id."""

    def __init__(self, name: str, members: int, seed: int = 7, step: timedelta = _STEP) -> None:
        self._dice = Random(f"{name}/{seed}")  # noqa: S311 (a story, no secret)
        self._name = name
        self._members = members
        self._step = step
        self._recent: list[Post] = []
        self.posts: dict[str, Post] = {}

    def members(self) -> list[str]:
        """The community's ids of all its members."""
        return [f"{self._name}-{number}" for number in range(self._members)]

    def items(self) -> Iterator[Item]:
        """Activities as a client sends them, in order of time."""
        for number in itertools.count():
            yield self._item(f"{self._name}/{number}", _BEGIN + self._step * number)

    def _someone(self) -> str:
        return f"{self._name}-{int(self._members * self._dice.random() ** 3)}"

    def _item(self, name: str, at: datetime) -> Item:
        kind = self._dice.choices(_KINDS, _WEIGHTS)[0] if self._recent else "Question"
        actor = self._someone()
        said: Item = {"id": name, "actor": actor, "published": clock.text(at)}
        if kind == "Join":
            meeting = {"id": f"{self._name}/meeting/{at.date()}", "type": "Event"}
            return {**said, "type": kind, "object": meeting, "value": self._dice.randrange(10, 120)}
        if kind in {"Answer", "Question"}:
            return {**said, "type": "Create", "object": self._write(kind, f"{name}/post", actor, at)}
        post = self._dice.choice(self._recent)
        if kind == "Accept":
            post = next((each for each in reversed(self._recent) if each.question is not None), post)
            said["actor"] = post.question.author if post.question else actor
        return {**said, "type": kind, "object": {"id": post.id}}

    def _write(self, kind: str, name: str, author: str, at: datetime) -> Item:
        questions = [post for post in self._recent[-50:] if post.question is None]
        question = self._dice.choice(questions) if kind == "Answer" and questions else None
        post = Post(name, kind if question else "Question", author, at, question)
        self.posts[name] = post
        self._recent.append(post)
        del self._recent[:-_LATEST]
        written: Item = {"id": name, "type": post.type, "tag": ["bench"]}
        return {**written, "inReplyTo": question.id} if question else written


def author_of(item: Item, crowd: Crowd) -> str | None:
    """Who wrote what an activity is about."""
    post = crowd.posts.get(item["object"]["id"])
    return post.author if post else None


def deliveries(community: str, crowd: Crowd, count: int) -> Iterator[ActivityRecorded]:
    """What `activity` would publish, so many of it, each at its first version."""
    return itertools.islice(
        itertools.chain.from_iterable(_deliveries(community, crowd, item) for item in crowd.items()), count
    )


def _deliveries(community: str, crowd: Crowd, item: Item) -> Iterator[ActivityRecorded]:
    actor, author = item["actor"], author_of(item, crowd)
    described = _object(crowd, item)
    for member in {actor: None, **({author: None} if author else {})}:
        roles = [role for role, who in (("actor", actor), ("author", author)) if who == member]
        yield ActivityRecorded(
            community=community,
            activity=item["id"],
            member=_member(member),
            version=1,
            roles=roles,  # type: ignore[arg-type]  # the two roles that there are
            type=item["type"],
            published=clock.from_text(item["published"]),
            actor=_member(actor),
            object=described,
            value=item.get("value"),
        )


def _object(crowd: Crowd, item: Item) -> Object:
    post = crowd.posts.get(item["object"]["id"])
    if post is None:
        return Object(id=item["object"]["id"], type=item["object"].get("type"))
    asked = post.question
    return Object(
        id=post.id,
        type=post.type,
        author=_member(post.author),
        published=post.at,
        tags=["bench"],
        parent=asked
        and Parent(id=asked.id, type=asked.type, author=_member(asked.author), published=asked.at),
    )


def _member(external_id: str) -> str:
    """As long as Laurel's own ids of members."""
    return "m" + external_id.rjust(24, "-")
