"""How a definition is read: untrusted JSON, refused with the place of what is wrong."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.titles_and_badges.domain.criteria import KINDS, Criterion, Terms
from services.titles_and_badges.domain.spans import PERIODS, Span
from shared import clock
from shared.errors import Invalid, Place

STICKY = "sticky"
LIVE = "live"
ONCE_A_MEMBER = "member"
ONCE_AN_OBJECT = "object"

HIGHEST = 10**12
MOST_LEVELS = 100
MOST_HOLDERS = 1_000_000
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_LONGEST_LEVEL = 50
_LONGEST_MONTHS = 1_200
_LONGEST_DAYS = 36_500
_HUNDRED = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A value to reach; `level` is its name, None for a badge without levels."""

    level: str | None
    at: int


Definition = Mapping[str, Any]


def slug(written: str) -> str:
    """A badge's name in paths."""
    if not _SLUG.fullmatch(written):
        raise invalid("/slug", "a slug is 1 to 64 of a–z, 0–9 and -, and neither begins nor ends with -")
    return written


def criterion(definition: Definition) -> tuple[str, Criterion, tuple[Threshold, ...]]:
    """The kind, the criterion and the values to reach."""
    written = definition.get("criterion")
    if not isinstance(written, Mapping):
        raise invalid("/criterion", "a criterion is an object with a kind")
    name = written.get("kind")
    if not isinstance(name, str) or name not in KINDS:
        raise invalid("/criterion/kind", f"there is no kind {name!r}; there are {', '.join(sorted(KINDS))}")
    kind = KINDS[name]
    thresholds = _thresholds(definition) if kind.has_threshold else _single(definition, name, 1)
    found = kind.parse(written, "/criterion", _terms(definition, thresholds))
    return name, found, thresholds if kind.has_threshold else _single(definition, name, kind.goal(written))


def repeat(definition: Definition) -> str:
    """Once a member, once an object, or once a period."""
    return _choice(definition, "repeat", (ONCE_A_MEMBER, ONCE_AN_OBJECT, *PERIODS))


def policy(definition: Definition) -> str:
    """Whether it stays once earned, or is held while its criterion holds."""
    return _choice(definition, "policy", (STICKY, LIVE))


def keep(definition: Definition) -> int:
    """Below how many percent of what was reached a live badge is lost."""
    written = definition.get("keep")
    if written is None:
        return _HUNDRED
    if policy(definition) != LIVE:
        raise invalid("/keep", "a sticky badge is kept anyway: keep is for live ones")
    return _number(written, "/keep", _HUNDRED)


def most_holders(definition: Definition) -> int | None:
    """How many can hold it at once, None for all who earn it."""
    written = definition.get("most_holders")
    return None if written is None else _number(written, "/most_holders", MOST_HOLDERS)


def expires_after(definition: Definition) -> Span | None:
    """For how long it is held without another deed that earns it, None for ever."""
    written = definition.get("expires_after")
    if written is None:
        return None
    if not isinstance(written, Mapping) or len(written) != 1 or not written.keys() <= {"months", "days"}:
        raise invalid("/expires_after", "either months or days are wanted here")
    months, days = (
        0 if written.get(name) is None else _number(written[name], f"/expires_after/{name}", most)
        for name, most in (("months", _LONGEST_MONTHS), ("days", _LONGEST_DAYS))
    )
    return Span(months=months, days=days)


def flag(definition: Definition, name: str, *, default: bool) -> bool:
    """True or false."""
    written = definition.get(name, default)
    if not isinstance(written, bool):
        raise invalid(f"/{name}", "true or false is wanted here")
    return written


def window(definition: Definition) -> tuple[datetime | None, datetime | None]:
    """From when and until when deeds count, in event time; None: always."""
    begin, end = (moment(definition.get(name), f"/{name}") for name in ("from", "until"))
    if begin is not None and end is not None and end <= begin:
        raise invalid("/until", "it ends after it begins")
    return begin, end


def moment(written: Any, pointer: str) -> datetime | None:  # noqa: ANN401 (untrusted JSON)
    """A time with its offset, None for none."""
    if written is None or isinstance(written, datetime):
        return written
    try:
        return clock.from_text(written)
    except (TypeError, ValueError, OverflowError):
        raise invalid(pointer, "a time such as 2026-11-01T00:00:00Z is wanted here") from None


def invalid(pointer: str, detail: str) -> Invalid:
    """A refusal that names the place."""
    return Invalid("The definition is wrong.", errors=[Place(pointer=pointer, detail=detail)])


def _terms(definition: Definition, thresholds: Sequence[Threshold]) -> Terms:
    return Terms(
        at=tuple(each.at for each in thresholds),
        policy=policy(definition),
        repeat=repeat(definition),
        keep=keep(definition),
    )


def _single(definition: Definition, kind: str, goal: int) -> tuple[Threshold, ...]:
    for name in ("at", "levels"):
        if definition.get(name) is not None:
            raise invalid(f"/{name}", f"a badge of the kind {kind} has no {name}")
    return (Threshold(level=None, at=goal),)


def _thresholds(definition: Definition) -> tuple[Threshold, ...]:
    at, levels = definition.get("at"), definition.get("levels")
    if (at is None) == (levels is None):
        raise invalid("/at", "a badge has either at or levels")
    if at is not None:
        return (Threshold(level=None, at=_number(at, "/at")),)
    if not isinstance(levels, Sequence) or isinstance(levels, str) or not 0 < len(levels) <= MOST_LEVELS:
        raise invalid("/levels", f"levels are a list of 1 to {MOST_LEVELS}")
    found = tuple(_level(level, f"/levels/{index}") for index, level in enumerate(levels))
    for index in range(1, len(found)):
        if found[index].at <= found[index - 1].at:
            raise invalid(f"/levels/{index}/at", "levels rise: each is higher than the one before")
    if len({threshold.level for threshold in found}) != len(found):
        raise invalid("/levels", "two levels have one name")
    return found


def _level(written: Any, pointer: str) -> Threshold:  # noqa: ANN401 (untrusted JSON)
    if not isinstance(written, Mapping):
        raise invalid(pointer, "a level is an object with a name and at")
    name = written.get("name")
    if not isinstance(name, str) or not 0 < len(name) <= _LONGEST_LEVEL:
        raise invalid(f"{pointer}/name", f"a name of 1 to {_LONGEST_LEVEL} characters is wanted here")
    return Threshold(level=name, at=_number(written.get("at"), f"{pointer}/at"))


def _number(written: Any, pointer: str, most: int = HIGHEST) -> int:  # noqa: ANN401
    if not isinstance(written, int) or isinstance(written, bool) or not 0 < written <= most:
        raise invalid(pointer, f"a whole number from 1 to {most} is wanted here")
    return written


def _choice(definition: Definition, name: str, choices: tuple[str, ...]) -> str:
    value = definition.get(name, choices[0])
    if value not in choices:  # JSON may hold a list here, which no set can look for
        raise invalid(f"/{name}", f"{name} is {', '.join(choices[:-1])} or {choices[-1]}")
    return str(value)
