"""What a definition of a title would change: the last sealed months as it would have decided them. Changes nothing."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.titles_and_badges.repository import seals, titles
from services.titles_and_badges.use_cases import defining_titles, rehearsing
from services.titles_and_badges.use_cases.rehearsing import Listed, OutOfTime
from shared import clock
from shared.mongo import Document

#: The titles of a month that are looked at, and their board, where it is another one than the stored.
Wanted = Callable[[Document], tuple[Sequence[Document], Listed | None]]


def preview(
    community: str, slug: str, definition: Mapping[str, Any], *, months: int, seconds: float | None = None
) -> Document:
    """Who would hold a title of so many of the last sealed months, in whole or for so many seconds. Raises Invalid."""
    began = time.monotonic()
    stored = titles.definition(community, slug)
    title = defining_titles.as_defined(community, slug, definition, stored, clock.now())
    until = None if seconds is None else began + seconds
    return {
        "title": slug,
        **rehearsed(community, months, lambda _: ([title], None), until),
        "seconds": round(time.monotonic() - began, 3),
    }


def rehearsed(community: str, months: int, wanted: Wanted, until: float | None) -> Document:
    """The last sealed months, the latest first, until a moment of the monotonic clock: what of them would change.

    `notifications` are those that sealing them anew would send. A month that there is no time for is left out.
    """
    periods: list[str] = []
    changes: list[Document] = []
    complete = True
    for seal in seals.latest(community, limit=months) if months else ():
        asked, listed = wanted(seal)
        try:
            found = rehearsing.rehearse_otherwise(
                community,
                seal["period"],
                asked,
                listed,
                lambda: until is not None and time.monotonic() > until,
            )
        except OutOfTime:
            complete = False
            break
        periods.append(seal["period"])
        changes += [{**row, "period": seal["period"]} for row in found]
    return {
        "months": periods,
        "complete": complete,
        "changes": changes,
        "notifications": sum(row["change"] != rehearsing.STAYS for row in changes),
    }
