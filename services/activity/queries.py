"""What `activity` can tell."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from services.activity.repository import DATABASE, activities, communities, members
from shared import clock, identity, outbox, timeline, work
from shared.errors import NotFound
from shared.events.activity import GRACE_HOURS
from shared.mongo import Document


def standing(community: str, token_id: str) -> Literal["ok", "unknown-community", "revoked"]:
    """Whether a token's community exists and the token still holds."""
    stored = communities.load(community)
    if stored is None:
        return "unknown-community"
    return "revoked" if token_id in stored["revoked_tokens"] else "ok"


def community(slug: str) -> Document:
    """A community. Raises NotFound."""
    stored = communities.load(slug)
    if stored is None:
        raise NotFound("community", slug)
    return {
        "slug": slug,
        "name": stored["name"],
        "locale": stored["locale"],
        "sealing_grace_hours": stored.get("grace_hours", GRACE_HOURS),
        "time_zone": timeline.at(stored["zones"], clock.now(), "UTC"),
        "time_zones": [{"since": since, "zone": zone} for since, zone in stored["zones"]],
    }


def activity(slug: str, identifier: str) -> Document:
    """One surviving activity. Raises NotFound, also for one that was retracted."""
    found = [document for document in activities.load([activities.key(slug, identifier)]) if _lives(document)]
    if not found:
        raise NotFound("activity", identifier)
    return _shown(found)[0]


def latest_activities(slug: str, *, before: tuple[datetime, str] | None, limit: int) -> list[Document]:
    """Surviving activities, the latest first, of those before a position (published, id)."""
    return _shown(activities.latest(slug, before=before, limit=limit))


def member(member_id: str, named: str) -> Document:
    """A member, or whom he was merged into. Raises NotFound, which says `named`, also for one who was erased."""
    _, aliases = members.known([member_id])
    root = identity.resolve(member_id, aliases)
    stored = members.load([root]).get(root)
    if stored is None or stored.get("erased") or "external_id" not in stored:
        raise NotFound("member", named)
    others = members.load(members.absorbed(root)).values()
    return {
        **_member(stored, clock.now()),
        "identities": [
            {"network": other["network"], "account": other["external_id"]}
            for other in others
            if other.get("network")
        ],
        "also_known_as": [other["external_id"] for other in others if not other.get("network")],
    }


def members_after(slug: str, *, after: str, limit: int) -> list[Document]:
    """Members in order of their ids, without those who are merged or erased."""
    now = clock.now()
    return [_member(document, now) for document in members.page(slug, after=after, limit=limit)]


def pending() -> dict[str, int]:
    """What is accepted but not yet handed on."""
    return {
        "outbox": outbox.pending(DATABASE),
        "work": work.pending(DATABASE),
        "profiles": members.count_unsent() + communities.count_unsent(),
    }


def stuck() -> list[Document]:
    """Work that failed and was put off: its kind, its community, how often, and why."""
    return work.stuck(DATABASE)


def _lives(document: Document) -> bool:
    return not document["retracted"] and "digest" in document


def _shown(documents: list[Document]) -> list[Document]:
    raw = {name for document in documents for name in _named(document)}
    _, aliases = members.known(raw)
    known = members.load({identity.resolve(name, aliases) for name in raw})
    accounts = {name: _account(known.get(identity.resolve(name, aliases), {})) for name in raw}
    return [_show(document, accounts) for document in documents]


def _account(stored: Document) -> Any:  # noqa: ANN401 (a string, an object or nothing, as it is sent)
    external_id, network = stored.get("external_id"), stored.get("network")
    return {"id": external_id, "network": network} if external_id and network else external_id


def _named(document: Document) -> Iterable[str]:
    return [name for name in (document.get("actor"), document.get("object", {}).get("author")) if name]


def _show(document: Document, accounts: dict[str, Any]) -> Document:
    shown: dict[str, Any] = {
        "id": activities.identifier(document["_id"]),
        "actor": accounts.get(document.get("actor", "")),
        **{name: document.get(name) for name in ("type", "published", "updated", "sequence", "value")},
    }
    described = document.get("object")
    if described is not None:
        fields = {
            "id": described["id"],
            "type": described.get("type"),
            "attributed_to": accounts.get(described.get("author", "")),
            "in_reply_to": described.get("parent"),
            "published": described.get("published"),
            "tag": described.get("tags"),
        }
        shown["object"] = {name: value for name, value in fields.items() if value is not None}
    return shown


def _member(stored: Document, now: datetime) -> Document:
    return {
        "id": stored["external_id"],
        "name": stored.get("name"),
        "role": timeline.at(stored["roles"], now, "member"),
        "opted_out": timeline.at(stored["opt_outs"], now, default=False),
        "roles": [{"since": since, "role": role} for since, role in stored["roles"]],
        "opt_outs": [{"since": since, "opted_out": out} for since, out in stored["opt_outs"]],
        "time_zones": [{"since": since, "zone": zone} for since, zone in stored.get("time_zones", ())],
        "pauses": [{"since": since, "paused": paused} for since, paused in stored.get("pauses", ())],
        "joined": stored.get("joined"),
    }
