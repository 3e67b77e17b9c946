"""Goal 5: the guaranteed consumer."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from services.titles_and_badges.domain.standing import Context
from services.titles_and_badges.repository import communities
from services.titles_and_badges.repository.boards import definitions as boards
from shared import kafka, mongo
from tests.bench import measuring, recognition, table
from tests.bench.measuring import Pairs
from tests.bench.raw_consume import TWIN, Fold, OneByOne, Unguarded, Write, captured
from tests.bench.table import Row
from tests.bench.workload import Crowd

COMMUNITY = "bench"
MEMBERS = 20_000
BATCH = 1_000
WARM_UP = 5
ONE_BY_ONE = 40

Batches = Sequence[Sequence[kafka.Record]]


class Compared(NamedTuple):
    """The consumer against the same rules and writes without what guards them, and against these writes alone."""

    unguarded: Pairs
    bare: Pairs


def rows(rounds: int) -> Iterator[Row]:
    """Goal 5, and what stands beside it."""
    read = recognition.records(COMMUNITY, Crowd("c", MEMBERS), (rounds + WARM_UP) * BATCH)
    batches = recognition.batches(read, BATCH)
    one_by_one, slow = OneByOne(), list[measuring.Sample]()

    def between() -> None:
        slow.append(measuring.timed(lambda: one_by_one.apply(batches[len(slow)][:ONE_BY_ONE])))

    pairs, bare = compare(COMMUNITY, batches, rounds, between)
    what = f"{len(recognition.rules(COMMUNITY).badges)} badges, batch of {BATCH}"
    yield table.of_speed("5", f"{what}: same rules and writes, no reads, inbox, transaction", pairs, 1.0)
    yield table.of_speed("", "… the same writes alone, known beforehand: no decoding, no rules", bare)
    each = [
        (late.wall / ONE_BY_ONE) / (ours.wall / BATCH)
        for ours, late in zip(pairs.ours, slow[WARM_UP:], strict=True)
    ]
    yield Row(
        "",
        "… a ledger entry and 4 counters a delivery, one by one (strategy a)",
        each,
        8.0,
        control=pairs.control,
    )


def compare(
    community: str, batches: Batches, rounds: int, between: Callable[[], object] = lambda: None
) -> Compared:
    """Let both sides apply the same batches by turns. What both have written must be the same, byte by byte."""
    writes, expected = _applied(batches)
    fold, unguarded = _fold(community), Unguarded()
    alone: list[measuring.Sample] = []

    def theirs(number: int) -> None:
        fold.apply(batches[number])
        alone.append(measuring.timed(lambda: unguarded.apply(writes[number])))

    pairs = measuring.interleave(
        rounds, lambda number: recognition.apply(batches[number]), theirs, between, WARM_UP
    )
    recognition.apply(batches[0])  # what comes twice changes nothing
    recognition.expect("the state after the bench", recognition.state(), expected)
    recognition.expect("the twins' state", recognition.state(TWIN), expected)
    stored = mongo.collection(recognition.SERVICE, "credits").count_documents({"community": community})
    recognition.expect("accounts in the fold", len(fold.credits), stored)
    return Compared(pairs, Pairs(pairs.ours, alone[WARM_UP:]))


def _applied(batches: Batches) -> tuple[Sequence[Sequence[Write]], str]:
    """What is written when batches are applied, and the state after them, which is forgotten again."""
    writes: list[list[Write]] = [[] for _ in batches]
    for batch, theirs in zip(batches, writes, strict=True):
        with captured(theirs):
            recognition.apply(batch)
    expected = recognition.state()
    recognition.wipe()
    return writes, expected


def _fold(community: str) -> Fold:
    stored = communities.load([community])
    context = Context(profiles={}, zones=communities.zones(stored[community]))
    return Fold(communities.rules(community, stored), context, boards.rules(community, stored))
