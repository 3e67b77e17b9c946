"""Chains of badges: in which order they are settled, and what a member's other awards earn him."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from services.titles_and_badges.domain.awards import Award
from services.titles_and_badges.domain.badges import LIVE, Badge
from services.titles_and_badges.domain.criteria.chain import Chain, Link
from shared.errors import Invalid, Place


def links(badge: Badge) -> tuple[Link, ...]:
    """The badges that a badge requires; none where it is no chain."""
    return badge.criterion.links if isinstance(badge.criterion, Chain) else ()


def in_order(badges: Mapping[str, Badge]) -> list[Badge]:
    """All chains, each after those that it requires. What is not there, or a circle, is checked by `check`."""
    found: dict[str, Badge] = {}
    for badge in badges.values():
        _visit(badge, badges, found, ())
    return list(found.values())


def check(badges: Mapping[str, Badge]) -> None:
    """Refuse chains of badges or levels that there are not, and circles. Raises Invalid with the place."""
    for badge in badges.values():
        for index, link in enumerate(links(badge)):
            pointer = f"/criterion/all/{index}"
            required = badges.get(link.badge)
            if required is None:
                raise _invalid(f"{pointer}/badge", f"there is no badge {link.badge!r}")
            if link.level is not None and link.level not in {each.level for each in required.thresholds}:
                raise _invalid(f"{pointer}/level", f"the badge {link.badge!r} has no level {link.level!r}")
            if badge.slug in _required(required, badges, set()):
                raise _invalid(
                    f"{pointer}/badge", f"the badges require each other in a circle: {link.badge!r}"
                )


def after(slugs: Iterable[str], chains: Sequence[Badge]) -> list[Badge]:
    """The chains, in order, that may change with these badges, or are among them."""
    touched = set(slugs)
    found = []
    for badge in chains:
        if badge.slug in touched or any(link.badge in touched for link in links(badge)):
            touched.add(badge.slug)
            found.append(badge)
    return found


def earned(badge: Badge, held: Mapping[str, Sequence[Award]]) -> Award | None:
    """What a member's awards, by badge, earn him: the chain, held or once held, or None."""
    fitting = [
        [award for award in held.get(link.badge, ()) if link.level in (None, award.level)]
        for link in links(badge)
    ]
    moments = sorted({award.awarded_at for awards in fitting for award in awards})
    standing = [moment for moment in moments if all(_stands(awards, moment) for awards in fitting)]
    if not standing:
        return None
    since = _since(standing, moments) if badge.policy == LIVE else standing[0]
    deciding = [award.by for awards in fitting for award in awards if award.awarded_at == since and award.by]
    return Award(
        badge=badge.slug,
        level=None,
        object=None,
        awarded_at=since,
        by=min(deciding, default=None),
        revoked_at=_until(fitting, standing[-1]) if badge.policy == LIVE else None,
    )


def _since(standing: Sequence[datetime], moments: Sequence[datetime]) -> datetime:
    """Since when the last time that all stood, of the moments at which something was awarded."""
    place = len(standing) - 1
    while place and moments.index(standing[place]) - moments.index(standing[place - 1]) == 1:
        place -= 1
    return standing[place]


def _until(fitting: Sequence[Sequence[Award]], moment: datetime) -> datetime | None:
    """Until when all stand that stood at a moment, None: they still do."""
    ends = [
        None
        if any(award.revoked_at is None for award in awards)
        else max(award.revoked_at for award in awards if award.revoked_at and _stands([award], moment))
        for awards in fitting
    ]
    return min((end for end in ends if end is not None), default=None)


def _stands(awards: Sequence[Award], moment: datetime) -> bool:
    return any(
        award.awarded_at <= moment and (award.revoked_at is None or award.revoked_at > moment)
        for award in awards
    )


def _visit(badge: Badge, badges: Mapping[str, Badge], found: dict[str, Badge], way: tuple[str, ...]) -> None:
    if badge.slug in found or badge.slug in way or not links(badge):
        return
    for link in links(badge):
        if link.badge in badges:
            _visit(badges[link.badge], badges, found, (*way, badge.slug))
    found[badge.slug] = badge


def _required(badge: Badge, badges: Mapping[str, Badge], seen: set[str]) -> set[str]:
    """A badge and all that it requires, directly or through others."""
    if badge.slug not in seen:
        seen.add(badge.slug)
        for link in links(badge):
            if link.badge in badges:
                _required(badges[link.badge], badges, seen)
    return seen


def _invalid(pointer: str, detail: str) -> Invalid:
    return Invalid("The definition is wrong.", errors=[Place(pointer=pointer, detail=detail)])
