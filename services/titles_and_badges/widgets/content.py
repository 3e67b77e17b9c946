"""What forms and pages show of badges, put together from what the service can tell to everybody."""

from collections.abc import Iterable
from typing import Any

from services.titles_and_badges.queries import awards, reasons, titles
from shared import clock
from shared.errors import NotFound

Shown = dict[str, Any]

#: What a page says of things that are still to come.
CLOSEST = 5


def badges(community: str, member: str | None, rows: int) -> Shown:
    """What a member holds and what is closest, `rows` of both together; without a member the community's latest.

    A member who is not known, or does not want to be shown, has `absent`.
    """
    if member is None:
        latest = awards.latest(community, badge=None, before=None, limit=rows)
        return {"person": None, "held": [{**each, "times": 1} for each in latest], "next": [], "count": 0}
    try:
        held = grouped(awards.badges_of(community, member, public=True))
        following = _coming(community, member, held)
        person = awards.person(awards.member(community, member, public=True), clock.now())
    except NotFound:
        return {"absent": True, "held": [], "next": []}
    following = following[: max(rows - len(held), min(2, rows - 1))]
    return {
        "person": person,
        "count": sum(each["times"] for each in held),
        "held": held[: rows - len(following)],
        "next": following,
    }


def member(community: str, external_id: str) -> Shown:
    """All that a member is recognised for, with the reason, and what is closest. Raises NotFound."""
    profile = awards.member(community, external_id, public=True)
    held = grouped(awards.badges_of(community, external_id, public=True))
    why = {each["slug"]: each["description"] for each in awards.badges(community, drafts=False)}
    return {
        "person": awards.person(profile, clock.now()),
        "count": sum(each["times"] for each in held),
        "held": [
            {**each, "why": _granted(community, external_id, each) or why.get(each["badge"])} for each in held
        ],
        "titles": titles.of_member(community, external_id, public=True),
        "next": _coming(community, external_id, held)[:CLOSEST],
    }


def grouped(rows: Iterable[Shown]) -> list[Shown]:
    """One row for a badge: the latest, which is the highest level; once an object, by level, with how many times."""
    found: dict[tuple[str, str | None], Shown] = {}
    for row in rows:
        key = (row["badge"], None if row["object"] is None else row["level"] or "")
        if key not in found:
            found[key] = {**row, "times": 1}
        elif row["object"] is not None:
            found[key]["times"] += 1
    return list(found.values())


def _coming(community: str, external_id: str, held: Iterable[Shown]) -> list[Shown]:
    """What is closest; once more of what is held for one thing already is no news."""
    again = {each["badge"] for each in held if each["object"] is not None}
    found = reasons.progress(community, external_id, public=True)
    return [each for each in found if each["badge"] not in again]


def _granted(community: str, external_id: str, award: Shown) -> str | None:
    """What people said when they gave it; None where deeds decided."""
    if award["decided_by"] is not None:
        return None
    explained = reasons.explanation(community, external_id, award["badge"], public=True)
    said = [each["reason"] for each in explained["decisions"] if each["object"] == award["object"]]
    return f"“{said[-1]}”" if said else None
