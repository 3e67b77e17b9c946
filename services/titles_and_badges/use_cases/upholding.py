"""Who holds the titles of a month: what differs from the revision before is kept and announced, each change once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from services.titles_and_badges.credentials import identity
from services.titles_and_badges.repository import DATABASE, candidates, titles
from services.titles_and_badges.use_cases import allotting
from shared import outbox
from shared.clock import from_text
from shared.events import titles_and_badges as events
from shared.events.titles_and_badges import TitleEvent
from shared.mongo import Document


def uphold(
    seal: Document, manifest: Document, chosen: Iterable[tuple[Document, Sequence[Document]]], now: datetime
) -> list[str]:
    """Inside the running transaction. Returns the titles of which somebody else holds one now."""
    community, period, revision = seal["community"], seal["period"], seal["revision"]
    before = titles.of_period(community, period)
    after = {
        titles.holder_key(community, title["slug"], period, line["member"]): _row(seal, title, line)
        for title, lines in chosen
        for line in lines
    }
    versions = {title["slug"]: title["version"] for title in manifest["titles"]}
    changed: list[tuple[Document, bool]] = []
    announced: list[TitleEvent] = []
    for key in sorted({*before, *after}):
        row = _changed(before.get(key), after.get(key), revision)
        if row is not None:
            changed.append((row, key in before))
            announced.append(_event(row, before.get(key), versions, from_text(manifest["until"]), now))
    titles.write_holders(changed)
    allotting.follow(community, identity.TITLE, [row["_id"] for row, _ in changed])
    announced.append(
        events.PeriodSealed(
            community=community,
            period=period,
            revision=revision,
            root=seal["root"],
            sealed_at=now,
            held=seal.get("held", 0),
        )
    )
    outbox.add(DATABASE, community, events.EVENTS.name, [events.title_message(each) for each in announced])
    return sorted({row["title"] for row, _ in changed})


def _row(seal: Document, title: Document, line: Document) -> Document:
    community, period = seal["community"], seal["period"]
    return {
        "_id": titles.holder_key(community, title["slug"], period, line["member"]),
        "community": community,
        "title": title["slug"],
        "period": period,
        "member": line["member"],
        "place": line["place"],
        "score": line["score"],
        "scale": candidates.scale(title["definition"]),
        "held": True,
    }


def _changed(before: Document | None, after: Document | None, revision: int) -> Document | None:
    """The row as it is to be kept, None where nothing changed."""
    if after is None:
        if before is None or not before["held"]:
            return None
        after = {**before, "held": False}
    elif before is not None and all(before[name] == value for name, value in after.items()):
        return None
    version = before["version"] + 1 if before else 1
    return {**after, "revision": revision, "version": version}


def _event(
    row: Document, before: Document | None, versions: dict[str, int], until: datetime, now: datetime
) -> TitleEvent:
    told: dict[str, Any] = {
        name: row[name]
        for name in ("community", "title", "period", "revision", "version", "member", "score", "scale")
    }
    if row["held"] and (before is None or not before["held"]):
        version = versions[row["title"]]
        return events.TitleAwarded(title_version=version, place=row["place"], awarded_at=until, **told)
    place = row["place"] if row["held"] else None
    return events.TitleCorrected(held=row["held"], place=place, corrected_at=now, **told)
