"""Sealing: a month's standings and titles become bytes that never change, in steps that can be resumed.

open → closing → sealed. A step is one transaction that writes the seal's document: of several processes, and of one
that died and the next, one ends it. First the inputs, then each board's standing in chunks, then each measure, then
each title; the last step hashes all of it, and keeps and announces who holds what. What comes out the same as the
revision before is no revision.
"""

import contextlib
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.titles_and_badges.domain import sealing
from services.titles_and_badges.domain.boards import windows
from services.titles_and_badges.domain.sealing import Count
from services.titles_and_badges.domain.titles import definitions as rules_of_titles
from services.titles_and_badges.domain.titles import lines
from services.titles_and_badges.repository import DATABASE, candidates, closings, communities, seals
from services.titles_and_badges.repository.boards import standings, trees
from services.titles_and_badges.repository.candidates import Month, Row
from services.titles_and_badges.use_cases import (
    closing,
    inputs,
    outcomes,
    projecting,
    recounting,
    reviewing,
    upholding,
)
from shared import clock, lease, mongo, work
from shared.clock import from_text, text
from shared.mongo import Document
from shared.work import Mark

_LOOK_AGAIN_SECONDS = 0.05

#: What has to be done before standings are right.
_COUNTING = (recounting.ALL, recounting.MEMBERS, reviewing.RECOUNT, outcomes.MERGED)


def seal_due(mark: Mark) -> Mapping[str, Any] | None:
    """One step towards sealing the first month that is due; what was being counted before is waited for."""
    community = mark["community"]
    if "counted" not in mark:
        return {"counted": work.newest(DATABASE, community, _COUNTING)}
    due = sorted(closings.load(community).get("due", ()))
    if not due:
        return None
    if is_counting(community, due[0], mark["counted"]):
        raise work.NotYet
    if not reviewing.is_examined(community, due[0]):
        reviewing.examine(community, due[0], clock.now())
        return {"counted": work.newest(DATABASE, community, _COUNTING)}  # what is held now is counted anew
    _in_turn(community, due[0])
    return {"made": mark.get("made", 0) + 1}


def count_first(community: str, period: str) -> bool:
    """Do some of what has to be counted before a month can be sealed. Returns whether all of it is done."""
    pending = work.newest(DATABASE, community, _COUNTING)
    if not is_counting(community, period, pending):
        return True
    work.do_next(DATABASE, {**recounting.STEPS, **reviewing.STEPS, outcomes.MERGED: outcomes.move})
    projector = projecting.Projector()
    projector.turn()
    projector.release()
    return False


def seal(community: str, period: str, *, redefined: bool = False) -> None:
    """Seal a month now, with whatever other processes do at the same time."""
    closing.order(community, [period], redefined=redefined)
    reviewing.examine(community, period, clock.now())
    going_on = True
    while going_on:
        while not count_first(community, period):
            time.sleep(_LOOK_AGAIN_SECONDS)
        with contextlib.suppress(work.NotYet):
            going_on = _in_turn(community, period)
            continue
        time.sleep(_LOOK_AGAIN_SECONDS)


STEPS = {closing.SEAL: seal_due, **reviewing.STEPS}


def is_counting(community: str, period: str, up_to: Any) -> bool:  # noqa: ANN401 (a mark's id)
    """Whether something that may change a month's standings is not in them yet."""
    marked = up_to is not None and work.waits(DATABASE, community, up_to, _COUNTING)
    return marked or seals.credits_wait(community, period)


def _in_turn(community: str, period: str) -> bool:
    """One step, while nobody else does one: of two who collide at every step, one might never get his turn."""
    turn = lease.Lease(DATABASE, f"seal:{community}")
    if not turn.hold():
        raise work.NotYet
    try:
        return step(community, period, clock.now())
    finally:
        turn.release()


@mongo.in_transaction(DATABASE)
def step(community: str, period: str, now: datetime) -> bool:
    """One step. Returns False when the month is due no longer. Raises NotYet while what is held is not left out."""
    due = closings.load(community)
    if period not in due.get("due", ()):
        return False
    if work.newest(DATABASE, community, [reviewing.RECOUNT]) is not None:
        raise work.NotYet
    seal = seals.working(community, period)
    if seal is None:
        _begin(community, period, redefined=period in due.get("redefined", ()))
        return True
    done: int = seal["work"]["parts"]
    if done == len(seal["parts"]):
        _finish(seal, now)
        return True
    kind, slug = seal["parts"][done]
    _MAKE[kind](seal, slug, seals.manifest(seal["_id"]))
    return True


def _begin(community: str, period: str, *, redefined: bool) -> None:
    before = seals.revision(community, period)
    manifest = inputs.manifest(community, period, None if redefined or before is None else before)
    if not manifest["boards"] and before is None:
        closings.settle(community, period)  # nothing was defined that could be sealed
        return
    seal = seals.key(community, period, before["revision"] + 1 if before else 1)
    parts = [
        [seals.MANIFEST, ""],
        *([seals.BOARD, each["slug"]] for each in manifest["boards"]),
        *([seals.MEASURE, each["slug"]] for each in manifest["titles"] if each["definition"].get("measure")),
        *([seals.TITLE, each["slug"]] for each in manifest["titles"]),
    ]
    seals.put_manifest(seal, manifest)
    seals.begin(
        {
            "_id": seal,
            "community": community,
            "period": period,
            "revision": before["revision"] + 1 if before else 1,
            "state": seals.CLOSING,
            "parts": parts,
            "work": {"parts": 1},
            "steps": 0,
        }
    )


def _copy_board(seal: Document, slug: str, manifest: Document) -> None:
    """The next thousand rows. A list that changed meanwhile is begun again: its bytes are those of one moment."""
    part = seals.part(seal["_id"], seals.BOARD, slug)
    ties = sealing.named(manifest["boards"], slug)["ties"]
    p = standings.period_key(seal["community"], slug, f"{windows.MONTH}:{seal['period']}")
    state, revision = seal["work"].get("list"), trees.revision(p)
    if state is None or state["revision"] != revision:
        seals.clear_part(part)
        state = {"revision": revision, "after": None, "chunks": 0, "count": asdict(Count())}
    count, written, members = Count(**state["count"]), [], []
    rows = standings.after(p, state["after"], sealing.CHUNK)
    for row in rows:
        count = count.next(row.score, ties)
        written.append(
            sealing.line(
                {"member": row.member, "rank": count.place, "score": row.score, "reached": text(row.reached)}
            )
        )
        members.append(row.member)
    if rows:
        seals.put_chunk(seal["_id"], part, state["chunks"], b"".join(written), members)
        state = {
            "revision": revision,
            "after": rows[-1].key,
            "chunks": state["chunks"] + 1,
            "count": asdict(count),
        }
    _go_on(seal, is_done=len(rows) < sealing.CHUNK, state=state)


def _measure(seal: Document, slug: str, manifest: Document) -> None:
    """What the month of the next members of the title's board comes to."""
    ruled = _title(manifest, slug)
    assert ruled.measure is not None  # noqa: S101 (else there is no such part)
    of = _month(seal)
    chunks = (seal["work"].get("list") or {}).get("chunks", 0)
    board = seals.part(seal["_id"], seals.BOARD, ruled.board)
    rows = seals.page(board, chunks * sealing.MEASURED, sealing.MEASURED)
    if rows:
        members = [row["member"] for row in rows]
        found = candidates.amounts(of, ruled.measure, members)
        written = [
            sealing.line({"member": row["member"], "amount": found[row["member"]], "reached": row["reached"]})
            for row in rows
        ]
        part = seals.part(seal["_id"], seals.MEASURE, slug)
        seals.put_chunk(seal["_id"], part, chunks, b"".join(written), members)
    _go_on(seal, is_done=len(rows) < sealing.MEASURED, state={"chunks": chunks + 1})


def _choose(seal: Document, slug: str, manifest: Document) -> None:
    """Who holds a title, and what is to be said of the others who were looked at."""
    ruled = _title(manifest, slug)
    verdicts = candidates.choose(_month(seal), ruled, _rows(seal["_id"], ruled)).verdicts
    part = seals.part(seal["_id"], seals.TITLE, slug)
    for number, start in enumerate(range(0, len(verdicts), sealing.CHUNK)):
        some = verdicts[start : start + sealing.CHUNK]
        written = b"".join(sealing.line(lines.line(each)) for each in some)
        seals.put_chunk(seal["_id"], part, number, written, [each.candidate.member for each in some])
    _go_on(seal, is_done=True, state=None)


def _finish(seal: Document, now: datetime) -> None:
    root = sealing.root(
        [leaf for kind, slug in seal["parts"] for leaf in seals.leaves(seals.part(seal["_id"], kind, slug))]
    )
    community, period = seal["community"], seal["period"]
    before = seals.revision(community, period)
    closings.settle(community, period)
    if before is not None and before["root"] == root:
        seals.drop(seal["_id"])
        return
    manifest = seals.manifest(seal["_id"])
    held = sum(each["count"] for each in manifest["held"])
    seals.finish(seal["_id"], {"root": root, "sealed_at": now, "held": held})
    changed = upholding.uphold({**seal, "root": root, "held": held}, manifest, _chosen(seal, manifest), now)
    work.add(DATABASE, outcomes.RANKS, community, period=period, revision=seal["revision"])
    _look_again(community, period, manifest, changed)


def _look_again(community: str, period: str, manifest: Document, changed: Sequence[str]) -> None:
    """Who held a title decides, by a cooldown, who may hold it later: sealed months after this one are due again."""
    remembering = {
        each["slug"] for each in manifest["titles"]
        if each["definition"].get("cooldown") or each["definition"].get("once")
    }  # fmt: skip
    if remembering & set(changed):
        later = [each for each in seals.sealed_months(community, period) if each > period]
        if later:
            closings.order(community, later)
            work.add(DATABASE, closing.SEAL, community)


def _chosen(seal: Document, manifest: Document) -> Iterator[tuple[Document, list[Document]]]:
    """Each title with the lines of its holders."""
    for each in manifest["titles"]:
        sealed = seals.lines(seals.part(seal["_id"], seals.TITLE, each["slug"]))
        yield each, [line for line in sealed if line["holds"]]


def _rows(seal: str, ruled: rules_of_titles.Title) -> Iterator[Row]:
    if ruled.measure is None:
        for line in seals.lines(seals.part(seal, seals.BOARD, ruled.board)):
            yield Row(line["member"], line["score"], from_text(line["reached"]))
        return
    measured = [
        (-line["amount"], line["reached"], line["member"])
        for line in seals.lines(seals.part(seal, seals.MEASURE, ruled.slug))
    ]
    for amount, reached, member in sorted(measured):
        yield Row(member, -amount, from_text(reached))


def _go_on(seal: Document, *, is_done: bool, state: Document | None) -> None:
    done = seal["work"]["parts"]
    next_part = {"parts": done + 1} if is_done else {"parts": done, "list": state}
    seals.go_on(seal["_id"], {"work": next_part})


def _title(manifest: Document, slug: str) -> rules_of_titles.Title:
    each = sealing.named(manifest["titles"], slug)
    return candidates.title(slug, each["definition"], each["version"])


def _month(seal: Document) -> Month:
    stored = communities.load([seal["community"]]).get(seal["community"], {})
    return candidates.month(seal["community"], seal["period"], stored)


_MAKE: Mapping[str, Any] = {seals.BOARD: _copy_board, seals.MEASURE: _measure, seals.TITLE: _choose}
