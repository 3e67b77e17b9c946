"""Budgets and grants, as managers see them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from services.referral.domain.budgets import Budget, State
from services.referral.repository import budgets, grants, people
from shared.errors import NotFound
from shared.mongo import Document


def every(community: str) -> list[Budget]:
    """The budgets of a community, by slug."""
    return budgets.every(community)


def one(community: str, slug: str) -> Budget:
    """A budget. Raises NotFound."""
    found = budgets.load(community, slug)
    if found is None:
        raise NotFound("budget", slug)
    return found


def latest_grants(
    community: str, *, state: str | None, before: tuple[datetime, str] | None, limit: int
) -> list[dict[str, Any]]:
    """Grants, the latest first; in one state, or all."""
    return shown(grants.latest(community, state=state, before=before, limit=limit))


def one_grant(community: str, name: str) -> dict[str, Any]:
    """A grant. Raises NotFound."""
    found = grants.load(community, name)
    if found is None:
        raise NotFound("grant", name)
    return shown([found])[0]


def given_to(
    community: str, member: str, *, called: str, before: tuple[datetime, str] | None, limit: int
) -> list[dict[str, Any]]:
    """What a member was given, the latest first; nothing of what waits or was refused. Raises NotFound."""
    known = people.load([member]).get(member, {})
    if known.get("community") != community or known.get("erased"):
        raise NotFound("member", called)
    accounts = people.identities(member)
    found = grants.given(community, accounts, before=before, limit=limit)
    return [{**each, "detail": _detail(each)} for each in found]


def _detail(grant: Document) -> str:
    if grant["state"] == State.REVOKED:
        return "It was taken back before it was paid."
    if "payout" in grant:
        return f"It is in the pay-out {grant['payout']}, or was paid with it."
    return "It goes into the next pay-out."


def shown(found: Sequence[Document]) -> list[dict[str, Any]]:
    """Grants as they are shown: members by what the community calls them, None for who was erased."""
    called = people.shown({each["member"] for each in found})
    return [{**each, "member": called[each["member"]]} for each in found]
