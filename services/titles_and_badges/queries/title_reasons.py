"""Why a member holds a title of a month, why not, and what would change that."""

import itertools
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from services.titles_and_badges.domain import sealing
from services.titles_and_badges.domain.boards import appearance, days, windows
from services.titles_and_badges.domain.standing import Context, Profile
from services.titles_and_badges.domain.titles import choosing, lines, reasons
from services.titles_and_badges.domain.titles.choosing import Verdict
from services.titles_and_badges.domain.titles.definitions import Title
from services.titles_and_badges.domain.titles.reasons import Reason
from services.titles_and_badges.queries import awards as people
from services.titles_and_badges.queries import seals as sealed
from services.titles_and_badges.queries import titles as shown
from services.titles_and_badges.repository import candidates, communities, seals, titles
from services.titles_and_badges.repository.boards import definitions as boards
from services.titles_and_badges.repository.boards import standings
from services.titles_and_badges.repository.candidates import Month, Row
from shared.clock import from_text
from shared.mongo import Document

#: While a month is open, a measure is taken of so many, the first of the title's board: of all when it is sealed.
MEASURED_LIVE = 100


class Case(NamedTuple):
    """A title in a month, as it was sealed or, without a seal, as it stands now."""

    of: Month
    ruled: Title
    scale: int
    seal: Document | None


def explanation(
    community: str, external_id: str, slug: str, *, period: str | None, public: bool, now: datetime
) -> Document:
    """Why, why not, what next; `public` as in `awards.member`. Raises NotFound or Invalid.

    A sealed month is explained as it was sealed, one that is not by what is known now; without a month, this one.
    """
    stored = shown.stored(community, slug, drafts=not public)
    profile = people.member(community, external_id, public=public)
    case = _case(community, stored, period, now)
    held, own = _lines(case, profile["_id"])
    line = shown.verdict(own or _absent(case, profile, now), case.scale)
    shown.name([line])
    border = min((each["score"] for each in held), default=None)
    return {
        "title": slug,
        "title_name": stored["definition"]["name"],
        "description": stored["definition"].get("description", ""),
        "period": case.of.period,
        "sealed": case.seal is not None,
        "revision": case.seal["revision"] if case.seal else None,
        **line,
        "member": people.person(profile, now),
        "held_before": sorted(
            row["period"] for row in titles.held_by([profile["_id"]], slug) if row["period"] < case.of.period
        ),
        "holders": len(held),
        "border": None if border is None else shown.score_of(border, case.scale),
        "next": _next(case, line, border),
    }


def _case(community: str, stored: Document, period: str | None, now: datetime) -> Case:
    known = communities.load([community]).get(community, {})
    zones = communities.zones(known)
    this_month = f"{now.astimezone(Context(profiles={}, zones=zones).zone(now)):%Y-%m}"
    wanted = sealed.month(period) if period else this_month
    seal = seals.revision(community, wanted)
    if seal is not None and [seals.TITLE, stored["slug"]] in seal["parts"]:
        stored = sealing.named(seals.manifest(seal["_id"])["titles"], stored["slug"])
    else:
        seal = None
    ruled = candidates.title(stored["slug"], stored["definition"], stored["version"])
    return Case(
        candidates.month(community, wanted, known), ruled, candidates.scale(stored["definition"]), seal
    )


def _lines(case: Case, member: str) -> tuple[Sequence[Document], Document | None]:
    """The lines of the holders, and the member's own; None where he was not looked at."""
    if case.seal is None:
        choice = candidates.choose(case.of, case.ruled, _live_rows(case))
        found = [lines.line(each) for each in choice.verdicts]
        own = next((each for each in found if each["member"] == member), None)
        return [each for each in found if each["holds"]], own
    part = seals.part(case.seal["_id"], seals.TITLE, case.ruled.slug)
    return [each for each in seals.lines(part) if each["holds"]], seals.line_of(part, member)


def _live_rows(case: Case) -> Iterator[Row]:
    p = _period_key(case)
    if case.ruled.measure is None:
        return _all_rows(p)
    measured = list(itertools.islice(_all_rows(p), MEASURED_LIVE))
    found = candidates.amounts(case.of, case.ruled.measure, [row.member for row in measured])
    worth = [Row(row.member, found[row.member], row.reached) for row in measured]
    return iter(sorted(worth, key=lambda row: (-row.score, row.reached, row.member)))


def _all_rows(p: str) -> Iterator[Row]:
    key: str | None = None
    while rows := standings.after(p, key, candidates.AT_ONCE):
        yield from (Row(row.member, row.score, row.reached) for row in rows)
        key = rows[-1].key


def _absent(case: Case, profile: Document, now: datetime) -> Document:
    """The line of somebody who was not looked at: so far behind, or not on the board at all."""
    member = profile["_id"]
    row = _row(case, member) or Row(member, 0, case.of.until)
    (candidate,) = candidates.candidates(case.of, case.ruled, [row])
    against = choosing.against(case.ruled, case.of.period, case.of.until, candidate)
    hidden = _hidden(case, profile, now)
    told = (*([Reason(rule=reasons.EXCLUDED, note=hidden)] if hidden else []), *against)
    return lines.line(Verdict(candidate=candidate, holds=False, place=None, against=told))


def _row(case: Case, member: str) -> Row | None:
    if case.seal is None:
        key = (_period_key(case), member)
        found = standings.load([key]).get(key)
        if found is None or case.ruled.measure is None:
            return Row(member, found.score, found.reached) if found else None
        amount = candidates.amounts(case.of, case.ruled.measure, [member])[member]
        return Row(member, amount, found.reached)
    kind, slug, name = (seals.BOARD, case.ruled.board, "score")
    if case.ruled.measure is not None:
        kind, slug, name = (seals.MEASURE, case.ruled.slug, "amount")
    line = seals.line_of(seals.part(case.seal["_id"], kind, slug), member)
    return Row(member, line[name], from_text(line["reached"])) if line else None


def _hidden(case: Case, profile: Document, now: datetime) -> str | None:
    """Why the title's board does not rank a member in that month."""
    stored = boards.one(case.of.community, case.ruled.board)
    if stored is None:
        return None
    zone = Context(profiles={}, zones=case.of.zones).zone(now)
    period = windows.named(windows.MONTH, case.of.period)
    who: Profile = communities.standing(profile)
    today = days.day_of(now, zone)
    found = appearance.why_hidden(boards.board(stored), profile["_id"], who, period, today, zone)
    return found.reason if found else None


def _next(case: Case, line: Document, border: int | None) -> list[Document]:
    """What would have to change, as far as deeds can change it."""
    found = [
        {
            "rule": each["rule"],
            "value": each["value"],
            "at": each["at"],
            "missing": _less(each["at"], each["value"]),
        }
        for each in line["against"]
        if each["rule"] in reasons.WITHIN_REACH
    ]
    if border is not None and not line["holds"]:
        at = shown.score_of(border, case.scale)
        if line["score"] < at:
            found.append(
                {"rule": "border", "value": line["score"], "at": at, "missing": _less(at, line["score"])}
            )
    return found


def _less(at: float, value: float) -> float:
    return round(at - value, 3)


def _period_key(case: Case) -> str:
    return standings.period_key(case.of.community, case.ruled.board, f"{windows.MONTH}:{case.of.period}")
