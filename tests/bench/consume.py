"""Goal 5: the guaranteed consumer."""

from collections.abc import Iterator, Sequence

from services.titles_and_badges.domain.standing import Context
from shared import kafka
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


def rows(rounds: int) -> Iterator[Row]:
    """Goal 5, and what stands beside it."""
    read = recognition.records(COMMUNITY, Crowd("c", MEMBERS), (rounds + WARM_UP) * BATCH)
    batches = recognition.batches(read, BATCH)
    writes: list[list[Write]] = [[] for _ in batches]
    for batch, theirs in zip(batches, writes, strict=True):
        with captured(theirs):
            recognition.apply(batch)
    expected = recognition.state()
    recognition.wipe()
    yield from _guaranteed(batches, writes, expected, rounds)


def _guaranteed(
    batches: Batches, writes: Sequence[Sequence[Write]], expected: str, rounds: int
) -> Iterator[Row]:
    rules = recognition.rules(COMMUNITY)
    fold, unguarded, one_by_one = Fold(rules, Context(profiles={})), Unguarded(), OneByOne()
    alone: list[measuring.Sample] = []
    slow: list[measuring.Sample] = []

    def theirs(number: int) -> None:
        fold.apply(batches[number])
        alone.append(measuring.timed(lambda: unguarded.apply(writes[number])))

    def between() -> None:
        slow.append(measuring.timed(lambda: one_by_one.apply(batches[len(slow)][:ONE_BY_ONE])))

    pairs = measuring.interleave(
        rounds, lambda number: recognition.apply(batches[number]), theirs, between, WARM_UP
    )
    recognition.apply(batches[0])  # what comes twice changes nothing
    recognition.expect("the state after the bench", recognition.state(), expected)
    recognition.expect("the twins' state", recognition.state(TWIN), expected)
    what = f"{len(rules.badges)} badges, batch of {BATCH}"
    yield table.of_speed("5", f"{what}: same rules and writes, no reads, inbox, transaction", pairs, 1.0)
    bare = Pairs(pairs.ours, alone[WARM_UP:])
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
