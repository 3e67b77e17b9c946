"""A month as it would be sealed now: who would hold what. Nothing is kept."""

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from services.titles_and_badges.domain.boards import windows
from services.titles_and_badges.domain.titles import lines
from services.titles_and_badges.domain.titles.definitions import Title
from services.titles_and_badges.repository import DATABASE, boards, candidates, communities, seals, titles
from services.titles_and_badges.repository.candidates import Month, Row
from services.titles_and_badges.use_cases import inputs
from shared import mongo
from shared.mongo import Document

_AT_ONCE = 500


def rehearse(community: str, period: str, *, redefined: bool) -> list[Document]:
    """Who would hold each title, and who would hold it no longer: {"title", "place", "member", "score", "change"}."""
    with mongo.snapshot(DATABASE):
        before = seals.revision(community, period)
        manifest = inputs.manifest(community, period, None if redefined or before is None else before)
        of = candidates.month(community, period, communities.load([community])[community])
        held = {
            (row["title"], row["member"]): row
            for row in titles.of_period(community, period).values()
            if row["held"]
        }
        return list(_differences(_chosen(of, manifest), held))


def _chosen(of: Month, manifest: Document) -> Iterator[tuple[Document, Document]]:
    for each in manifest["titles"]:
        ruled = candidates.title(each["slug"], each["definition"], each["version"])
        for verdict in candidates.choose(of, ruled, _rows(of, ruled)).holders:
            yield each, lines.line(verdict)


def _rows(of: Month, ruled: Title) -> Iterable[Row]:
    listed = (
        Row(row["member"], row["score"], row["reached"])
        for row in boards.rows(of.community, ruled.board, f"{windows.MONTH}:{of.period}")
    )
    if ruled.measure is None:
        return listed
    measured = []
    while chunk := list(itertools.islice(listed, _AT_ONCE)):
        found = candidates.amounts(of, ruled.measure, [row.member for row in chunk])
        measured += [row._replace(score=found[row.member]) for row in chunk]
    return sorted(measured, key=lambda row: (-row.score, row.reached, row.member))


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
            "change": "loses it",
        }


def _change(before: Document | None, now: Document) -> str:
    if before is None:
        return "gains it"
    same = all(before[name] == now[name] for name in ("place", "score"))
    return "stays" if same else "moves"
