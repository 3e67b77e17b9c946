"""What an account shows: in which periods its days count, how much, and until when that stays so."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.titles_and_badges.domain.boards import days, exclusions, windows
from services.titles_and_badges.domain.boards.accounts import Day
from services.titles_and_badges.domain.boards.definitions import Board
from services.titles_and_badges.domain.boards.windows import Period
from services.titles_and_badges.domain.standing import Profile


class Part(NamedTuple):
    """What one account gives to a member's standing in a period.

    `on_days` counts the days on which points were earned, `reached` is when the last ones were; who is `hidden` is not
    ranked.
    """

    points: int
    on_days: int
    reached: datetime
    hidden: bool


#: Period key → part.
Parts = Mapping[str, Part]


def appearance(
    board: Board,
    member: str,
    earned: Mapping[str, Day],
    profile: Profile,
    today: date,
    zone: ZoneInfo,
) -> Parts:
    """What an account shows as of a day; days that are still to come show nothing."""
    found: dict[str, Part] = {}
    hidden: dict[str, bool] = {}
    for written, (points, at) in earned.items():
        for period in board.periods(date.fromisoformat(written), today):
            key = period.key
            if key not in hidden:
                hidden[key] = _why_hidden(board, member, profile, period, today, zone) is not None
            before = found.get(key)
            if before is None:
                found[key] = Part(points, 1, at, hidden[key])
            else:
                found[key] = Part(
                    before.points + points, before.on_days + 1, max(before.reached, at), hidden[key]
                )
    return found


def why_hidden(
    board: Board, member: str, profile: Profile, period: Period, today: date, zone: ZoneInfo
) -> exclusions.Reason | None:
    """Why a member has no place in a period, None if he may have one."""
    return _why_hidden(board, member, profile, period, today, zone)


def next_change(
    board: Board,
    member: str,
    earned: Mapping[str, Day],
    profile: Profile,
    today: date,
    zone: ZoneInfo,
) -> date | None:
    """The next day on which an account shows something else though nothing happens; None: never.

    A day comes, or leaves a rolling window; an exclusion begins or ends.
    """
    held = [date.fromisoformat(written) for written in earned]
    if not held:
        return None
    coming = [day for day in held if day > today]
    coming += [day for day in exclusions.changes(board.not_ranked, member, profile, zone) if day > today]
    for window in board.windows:
        if windows.is_rolling(window):
            coming += [
                _leaves(window, day, today) for day in held if windows.rolling(window, today).holds(day)
            ]
    return min(coming, default=None)


def _leaves(window: str, day: date, today: date) -> date:
    """The first day on which a rolling window no longer holds a day."""
    low, high = today, today + days.ONE
    while windows.rolling(window, high).holds(day):
        low, high = high, high + (high - today)
    while high - low > days.ONE:
        middle = low + (high - low) // 2
        low, high = (middle, high) if windows.rolling(window, middle).holds(day) else (low, middle)
    return high


def _why_hidden(
    board: Board, member: str, profile: Profile, period: Period, today: date, zone: ZoneInfo
) -> exclusions.Reason | None:
    last = today if period.end is None else min(today, period.end - days.ONE)
    return exclusions.ranking(board.not_ranked, member, profile, last, today, zone)
