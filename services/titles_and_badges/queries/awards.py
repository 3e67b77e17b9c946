"""Awards and badges, as widgets and managers read them."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Literal

from services.titles_and_badges.credentials import identity
from services.titles_and_badges.domain import defaults
from services.titles_and_badges.domain.badges import DRAFT
from services.titles_and_badges.repository import DATABASE, awards, communities, issuers
from services.titles_and_badges.repository.boards import accounts, standings
from shared import clock, outbox, timeline, work
from shared.errors import NotFound
from shared.mongo import Document

Position = tuple[datetime, str]


def standing(community: str, token_id: str) -> Literal["ok", "unknown-community", "revoked"]:
    """Whether a token's community exists and the token still holds, by our copy of the community."""
    stored = communities.recent(community)
    if stored is None or "name" not in stored:
        return "unknown-community"
    return "revoked" if token_id in stored.get("revoked_tokens", ()) else "ok"


def is_known(community: str) -> bool:
    """Whether the profile of a community has come."""
    return "name" in communities.load([community]).get(community, {})


def badges(community: str, *, drafts: bool) -> list[Document]:
    """All badges of a community; drafts and secret ones only to who manages them."""
    held = awards.count(community)
    return [
        _badge(each, held)
        for each in communities.definitions(community)
        if drafts or (each["status"] != DRAFT and not each["definition"].get("secret"))
    ]


def badge(community: str, slug: str, *, drafts: bool) -> Document:
    """One badge. Raises NotFound."""
    stored = communities.definition(community, slug)
    if stored is None or (stored["status"] == DRAFT and not drafts):
        raise NotFound("badge", slug)
    return _badge(stored, awards.count(community))


def member(community: str, external_id: str, *, public: bool) -> Document:
    """The profile of a member, or of whom he became. Raises NotFound.

    To the `public`, a page that anybody may look at, who opted out is not known.
    """
    found = communities.member_of(community, external_id)
    if found is None or (public and _opted_out(found, clock.now())):
        raise NotFound("member", external_id)
    return found


def badges_of(community: str, external_id: str, *, public: bool) -> list[Document]:
    """What a member holds, the latest first; `public` as in `member`. Raises NotFound."""
    profile = member(community, external_id, public=public)
    held = [each for each in awards.of_members([profile["_id"]]).values() if each["state"] == awards.HELD]
    held.sort(key=lambda each: (each["awarded_at"], each["_id"]), reverse=True)
    return shown(community, held)


def latest(community: str, *, badge: str | None, before: Position | None, limit: int) -> list[Document]:
    """The latest awards of a community, or the holders of one badge; who opted out is left out."""
    found: list[Document] = []
    while len(found) < limit:
        rows = awards.latest(community, badge=badge, before=before, limit=limit)
        found.extend(_of_the_visible(rows))
        if len(rows) < limit:
            break
        before = (rows[-1]["awarded_at"], rows[-1]["_id"])
    return shown(community, found[:limit])


def every(community: str) -> Iterator[Document]:
    """Every award as a row for a file, with the revoked ones; `member` is the community's own id.

    By badge, and within a badge by what the community itself can see: two imports of one history give one file.
    """
    for _, rows in itertools.groupby(_rows(community), key=lambda row: row["badge"]):
        yield from sorted(rows, key=lambda row: (row["member"], row["object"], row["period"], row["level"]))


def shown(community: str, documents: Iterable[Document]) -> list[Document]:
    """Awards as they are shown."""
    listed = list(documents)
    people = communities.profiles({each["member"] for each in listed})
    names = {each["slug"]: each["definition"]["name"] for each in communities.definitions(community)}
    now = clock.now()
    salt = issuers.salt(community) if listed else None
    return [
        {
            "key": each["_id"],
            "credential": salt and identity.path(salt, identity.BADGE, each["_id"]),
            "badge": each["badge"],
            "badge_name": names.get(each["badge"], each["badge"]),
            "member": person(people.get(each["member"]), now),
            "level": each.get("level"),
            "object": each.get("object"),
            "period": each.get("period"),
            "awarded_at": each["awarded_at"],
            "revoked_at": each.get("revoked_at"),
            "decided_by": each.get("by"),
        }
        for each in listed
    ]


def person(profile: Document | None, now: datetime) -> Document:
    """A member as he is shown; one who opted out, or is not known yet, without id and name."""
    if profile is None or _opted_out(profile, now):
        return {"id": None, "name": None}
    return {"id": profile.get("external_id"), "name": profile.get("name")}


def named(rows: Sequence[Document]) -> list[Document]:
    """Rows with people in the place of Laurel's ids, asking for all of them once."""
    known, now = communities.profiles({row["member"] for row in rows}), clock.now()
    return [{**row, "member": person(known.get(row["member"]), now)} for row in rows]


def pending() -> dict[str, int]:
    """What is known but not yet handed on."""
    return {
        "outbox": outbox.pending(DATABASE),
        "work": work.pending(DATABASE),
        "boards": accounts.count_marks() + standings.count_due(clock.now()),
    }


def stuck() -> list[Document]:
    """Work that failed and was put off: its kind, its community, how often, and why."""
    return work.stuck(DATABASE)


def _rows(community: str) -> Iterator[Document]:
    for chunk in chunks(awards.all_of(community)):
        people = communities.profiles({each["member"] for each in chunk})
        for each in chunk:
            yield {
                "badge": each["badge"],
                "member": people.get(each["member"], {}).get("external_id", ""),
                "object": each.get("object", ""),
                "level": each.get("level", ""),
                "period": each.get("period", ""),
                "awarded_at": clock.text(each["awarded_at"]),
                "revoked_at": clock.text(each["revoked_at"]) if "revoked_at" in each else "",
            }


def _of_the_visible(rows: list[Document]) -> list[Document]:
    people = communities.profiles({each["member"] for each in rows})
    now = clock.now()
    hidden = {name for name, profile in people.items() if _opted_out(profile, now)}
    return [each for each in rows if each["member"] not in hidden]


def _opted_out(profile: Document, now: datetime) -> bool:
    return timeline.at(communities.standing(profile).opt_outs, now, default=False)


def _badge(stored: Document, held: Any) -> Document:  # noqa: ANN401
    return {
        **defaults.BADGE,
        **stored["definition"],
        "slug": stored["slug"],
        "status": stored["status"],
        "version": stored["version"],
        "held": held.get(stored["slug"], 0),
    }


def chunks(rows: Iterable[Document], size: int = 500) -> Iterator[list[Document]]:
    """Rows in parts, so that what belongs to them is asked for together."""
    chunk: list[Document] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
