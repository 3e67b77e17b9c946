"""A Stack Exchange dump (https://meta.stackexchange.com/a/2678) as members and activities, without text.

Votes carry a day and mostly no voter; such a voter is anonymous. Their row id is their order within the day.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from services.activity.importers.dump import Row, rows
from services.activity.importers.items import Advance, Found, Item, LeftOut, Unreadable
from shared import clock

FILES = ("Users.xml", "Posts.xml", "Comments.xml", "Votes.xml")
COMMUNITY_OWNED = "stackexchange:community-owned"
COMMUNITY_USER = "-1"  # the site's own account: it owns tag wikis and bumps old questions
POSTS = {"1": ("questions", "Question"), "2": ("answers", "Answer")}
VOTES = {"1": ("acceptances", "Accept"), "2": ("up-votes", "Like"), "3": ("down-votes", "Dislike")}
OTHER_POSTS = {
    "3": "orphaned tag wiki",
    "4": "tag wiki excerpt",
    "5": "tag wiki",
    "6": "moderator nomination",
    "7": "wiki placeholder",
    "8": "privilege wiki",
}
OTHER_VOTES = {
    "4": "offensive",
    "5": "favourite",
    "6": "close",
    "7": "reopen",
    "8": "bounty start",
    "9": "bounty close",
    "10": "deletion",
    "11": "undeletion",
    "12": "spam",
    "15": "moderator review",
    "16": "approved edit",
}

_WHOLE = re.compile(r"-?[0-9]{1,18}")
Make = Callable[[Row, sqlite3.Connection], Found]


def read(directory: Path, advance: Advance = lambda _: None) -> Iterator[Found]:
    """Everything in the dump: members, posts, comments, votes. Files that are missing are passed over."""
    # SQLite's own temporary file: votes ask who asked the question, and a large site has 80 million posts.
    with closing(sqlite3.connect("")) as posts:
        posts.execute("CREATE TABLE post (id INTEGER PRIMARY KEY, parent INTEGER, owner TEXT)")
        for name, make in _MAKERS.items():
            if (directory / name).exists():
                yield from _read_file(directory / name, make, posts, advance)


def missing(directory: Path) -> list[str]:
    """Which of the files that the import reads are not there."""
    return [name for name in FILES if not (directory / name).exists()]


def size(directory: Path) -> int:
    """How many bytes `read` will take in."""
    return sum((directory / name).stat().st_size for name in FILES if (directory / name).exists())


def _read_file(path: Path, make: Make, posts: sqlite3.Connection, advance: Advance) -> Iterator[Found]:
    for row in rows(path, advance):
        if isinstance(row, Unreadable):
            yield row
            continue
        try:
            yield make(row, posts)
        except ValueError as error:
            yield Unreadable(place=row.place, reason=str(error))


def _member(row: Row, _: sqlite3.Connection) -> Item:
    member_id = str(_whole(row, "Id"))
    member = {"id": member_id, "role": "bot" if member_id == COMMUNITY_USER else "member"}
    if name := row.attributes.get("DisplayName"):
        member["name"] = name
    return Item(
        kind="members", label="members", place=row.place, id=member_id, body=msgspec.json.encode(member)
    )


def _post(row: Row, posts: sqlite3.Connection) -> Found:
    post_id, post_type = _whole(row, "Id"), _text(row, "PostTypeId")
    if post_type not in POSTS:
        return LeftOut(label=_other("posts", post_type, OTHER_POSTS))
    label, object_type = POSTS[post_type]
    parent, owner = _whole_or_none(row, "ParentId"), row.attributes.get("OwnerUserId") or None
    thing: dict[str, Any] = {"id": f"post/{post_id}", "type": object_type}
    if parent is not None:
        thing["inReplyTo"] = f"post/{parent}"
    if tags := _tags(row):
        thing["tag"] = tags
    item = _activity(row, label, f"post/{post_id}", {"type": "Create", "actor": owner, "object": thing})
    posts.execute("INSERT OR REPLACE INTO post VALUES (?, ?, ?)", (post_id, parent, owner))
    return item


def _comment(row: Row, _: sqlite3.Connection) -> Found:
    comment_id = f"comment/{_whole(row, 'Id')}"
    thing = {"id": comment_id, "type": "Comment", "inReplyTo": f"post/{_whole(row, 'PostId')}"}
    activity = {"type": "Create", "actor": row.attributes.get("UserId") or None, "object": thing}
    return _activity(row, "comments", comment_id, activity)


def _vote(row: Row, posts: sqlite3.Connection) -> Found:
    vote_id, vote_type, post = _whole(row, "Id"), _text(row, "VoteTypeId"), _whole(row, "PostId")
    if vote_type not in VOTES:
        return LeftOut(label=_other("votes", vote_type, OTHER_VOTES))
    label, activity_type = VOTES[vote_type]
    actor = row.attributes.get("UserId") or None
    if actor is None and activity_type == "Accept":
        actor = _asker(posts, post)
    activity = {"type": activity_type, "actor": actor, "object": {"id": f"post/{post}"}}
    return _activity(row, label, f"vote/{vote_id}", activity)


def _asker(posts: sqlite3.Connection, answer: int) -> str | None:
    """Who asked the question that this post answers; None if the dump does not say."""
    query = (
        "SELECT question.owner FROM post JOIN post AS question ON question.id = post.parent WHERE post.id = ?"
    )
    found = posts.execute(query, (answer,)).fetchone()
    return found[0] if found else None


def _activity(row: Row, label: str, activity_id: str, activity: dict[str, Any]) -> Item:
    whole = {"id": activity_id, **activity, "published": _time(row), "sequence": _sequence(row)}
    body = msgspec.json.encode(whole)
    return Item(kind="activities", label=label, place=row.place, id=activity_id, body=body)


def _sequence(row: Row) -> int:
    """The source's own order is the row id, which no site has below 0 but for its own account."""
    return max(0, _whole(row, "Id"))


def _time(row: Row) -> str:
    written = _text(row, "CreationDate").strip()
    try:
        moment = datetime.fromisoformat(written)
    except ValueError as error:
        message = f"CreationDate {written!r} is no time"
        raise ValueError(message) from error
    # A dump writes UTC and does not say so.
    return clock.text(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _tags(row: Row) -> list[str]:
    # `<a><b>` until 2022, `|a|b|` since.
    written = row.attributes.get("Tags", "").replace("<", "|").replace(">", "|")
    tags = [tag for tag in written.split("|") if tag]
    return [*tags, COMMUNITY_OWNED] if "CommunityOwnedDate" in row.attributes else tags


def _text(row: Row, name: str) -> str:
    if name not in row.attributes:
        message = f"{name} is missing"
        raise ValueError(message)
    return row.attributes[name]


def _whole(row: Row, name: str) -> int:
    written = _text(row, name)
    if not _WHOLE.fullmatch(written):
        message = f"{name} {written[:40]!r} is no whole number"
        raise ValueError(message)
    return int(written)


def _whole_or_none(row: Row, name: str) -> int | None:
    return _whole(row, name) if name in row.attributes else None


def _other(what: str, number: str, names: dict[str, str]) -> str:
    return f"{what} of type {number}" + (f" ({names[number]})" if number in names else "")


_MAKERS: dict[str, Make] = dict(zip(FILES, (_member, _post, _comment, _vote), strict=True))
