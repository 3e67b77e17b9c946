"""A month as it would be sealed now: who would hold what. Nothing is kept."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from services.titles_and_badges.domain.boards import Board, windows
from services.titles_and_badges.domain.titles import lines
from services.titles_and_badges.domain.titles.definitions import Title
from services.titles_and_badges.repository import DATABASE, boards, candidates, communities, seals, titles
from services.titles_and_badges.repository.candidates import Month, Row
from services.titles_and_badges.use_cases import inputs
from shared import mongo
from shared.mongo import Document

STAYS = "stays"
GAINS = "gains it"
LOSES = "loses it"
MOVES = "moves"
_AT_ONCE = 500


class OutOfTime(Exception):  # noqa: N818 (it is no error: what was found so far holds)
    """There was not time enough to find out who would hold a title."""


class Listed(NamedTuple):
    """A board as it would be, and what it would show of a month, best first."""

    board: Board
    rows: Sequence[Row]


def rehearse(community: str, period: str, *, redefined: bool) -> list[Document]:
    """Who would hold each title, and who would hold it no longer: {"title", "place", "member", "score", "change"}."""
    with mongo.snapshot(DATABASE):
        before = seals.revision(community, period)
        manifest = inputs.manifest(community, period, None if redefined or before is None else before)
        return _rehearse(community, period, manifest["titles"], titles.of_period(community, period))


def rehearse_otherwise(
    community: str,
    period: str,
    wanted: Sequence[Document],
    listed: Listed | None = None,
    is_over: Callable[[], bool] = lambda: False,
) -> list[Document]:
    """The same of these titles alone ({"slug", "version", "definition"}), also on a board that is not defined so yet.

    Raises OutOfTime.
    """
    with mongo.snapshot(DATABASE):
        slugs = {each["slug"] for each in wanted}
        held = {key: row for key, row in titles.of_period(community, period).items() if row["title"] in slugs}
        return _rehearse(community, period, wanted, held, listed, is_over)


def _rehearse(
    community: str,
    period: str,
    wanted: Sequence[Document],
    rows: Mapping[str, Document],
    listed: Listed | None = None,
    is_over: Callable[[], bool] = lambda: False,
) -> list[Document]:
    of = candidates.month(community, period, communities.load([community])[community])
    held = {(row["title"], row["member"]): row for row in rows.values() if row["held"]}
    return list(_differences(_chosen(of, wanted, listed, is_over), held))


def _chosen(
    of: Month, wanted: Sequence[Document], listed: Listed | None, is_over: Callable[[], bool]
) -> Iterator[tuple[Document, Document]]:
    board = listed.board if listed else None
    for each in wanted:
        ruled = candidates.title(each["slug"], each["definition"], each["version"])
        rows = _rows(of, ruled, listed, is_over)
        for verdict in candidates.choose(of, ruled, rows, board).holders:
            yield each, lines.line(verdict)


def _rows(of: Month, ruled: Title, listed: Listed | None, is_over: Callable[[], bool]) -> Iterable[Row]:
    rows = iter(listed.rows) if listed else _stored(of, ruled.board)
    if ruled.measure is None:
        return rows
    measured = []
    while chunk := list(itertools.islice(rows, _AT_ONCE)):
        if is_over():
            raise OutOfTime
        found = candidates.amounts(of, ruled.measure, [row.member for row in chunk])
        measured += [row._replace(score=found[row.member]) for row in chunk]
    return sorted(measured, key=lambda row: (-row.score, row.reached, row.member))


def _stored(of: Month, board: str) -> Iterator[Row]:
    for row in boards.rows(of.community, board, f"{windows.MONTH}:{of.period}"):
        yield Row(row["member"], row["score"], row["reached"])


def _differences(
    chosen: Iterable[tuple[Document, Document]], held: Mapping[tuple[str, str], Any]
) -> Iterator[Document]:
    left = dict(held)
    for title, line in chosen:
        before = left.pop((title["slug"], line["member"]), None)
        row = {
            "title": title["slug"],
            "place": line["place"],
            "member": line["member"],
            "score": line["score"],
        }
        yield {**row, "scale": candidates.scale(title["definition"]), "change": _change(before, row)}
    for (slug, member), row in left.items():
        yield {
            "title": slug,
            "place": row["place"],
            "member": member,
            "score": row["score"],
            "scale": row["scale"],
            "change": LOSES,
        }


def _change(before: Document | None, now: Document) -> str:
    if before is None:
        return GAINS
    same = all(before[name] == now[name] for name in ("place", "score"))
    return STAYS if same else MOVES
