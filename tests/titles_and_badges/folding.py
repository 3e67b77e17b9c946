"""Deeds of one member and the badges that they earn, without any server."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from services.titles_and_badges.domain import badges, reached, tallies
from services.titles_and_badges.domain.badges import Badge
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.standing import Context, Profile
from services.titles_and_badges.domain.tallies import Reached, Tally
from shared.clock import BEGINNING

NOBODY = Context(profiles={})


def at(written: str) -> datetime:
    """A time in UTC; a date is its midnight, no offset is UTC."""
    moment = datetime.fromisoformat(written)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def deed(published: str, activity: str = "", **said: Any) -> Fact:
    """Something that Ann did."""
    known: dict[str, Any] = {
        "member": "ann",
        "version": 1,
        "roles": ("actor",),
        "type": "Create",
        "actor": "ann",
    }
    return Fact(**{**known, "activity": activity or published, "published": at(published), **said})


def badge(criterion: dict[str, Any], **more: Any) -> Badge:
    """A badge of one threshold, at 1 unless said otherwise."""
    if not {"at", "levels"} & more.keys() and criterion["kind"] not in {"first", "manual", "compound"}:
        more["at"] = 1
    return badges.badge("a-badge", {"criterion": criterion, **more})


def in_zone(zone: str, *, own: Sequence[tuple[str, str]] = (), **profile: Any) -> Context:
    """A community's zone, and what Ann's profile says; `own` are her zones with their dates."""
    zones = [(at(since), name) for since, name in own]
    return Context(profiles={"ann": Profile(zones=zones, **profile)}, zones=[(BEGINNING, zone)])


def fold(rule: Badge, deeds: Iterable[Fact], context: Context = NOBODY) -> Tally:
    """The tally of the deeds that concern the badge."""
    return tallies.recount(rule, [each for each in deeds if rule.concerns(each)], context)


def value(rule: Badge, deeds: Iterable[Fact], context: Context = NOBODY) -> int:
    """What they add up to."""
    return fold(rule, deeds, context).value


def spans(
    rule: Badge, deeds: Iterable[Fact], now: str = "2100-01-01", context: Context = NOBODY
) -> list[tuple[str, str | None] | None]:
    """For each threshold since when it is reached, and until when, as seen at a moment."""
    return [_span(each) for each in reached.at(fold(rule, deeds, context), at(now))]


def _span(each: Reached | None) -> tuple[str, str | None] | None:
    if each is None:
        return None
    return _text(each.since[0]), None if each.until is None else _text(each.until)


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M").removesuffix("T00:00")
