"""What members answered, who may be invited and who not, and what a member himself is offered."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from services.referral.domain import satisfaction as rules
from services.referral.repository import answers, candidacies, considerations, people, programs
from shared import clock
from shared.mongo import Document


def latest(community: str, *, before: tuple[datetime, str] | None, limit: int) -> list[dict[str, Any]]:
    """Answers, the latest first, with what was written beside them."""
    return shown(answers.latest(community, before, limit))


def shown(found: Sequence[Document]) -> list[dict[str, Any]]:
    """Answers as they are shown to service: who, how satisfied, and what he wrote."""
    called = people.shown({each["member"] for each in found})
    written = answers.comments(each["_id"] for each in found)
    return [
        {
            **each,
            "id": each["answer"],
            "key": each["_id"],
            "member": called[each["member"]],
            "comment": written.get(each["_id"]),
            "recovery": rules.is_unhappy(answers.read(each)),
        }
        for each in found
    ]


def latest_candidates(
    community: str,
    which: Mapping[str, str | None],
    *,
    before: tuple[datetime, str] | None,
    limit: int,
) -> list[dict[str, Any]]:
    """Who answered, program by program, the latest first: why he may be invited, or why not."""
    wanted = {name: value for name, value in which.items() if value is not None}
    return considered(community, candidacies.latest(community, wanted, before=before, limit=limit))


def considered(community: str, found: Sequence[Document]) -> list[dict[str, Any]]:
    """Candidacies as they are shown, with every reason at this moment."""
    called = people.shown({each["member"] for each in found})
    known, now = {each.slug: each for each in programs.every(community)}, clock.now()
    why_not = considerations.reasons(community, known, found, now)
    return [
        {
            **each,
            "key": each["_id"],
            "member": called[each["member"]],
            "why": f"{each['score']} on {each['scale']}",
            "why_not": reasons,
            "invitation": _invitation(each, now),
        }
        for each, reasons in zip(found, why_not, strict=True)
    ]


def offers(community: str, member: str) -> list[dict[str, Any]]:
    """What a page may offer a member: programs into which he may be invited, or is."""
    who = people.survivors([member])[member]
    known = {each.slug: each for each in programs.every(community)}
    return [
        {
            "program": each["program"],
            "name": known[each["program"]].name,
            "disclosure": known[each["program"]].said(clock.now()).disclosure,
            "invitation": each["invitation"],
        }
        for each in considered(community, candidacies.of([who]))
        if not each["why_not"] or (each["invitation"] or {}).get("state") == "open"
    ]


def _invitation(stored: Document, now: datetime) -> dict[str, Any] | None:
    found = candidacies.invitation(stored)
    if found is None:
        return None
    return {
        "id": found.id,
        "program": stored["program"],
        "at": found.at,
        "expires": found.expires,
        "state": found.now(now),
        "decided": found.decided,
        "by": stored["invitation"]["by"],
        "how": stored["invitation"]["how"],
    }
