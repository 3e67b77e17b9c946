"""What comes under an id of the shop's own is kept once, for ever: the same again is the same answer."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from disposable_email_domains import blocklist

from services.referral.domain import emails
from services.referral.repository import people, traces
from shared import clock, identity
from shared.errors import Invalid
from shared.mongo import Document

_MAILBOX = "mailbox"
#: What Laurel itself keeps beside what was sent.
_OURS = frozenset(
    {"_id", "community", "digest", "failed", "folded", "order", "order_key", "received", "refund"}
)
#: As callers call it.
_CALLED = {
    "join": {_MAILBOX: "email"},
    "order": {_MAILBOX: "email", "at": "placed_at", "checkout_began": "checkout_began_at"},
}
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
        name: each["address"] if name == _MAILBOX else each for name, each in said.items() if name != "folded"
    }
    written = json.dumps(told, sort_keys=True, default=_text, separators=(",", ":"))
    return {"_id": identifier, **said, "digest": hashlib.sha256(written.encode()).hexdigest()[:32]}


def check_same(kind: str, known: Document, document: Document) -> None:
    """Raise Invalid where something else is kept under an id; it names the fields, never what stands in them."""
    if known.get("digest") == document["digest"]:
        return
    fields = sorted(_CALLED.get(kind, {}).get(name, name) for name in _differing(known, document))
    message = (
        f"Something else is kept under the id of this {kind} already ({', '.join(fields)}); "
        "what is kept never changes."
    )
    detail = "not what is kept under this id"
    raise Invalid(message, errors=[{"pointer": f"/{name}", "detail": detail} for name in fields])


def _differing(known: Document, document: Document) -> list[str]:
    """What is sent otherwise than it is kept. What was forgotten with a person may be the same: named last of all."""
    names = (known.keys() | document.keys()) - _OURS
    other = [name for name in names if _compared(known, name) != _compared(document, name)]
    certain = [name for name in other if not _may_be_forgotten(known, name)]
    return certain or other


def _compared(document: Document, name: str) -> Any:  # noqa: ANN401 (whatever was sent)
    value = document.get(name)
    return value["address"] if name == _MAILBOX and value else value


def _may_be_forgotten(known: Document, name: str) -> bool:
    value = known.get(name)
    return value is None if name == _MAILBOX else str(value).startswith(traces.STAND_IN)


def check_moment(moment: datetime, now: datetime, pointer: str) -> None:
    """Raise Invalid for what would have happened in the future."""
    if moment > now + AHEAD:
        message = "This lies in the future."
        raise Invalid(message, errors=[{"pointer": pointer, "detail": message}])


def _text(value: datetime) -> str:
    return clock.text(value)
