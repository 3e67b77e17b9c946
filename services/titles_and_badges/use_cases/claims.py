"""What credentials say: read from awards of every kind. A kind of award is one `Source`."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlsplit

from services.titles_and_badges.credentials import identity, open_badges
from services.titles_and_badges.credentials.open_badges import Claim
from services.titles_and_badges.domain.spans import Period
from services.titles_and_badges.repository import awards, communities, seals, titles
from services.titles_and_badges.repository.tallies import Book
from shared import clock
from shared.mongo import Document


class Standing(NamedTuple):
    """Whose an award is, and whether it is held."""

    member: str
    held: bool


class Source(NamedTuple):
    """A kind of award: how awards stand, by their keys, and what the credential of one says.

    `keys_after(community, key, limit)` walks through all of a community. `claim(key, member)` gets what the community
    calls the member; None where the award, or what it is of, is not there.
    """

    keys_after: Callable[[str, str, int], Sequence[str]]
    standings: Callable[[Iterable[str]], Mapping[str, Standing]]
    claim: Callable[[str, str], Claim | None]


def standings_of_badges(keys: Iterable[str]) -> dict[str, Standing]:
    """How awards of badges stand. One that expired was not taken back: its credential says until when it held."""
    return {
        stored["_id"]: Standing(
            stored["member"], stored["state"] == awards.HELD or stored.get("expired", False)
        )
        for stored in awards.by_keys(keys).values()
    }


def claim_of_badge(key: str, member: str) -> Claim | None:
    """What the credential of a badge says."""
    stored = awards.by_keys([key]).get(key)
    badge = stored and communities.definition(stored["community"], stored["badge"])
    if not stored or not badge:
        return None
    return Claim(
        achievement=open_badges.badge(stored["badge"], badge["definition"], stored.get("level")),
        member=member,
        awarded_at=stored["awarded_at"],
        valid_until=_expiry(stored, badge["definition"]),
        evidence=_addresses(stored.get("object"), stored.get("evidence")),
    )


def _expiry(stored: Document, definition: Document) -> datetime | None:
    """When an award expires or has expired. Deeds renew it, so that only its bucket knows."""
    if stored.get("expired"):
        return clock.cut(stored["revoked_at"])
    if not definition.get("expires_after"):
        return None
    member, name = stored["member"], stored.get("evidence", awards.about(stored))
    book = Book([member])
    if name is not None:
        name = Period(name) if "period" in stored else name
        book.load_objects([(member, name)])
    tally = book.tally(member, (stored["badge"], name))
    standing = [hit for hit in tally.reached if hit is not None and hit.until is None] if tally else []
    return next((hit.expires for hit in standing if hit.since[0] == stored["awarded_at"]), None)


def standings_of_titles(keys: Iterable[str]) -> dict[str, Standing]:
    """How titles of months stand."""
    return {key: Standing(row["member"], row["held"]) for key, row in titles.by_keys(keys).items()}


def claim_of_title(key: str, member: str) -> Claim | None:
    """What the credential of a title says: as it was defined when the month was sealed, from the month's end on."""
    row = titles.by_keys([key]).get(key)
    if row is None:
        return None
    manifest = seals.manifest(seals.key(row["community"], row["period"], row["revision"]))
    definitions = {each["slug"]: each["definition"] for each in manifest["titles"]}
    return Claim(
        achievement=open_badges.title(row["title"], definitions[row["title"]], row["period"]),
        member=member,
        awarded_at=clock.from_text(manifest["until"]),
    )


def _addresses(*names: str | None) -> tuple[str, ...]:
    """Of the objects that an award stands on, those that anybody can open; another id says something to us alone."""
    found = dict.fromkeys(name for name in names if name and _is_address(name))
    return tuple(found)


def _is_address(name: str) -> bool:
    try:
        parts = urlsplit(name)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc) and name.isprintable() and " " not in name


#: Every kind of award that has credentials, by the name under which they are kept.
SOURCES: dict[str, Source] = {
    identity.BADGE: Source(awards.keys_after, standings_of_badges, claim_of_badge),
    identity.TITLE: Source(titles.keys_after, standings_of_titles, claim_of_title),
}
