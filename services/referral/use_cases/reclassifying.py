"""Judging history anew, by the classifier of today: first the difference is shown, then it is made in steps.

What was kept of a click never changes; only what is made of it does.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from services.referral.domain import visits
from services.referral.domain.visits import Verdict
from services.referral.repository import DATABASE, audit, clicks
from services.referral.use_cases import clicking
from shared import mongo, work
from shared.mongo import Document, in_transaction
from shared.work import Mark, Step

RECLASSIFY = "reclassify"
_PAGE = 500
#: So many clicks are looked at in a preview, the oldest first.
MOST = 100_000

#: (moment, id) of a click; None before the first one.
Place = tuple[datetime, str] | None


class Span(NamedTuple):
    """Which clicks of a community: from a moment on, before another; None without a bound."""

    community: str
    since: datetime | None = None
    until: datetime | None = None


def preview(span: Span) -> dict[str, Any]:
    """What judging anew would change: how many clicks go from which class to which. Changes nothing."""
    looked, moved = 0, Counter[tuple[str, str, str]]()
    with mongo.snapshot(DATABASE):
        for page in _pages(span):
            looked += len(page)
            stood = {each["_id"]: each["klass"] for each in page}
            moved.update(
                (stood[name], verdict.klass.value, verdict.reason.value)
                for name, verdict in _judged(span.community, page).items()
                if verdict.klass != stood[name]
            )
            if looked >= MOST:
                break
    return {
        "classifier": visits.VERSION,
        "looked_at": looked,
        "complete": looked < MOST,
        "changed": sum(moved.values()),
        "changes": [
            {"before": before, "after": after, "reason": reason, "clicks": count}
            for (before, after, reason), count in sorted(moved.items())
        ],
    }


@in_transaction(DATABASE)
def order(span: Span, now: datetime) -> None:
    """Let it be done."""
    work.add(DATABASE, RECLASSIFY, span.community, place=_first(span), until=span.until)
    audit.note_person(span.community, act="clicks.reclassified", thing="clicks", now=now)


def reclassify(mark: Mark) -> dict[str, Any] | None:
    """One step: a page of clicks. Returns where to go on."""
    place = mark["place"]
    return _step(mark["community"], None if place is None else (place[0], place[1]), mark["until"])


@in_transaction(DATABASE)
def _step(community: str, place: Place, until: datetime | None) -> dict[str, Any] | None:
    page = clicks.after(community, place, until, _PAGE)
    if not page:
        return None
    clicks.take_turn(community)
    stood = {each["_id"]: each for each in page}
    differs = {
        name: verdict
        for name, verdict in _judged(community, page).items()
        if clicks.judged(verdict) != {field: stood[name].get(field) for field in clicks.judged(verdict)}
    }
    clicks.judge(differs)
    # Who is a person only now, and who is none any more, may change what a join or an order is owed to; and what
    # else each of them is, its record names.
    concerned = [stood[name] for name, verdict in differs.items() if verdict.klass != stood[name]["klass"]]
    clicking.tell(community, concerned)
    return {"place": [page[-1]["moment"], page[-1]["_id"]]}


def _judged(community: str, page: Sequence[Document]) -> dict[str, Verdict]:
    """What each click of a page is, which holds all of its time; of what came before it, whatever is near."""
    of_page = {each["_id"] for each in page}
    near = [each for each in clicks.near(community, page) if each["_id"] not in of_page]
    found = visits.verdicts(clicks.visit(each) for each in (*near, *page))
    return {name: found[name] for name in of_page}


def _pages(span: Span) -> Iterator[list[Document]]:
    place = _first(span)
    while page := clicks.after(span.community, place, span.until, _PAGE):
        yield page
        place = page[-1]["moment"], page[-1]["_id"]


def _first(span: Span) -> Place:
    # No id is below the empty one: all of that moment come.
    return None if span.since is None else (span.since, "")


STEPS: dict[str, Step] = {RECLASSIFY: reclassify}
