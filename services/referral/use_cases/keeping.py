"""What comes under an id of the shop's own is kept once, for ever: the same again is the same answer."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from disposable_email_domains import blocklist

from services.referral.domain import emails
from services.referral.repository import people
from shared import clock, identity
from shared.errors import Invalid
from shared.mongo import Document

#: A shop's clock may be ahead of ours, but not by more.
AHEAD = timedelta(hours=24)


class Kept(NamedTuple):
    """What is kept, whether it is new, and what it waits for (`order`, `join`), None where it waits for nothing."""

    document: Document
    is_new: bool
    waits_for: str | None = None


class Person(NamedTuple):
    """Somebody by the community's own id, and by ours: `member` is the one under this id, `friend` who that is now."""

    external_id: str
    member: str
    friend: str


def person(key: bytes, community: str, external_id: str) -> Person:
    """Who is named, kept as a person if he is named for the first time; inside the running transaction."""
    member = identity.member_id(key, community, external_id)
    people.ensure(community, {member: external_id})
    return Person(external_id, member, people.survivors([member])[member])


def mailbox(key: bytes, community: str, written: str | None) -> Document | None:
    """What is kept of an address."""
    if written is None:
        return None
    found = asdict(emails.mailbox(key, community, written, blocklist))
    return {name: value for name, value in found.items() if value}


def sealed(identifier: str, fields: Mapping[str, Any]) -> Document:
    """A document with what was sent, and the digest that tells it from anything else under its id."""
    said = {name: value for name, value in fields.items() if value is not None}
    # Of an address only its hash: what its domain is known for changes with the lists of others.
    told = {
        name: each["address"] if name == "mailbox" else each
        for name, each in said.items()
        if name != "folded"
    }
    written = json.dumps(told, sort_keys=True, default=_text, separators=(",", ":"))
    return {"_id": identifier, **said, "digest": hashlib.sha256(written.encode()).hexdigest()[:32]}


def check_same(kind: str, known: Document, document: Document) -> None:
    """Raise Invalid where something else is kept under an id."""
    if known.get("digest") != document["digest"]:
        message = f"Something else is kept under the id of this {kind} already; what is kept never changes."
        raise Invalid(message)


def check_moment(moment: datetime, now: datetime, pointer: str) -> None:
    """Raise Invalid for what would have happened in the future."""
    if moment > now + AHEAD:
        message = "This lies in the future."
        raise Invalid(message, errors=[{"pointer": pointer, "detail": message}])


def _text(value: datetime) -> str:
    return clock.text(value)
