"""Badges as data: checked definitions that are rules."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.titles_and_badges.domain import reading, shapes, spans, versions
from services.titles_and_badges.domain.criteria import Criterion
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.reading import (
    HIGHEST,
    LIVE,
    MOST_HOLDERS,
    MOST_LEVELS,
    ONCE_A_MEMBER,
    ONCE_AN_OBJECT,
    STICKY,
    Definition,
    Threshold,
)
from services.titles_and_badges.domain.spans import Span
from services.titles_and_badges.domain.standing import Context
from services.titles_and_badges.domain.versions import Earlier

__all__ = [
    "ACTIVE",
    "CHAIN",
    "DRAFT",
    "HIGHEST",
    "LIVE",
    "MANUAL",
    "MOST_HOLDERS",
    "MOST_LEVELS",
    "ONCE_AN_OBJECT",
    "ONCE_A_MEMBER",
    "RETIRED",
    "STICKY",
    "Badge",
    "Rules",
    "Threshold",
    "badge",
]

MANUAL = "manual"
CHAIN = "chain"

DRAFT = "draft"
ACTIVE = "active"
RETIRED = "retired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """A checked definition.

    `begins` and `until` bound what counts, in event time: a campaign, or when the badge was retired. `asked_tags` are
    those of its criterion, if the shape of a fact decides whether it concerns that; else None. `is_plain`: neither
    time nor hysteresis has a say in it. `silent_before`: awards of before are no news. `earlier`: what other values
    it asked for, and until when.
    """

    slug: str
    version: int
    kind: str
    criterion: Criterion
    thresholds: tuple[Threshold, ...]
    repeat: str
    policy: str
    begins: datetime | None = None
    until: datetime | None = None
    asked_tags: frozenset[str] | None = None
    is_plain: bool = True
    keep: int = 100
    expires_after: Span | None = None
    most_holders: int | None = None
    secret: bool = False
    silent_before: datetime | None = None
    earlier: tuple[tuple[datetime, tuple[Threshold, ...]], ...] = ()

    @property
    def by_object(self) -> bool:
        """Whether its buckets are one an object."""
        return self.repeat == ONCE_AN_OBJECT or self.criterion.by_object

    @property
    def by_period(self) -> bool:
        """Whether its buckets are one a period."""
        return self.repeat in spans.PERIODS

    def bucket(self, fact: Fact, context: Context) -> str | None:
        """In which bucket a fact counts: an object's, a period's, or, None, the only one a member has."""
        if self.by_object:
            return fact.object
        if self.repeat == ONCE_A_MEMBER:
            return None
        return spans.period(fact.published, self.repeat, context.zone(fact.published))

    def concerns(self, fact: Fact) -> bool:
        """Whether a fact belongs into a bucket of this badge."""
        return self.criterion.concerns(fact) and self.takes(fact)  # most facts end at the first

    def takes(self, fact: Fact) -> bool:
        """Whether the badge takes a fact that concerns its criterion."""
        if self.until is not None and fact.published >= self.until:
            return False
        if self.begins is not None and fact.published < self.begins:
            return False
        return fact.object is not None or not self.by_object

    def thresholds_at(self, moment: datetime) -> tuple[Threshold, ...]:
        """What it asked for at a moment."""
        for until, thresholds in self.earlier:
            if moment < until:
                return thresholds
        return self.thresholds

    def changes_after(self, moment: datetime) -> list[datetime]:
        """When it asked for other values from then on."""
        return [until for until, _ in self.earlier if until > moment]


def badge(  # noqa: PLR0913 (a definition, and what its life has added)
    slug: str,
    definition: Definition,
    *,
    version: int = 1,
    until: datetime | None = None,
    silent_before: datetime | None = None,
    effective: datetime | None = None,
    earlier: Sequence[Earlier] = (),
) -> Badge:
    """Check a definition and make a rule of it.

    `definition` is the typed JSON of `PUT /v1/badges/{slug}`; it is `effective` from a moment on, and `earlier` ones
    hold for what was done before. Raises Invalid with the places of what is wrong.
    """
    kind, criterion, thresholds, before = versions.read(definition, effective, earlier)
    begins, ends = reading.window(definition)
    repeat, keep, expiry = (
        reading.repeat(definition),
        reading.keep(definition),
        reading.expires_after(definition),
    )
    if repeat in spans.PERIODS and criterion.by_object:
        raise reading.invalid(
            "/repeat", f"a badge of the kind {kind} counts by object: repeat is member or object"
        )
    return Badge(
        slug=reading.slug(slug),
        version=version,
        kind=kind,
        criterion=criterion,
        thresholds=thresholds,
        repeat=repeat,
        policy=reading.policy(definition),
        begins=begins,
        until=min((each for each in (ends, until) if each), default=None),
        asked_tags=None if before else shapes.asked_tags(definition["criterion"]),
        is_plain=not (before or criterion.timed or keep != 100 or expiry),  # noqa: PLR2004 (percent)
        keep=keep,
        expires_after=expiry,
        most_holders=reading.most_holders(definition),
        secret=reading.flag(definition, "secret", default=False),
        silent_before=silent_before if not reading.flag(definition, "announce", default=True) else None,
        earlier=before,
    )


class Rules:
    """The active badges of a community at one revision, ready to ask which of them an activity can change."""

    def __init__(self, revision: int, badges: Sequence[Badge]) -> None:
        self.revision = revision
        self.badges = {badge.slug: badge for badge in badges}
        self._tags = frozenset[str]().union(*(badge.asked_tags or () for badge in badges))
        self._by_shape: dict[Hashable, tuple[list[Badge], list[Badge]]] = {}

    def concerned(self, fact: Fact) -> list[Badge]:
        """The badges in whose buckets a fact counts."""
        shape = shapes.shape(fact, self._tags)
        known = self._by_shape.get(shape)
        if known is None:
            if len(self._by_shape) >= shapes.MOST:
                self._by_shape.clear()
            known = self._by_shape[shape] = self._sorted_out(fact)
        concerned, to_be_asked = known
        found = [badge for badge in concerned if badge.takes(fact)]
        return found + [badge for badge in to_be_asked if badge.concerns(fact)] if to_be_asked else found

    def _sorted_out(self, fact: Fact) -> tuple[list[Badge], list[Badge]]:
        """The badges that facts of this shape concern, and those that must look at each."""
        candidates = [
            badge
            for badge in self.badges.values()
            if badge.criterion.types is None or fact.type in badge.criterion.types
        ]
        decided = [badge for badge in candidates if badge.asked_tags is not None]
        to_be_asked = [badge for badge in candidates if badge.asked_tags is None]
        return [badge for badge in decided if badge.criterion.concerns(fact)], to_be_asked
