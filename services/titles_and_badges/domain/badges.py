"""Badges as data: definitions are checked here, and become rules."""

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.titles_and_badges.domain import shapes
from services.titles_and_badges.domain.criteria import KINDS, Criterion
from services.titles_and_badges.domain.facts import Fact
from shared.errors import Invalid, Place

STICKY = "sticky"
LIVE = "live"
ONCE_A_MEMBER = "member"
ONCE_AN_OBJECT = "object"
MANUAL = "manual"

DRAFT = "draft"
ACTIVE = "active"
RETIRED = "retired"

HIGHEST = 10**12
MOST_LEVELS = 20
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_LONGEST_LEVEL = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A value to reach; `level` is its name, None for a badge without levels."""

    level: str | None
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """A checked definition. `until` ends what counts, in event time: when the badge was retired.

    `asked_tags` are those of its criterion, if the shape of a fact decides whether it concerns that; else None.
    """

    slug: str
    version: int
    kind: str
    criterion: Criterion
    thresholds: tuple[Threshold, ...]
    repeat: str
    policy: str
    until: datetime | None = None
    asked_tags: frozenset[str] | None = None

    @property
    def by_object(self) -> bool:
        """Whether its buckets are one an object, or one a member."""
        return self.repeat == ONCE_AN_OBJECT or self.criterion.by_object

    def concerns(self, fact: Fact) -> bool:
        """Whether a fact belongs into a bucket of this badge."""
        return self.criterion.concerns(fact) and self.takes(
            fact
        )  # in this order: most facts end at the first

    def takes(self, fact: Fact) -> bool:
        """Whether the badge takes a fact that concerns its criterion."""
        if self.until is not None and fact.published >= self.until:
            return False
        return fact.object is not None or not self.by_object


def badge(
    slug: str, definition: Mapping[str, Any], *, version: int = 1, until: datetime | None = None
) -> Badge:
    """Check a definition and make a rule of it.

    `definition` is the typed JSON of `PUT /v1/badges/{slug}`. Raises Invalid with the places of what is wrong.
    """
    if not _SLUG.fullmatch(slug):
        raise _invalid("/slug", "a slug is 1 to 64 of a–z, 0–9 and -, and neither begins nor ends with -")
    kind_name, criterion, thresholds = _criterion(definition)
    return Badge(
        slug=slug,
        version=version,
        kind=kind_name,
        criterion=criterion,
        thresholds=thresholds,
        repeat=_choice(definition, "repeat", (ONCE_A_MEMBER, ONCE_AN_OBJECT)),
        policy=_choice(definition, "policy", (STICKY, LIVE)),
        until=until,
        asked_tags=shapes.asked_tags(definition["criterion"]),
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


def _criterion(definition: Mapping[str, Any]) -> tuple[str, Criterion, tuple[Threshold, ...]]:
    written = definition.get("criterion")
    if not isinstance(written, Mapping):
        raise _invalid("/criterion", "a criterion is an object with a kind")
    name = written.get("kind")
    if not isinstance(name, str) or name not in KINDS:
        raise _invalid("/criterion/kind", f"there is no kind {name!r}; there are {', '.join(sorted(KINDS))}")
    kind = KINDS[name]
    thresholds = _thresholds(definition) if kind.has_threshold else _single(definition, name)
    return name, kind.parse(written, "/criterion", thresholds[-1].at), thresholds


def _single(definition: Mapping[str, Any], kind: str) -> tuple[Threshold, ...]:
    for name in ("at", "levels"):
        if definition.get(name) is not None:
            raise _invalid(f"/{name}", f"a badge of the kind {kind} has no {name}")
    return (Threshold(level=None, at=1),)


def _thresholds(definition: Mapping[str, Any]) -> tuple[Threshold, ...]:
    at, levels = definition.get("at"), definition.get("levels")
    if (at is None) == (levels is None):
        raise _invalid("/at", "a badge has either at or levels")
    if at is not None:
        return (Threshold(level=None, at=_number(at, "/at")),)
    if not isinstance(levels, Sequence) or isinstance(levels, str) or not 0 < len(levels) <= MOST_LEVELS:
        raise _invalid("/levels", f"levels are a list of 1 to {MOST_LEVELS}")
    found = tuple(_level(level, f"/levels/{index}") for index, level in enumerate(levels))
    for index in range(1, len(found)):
        if found[index].at <= found[index - 1].at:
            raise _invalid(f"/levels/{index}/at", "levels rise: each is higher than the one before")
    if len({threshold.level for threshold in found}) != len(found):
        raise _invalid("/levels", "two levels have one name")
    return found


def _level(written: Any, pointer: str) -> Threshold:  # noqa: ANN401 (untrusted JSON)
    if not isinstance(written, Mapping):
        raise _invalid(pointer, "a level is an object with a name and at")
    name = written.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_LEVEL:
        raise _invalid(f"{pointer}/name", f"a name of 1 to {_LONGEST_LEVEL} characters is wanted here")
    return Threshold(level=name, at=_number(written.get("at"), f"{pointer}/at"))


def _number(written: Any, pointer: str) -> int:  # noqa: ANN401
    if not isinstance(written, int) or isinstance(written, bool) or not 0 < written <= HIGHEST:
        raise _invalid(pointer, f"a whole number from 1 to {HIGHEST} is wanted here")
    return written


def _choice(definition: Mapping[str, Any], name: str, choices: tuple[str, ...]) -> str:
    value = definition.get(name, choices[0])
    if value not in choices:
        raise _invalid(f"/{name}", f"{name} is {' or '.join(choices)}")
    return str(value)


def _invalid(pointer: str, detail: str) -> Invalid:
    return Invalid("The definition is wrong.", errors=[Place(pointer=pointer, detail=detail)])
