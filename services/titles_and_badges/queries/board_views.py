"""What is looked at: a board, one of its periods, and the day as of which it stands."""

from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.titles_and_badges.domain import badges as life
from services.titles_and_badges.domain.boards import days, windows
from services.titles_and_badges.domain.boards.definitions import Board
from services.titles_and_badges.domain.boards.windows import Period
from services.titles_and_badges.domain.standing import Context
from services.titles_and_badges.repository import communities, seals
from services.titles_and_badges.repository.boards import definitions, standings
from shared import clock
from shared.errors import Invalid, NotFound, Place
from shared.mongo import Document


class View(NamedTuple):
    """A board, one of its periods, and the day as of which it stands."""

    community: str
    stored: Document
    board: Board
    period: Period
    today: date
    zone: ZoneInfo

    @property
    def p(self) -> str:
        """What all rows of the period have in common."""
        return standings.period_key(self.community, self.board.slug, self.period.key)

    def is_sealed(self) -> bool:
        """Whether it is a sealed month."""
        return (
            self.period.window == windows.MONTH
            and self.period.name is not None
            and seals.revision(self.community, self.period.name) is not None
        )


def asked(window: str | None, name: str | None) -> str:
    """A period as it is asked for: `month:2026-10`; `month`, the present one; `:2026-10` or "", of the usual window."""
    return window or "" if name is None else f"{window or ''}:{name}"


def view(community: str, slug: str, period: str) -> View:
    """What `asked` names. Raises NotFound, or Invalid for a period that the board does not have."""
    stored = definitions.one(community, slug)
    if stored is None or stored["status"] == life.DRAFT:
        raise NotFound("board", slug)
    board = definitions.board(stored)
    found = communities.load([community]).get(community, {})
    now = clock.now()
    zone = Context(profiles={}, zones=communities.zones(found)).zone(now)
    behind = standings.longest_due(community, now)
    # As of the day up to which everything is shown.
    today = days.day_of(now if behind is None else behind - timedelta(milliseconds=1), zone)
    return View(community, stored, board, named(board, period, today), today, zone)


def named(board: Board, period: str, today: date) -> Period:
    """The period that `asked` names, as of a day. Raises Invalid where the board does not have it."""
    window, is_named, name = period.partition(":")
    window = window or board.usual_window
    if window not in board.windows:
        raise _invalid("window", f"this board has the windows {', '.join(board.windows)}")
    if not is_named:
        return board.present(window, today)
    if window == windows.SEASON:
        found = [each for each in board.seasons if each.name == name]
        if not found:
            raise _invalid("period", f"its seasons are {', '.join(each.name for each in board.seasons)}")
        return windows.of_season(found[0])
    if window not in (windows.DAY, windows.WEEK, windows.MONTH):
        raise _invalid("period", "this window has one period; leave it out")
    try:
        return windows.named(window, name)
    except ValueError:
        raise _invalid(
            "period", "as 2026-10-07 for a day, 2026-W41 for a week, 2026-10 for a month"
        ) from None


def _invalid(pointer: str, detail: str) -> Invalid:
    return Invalid("There is no such period.", errors=[Place(pointer=pointer, detail=detail)])
