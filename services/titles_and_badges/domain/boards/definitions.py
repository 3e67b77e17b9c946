"""Boards as data: definitions are checked here, and become rules.

{"name": "Most helpful", "points": […], "windows": ["month", "all", "last-30-days"], "ties": "competition",
 "seasons": [{"name": "spring-2026", "from": "2026-03-01", "until": "2026-06-01"}],
 "exclude": {"earning": […], "ranking": [{"role": "staff", "reason": "They are paid for it."}]},
 "from": "2026-01-01", "until": "2027-01-01"}

Of a policy that was changed, each version holds for what was done while it was in force.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.titles_and_badges.domain.boards import days, exclusions, policies, windows
from services.titles_and_badges.domain.boards.exclusions import Exclusion
from services.titles_and_badges.domain.boards.policies import Policy
from services.titles_and_badges.domain.boards.windows import Period, Season
from services.titles_and_badges.domain.facts import Fact
from shared.timeline import Timeline

COMPETITION = "competition"
DENSE = "dense"
ORDINAL = "ordinal"
TIES = (COMPETITION, DENSE, ORDINAL)

#: Since when the first policy of a board holds.
ALWAYS = datetime.fromisoformat("0001-01-01T00:00:00+00:00")
DEFAULT_WINDOWS = (windows.MONTH, windows.ALL)
MOST_WINDOWS = 12
MOST_SEASONS = 100
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
#: What of a definition holds for what was done while it was in force; the rest holds for everything.
POLICY = ("points", "cap_a_day", "by_giver")
_KNOWN = {
    *POLICY,
    *("slug", "name", "description", "status", "effective"),
    *("windows", "seasons", "ties", "exclude", "from", "until"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A checked board. `policies` are its versions, each with the moment from which on it holds.

    `ended` ends what earns, in event time: when the board was retired. `first` and `end` border its days.
    """

    slug: str
    version: int
    policies: Timeline[Policy]
    windows: tuple[str, ...]
    seasons: tuple[Season, ...]
    ties: str
    not_earning: tuple[Exclusion, ...]
    not_ranked: tuple[Exclusion, ...]
    first: date | None = None
    end: date | None = None
    ended: datetime | None = None

    def policy(self, moment: datetime) -> tuple[int, Policy] | None:
        """The number and the content of the policy that held at a moment."""
        found = None
        for number, (since, policy) in enumerate(self.policies):
            if since > moment:
                break
            found = (number, policy)
        return found

    def concerns(self, fact: Fact) -> bool:
        """Whether a deed can give points, whoever did it on whatever day."""
        if self.ended is not None and fact.published >= self.ended:
            return False
        held = self.policy(fact.published)
        return held is not None and held[1].concerns(fact)

    def is_open(self, day: date) -> bool:
        """Whether a day lies within the board's own borders."""
        return (self.first is None or self.first <= day) and (self.end is None or day < self.end)

    @property
    def usual_window(self) -> str:
        """The window that is shown where none is named."""
        return windows.MONTH if windows.MONTH in self.windows else self.windows[0]

    def present(self, window: str, today: date) -> Period:
        """The period of a window in which a day lies; of seasons the latest that began, or else the last one."""
        if window == windows.SEASON:
            begun = [each for each in self.seasons if each.first <= today]
            return windows.of_season(max(begun or self.seasons, key=lambda each: each.first))
        found = windows.containing if window in windows.CALENDAR else windows.rolling
        return found(window, today)

    def periods(self, day: date, today: date) -> Iterable[Period]:
        """Every period of this board in which a day lies; the future never counts."""
        return windows.periods(self.windows, self.seasons, day, today) if day <= today else ()


class BoardRules:
    """The boards of a community at one revision, ready to ask which of them a deed concerns.

    `defined`: whether there is any, also one that counts nothing (any more, or yet).
    """

    def __init__(self, revision: int, boards: Sequence[Board], *, defined: bool) -> None:
        self.revision = revision
        self.defined = defined
        self.boards = {board.slug: board for board in boards}
        self._by_type: dict[str, list[Board]] = {}

    def concerned(self, fact: Fact) -> list[Board]:
        """The boards on which a deed can give points."""
        candidates = self._by_type.get(fact.type)
        if candidates is None:
            candidates = self._by_type[fact.type] = [
                board for board in self.boards.values() if _may_concern(board, fact.type)
            ]
        return [board for board in candidates if board.concerns(fact)]


def board(
    slug: str,
    definition: Mapping[str, Any],
    *,
    version: int = 1,
    earlier: Sequence[tuple[datetime, Mapping[str, Any]]] = (),
    ended: datetime | None = None,
) -> Board:
    """Check a definition and make a board of it.

    `earlier` are the definitions whose policies held, each with its moment, in order; without them this one's held
    always. Raises Invalid with the places of what is wrong.
    """
    if not _SLUG.fullmatch(slug):
        raise days.invalid("/slug", "a slug is 1 to 64 of a–z, 0–9 and -, and neither begins nor ends with -")
    for name in definition:
        if name not in _KNOWN:
            raise days.invalid(f"/{name}", f"a board has no {name!r}")
    now = policies.parse(definition)
    held = tuple((since, policies.parse(each)) for since, each in earlier)
    listed = _seasons(definition.get("seasons", ()))
    exclude = _exclude(definition.get("exclude", {}))
    first, end = _borders(definition)
    return Board(
        slug=slug,
        version=version,
        policies=held or ((ALWAYS, now),),
        windows=_windows(definition.get("windows", DEFAULT_WINDOWS), listed),
        seasons=listed,
        ties=_ties(definition),
        not_earning=exclusions.parse(exclude.get("earning", ()), "/exclude/earning"),
        not_ranked=exclusions.parse(exclude.get("ranking", ()), "/exclude/ranking"),
        first=first,
        end=end,
        ended=ended,
    )


def _may_concern(board: Board, kind: str) -> bool:
    return any(policy.types is None or kind in policy.types for _, policy in board.policies)


def _windows(written: Any, seasons: Sequence[Season]) -> tuple[str, ...]:  # noqa: ANN401 (untrusted JSON)
    if not isinstance(written, Sequence) or isinstance(written, str) or not 0 < len(written) <= MOST_WINDOWS:
        raise days.invalid("/windows", f"windows are a list of 1 to {MOST_WINDOWS}")
    for index, each in enumerate(written):
        if not isinstance(each, str) or not (each in windows.CALENDAR or windows.is_rolling(each)):
            known = ", ".join((*windows.CALENDAR, "last-30-days", *windows.SINCE))
            raise days.invalid(f"/windows/{index}", f"there is no such window; there are {known}")
        if each == windows.SEASON and not seasons:
            raise days.invalid(f"/windows/{index}", "a board with this window has seasons")
    if len(set(written)) != len(written):
        raise days.invalid("/windows", "a window is there twice")
    return tuple(written)


def _seasons(written: Any) -> tuple[Season, ...]:  # noqa: ANN401
    if not isinstance(written, Sequence) or isinstance(written, str) or len(written) > MOST_SEASONS:
        raise days.invalid("/seasons", f"seasons are a list of at most {MOST_SEASONS}")
    found = tuple(_season(each, f"/seasons/{index}") for index, each in enumerate(written))
    if len({each.name for each in found}) != len(found):
        raise days.invalid("/seasons", "two seasons have one name")
    return found


def _season(written: Any, pointer: str) -> Season:  # noqa: ANN401
    if not isinstance(written, Mapping) or set(written) != {"name", "from", "until"}:
        raise days.invalid(pointer, "a season is an object with a name, from and until")
    if not isinstance(written["name"], str) or not _SLUG.fullmatch(written["name"]):
        raise days.invalid(f"{pointer}/name", "a season's name is 1 to 64 of a–z, 0–9 and -")
    first = days.read(written["from"], f"{pointer}/from")
    end = days.read(written["until"], f"{pointer}/until")
    if first is None or end is None or first >= end:
        raise days.invalid(f"{pointer}/until", "a season ends on a day after it began")
    return Season(name=written["name"], first=first, end=end)


def _exclude(written: Any) -> Mapping[str, Any]:  # noqa: ANN401
    if not isinstance(written, Mapping) or set(written) - {"earning", "ranking"}:
        raise days.invalid("/exclude", "exclude is an object with earning, ranking, or both")
    return written


def _borders(definition: Mapping[str, Any]) -> tuple[date | None, date | None]:
    first, end = days.read(definition.get("from"), "/from"), days.read(definition.get("until"), "/until")
    if first is not None and end is not None and first >= end:
        raise days.invalid("/until", "until is a day after from")
    return first, end


def _ties(definition: Mapping[str, Any]) -> str:
    value = definition.get("ties", COMPETITION)
    if value not in TIES:
        raise days.invalid("/ties", f"ties is one of {', '.join(TIES)}")
    return str(value)
