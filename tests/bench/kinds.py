"""The guaranteed consumer with 20 badges and 5 boards: against the same writes unguarded; what each kind adds to it.

What a kind adds is the difference of two communities in which the same people do the same things: one has the twenty
badges, the other has some more of that kind. Both apply their batches by turns.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median

from services.titles_and_badges.domain import badges
from services.titles_and_badges.repository.boards import accounts
from services.titles_and_badges.use_cases import comparing_boards, defining_boards, projecting, recognising
from shared import clock, consumer, kafka, lease, mongo
from shared.events.activity import ActivityRecorded
from tests.bench import consume, measuring, recognition, table
from tests.bench.consume import BATCH, MEMBERS, WARM_UP, Batches
from tests.bench.measuring import Pairs, Sample
from tests.bench.recognition import HANDLER, SERVICE
from tests.bench.table import Row
from tests.bench.twenty import BOARDS, KINDS, TWENTY, UNFULFILLED, Definition
from tests.bench.workload import Crowd

#: So many badges of a kind are added at once: what one adds would drown in what else the machine does.
COPIES = 5
#: A month in about as many batches as there are rounds: days and weeks end meanwhile.
_STEP = timedelta(minutes=3)
_MICRO = 1_000_000
_FIRST = "k00"
#: Of the pairs whose difference is looked at.
_WARM_UP = 2


def rows(rounds: int) -> Iterator[Row]:
    """The ratio, with boards and without; what one more of each costs; the projector."""
    told = _Told(rounds)
    yield from _ratios(told, rounds)
    few = min(rounds, max(9, rounds // 2))
    for kind, definition in KINDS.items():
        yield _badge(told, kind, definition, few)
    for count in (1, len(BOARDS)):
        yield _boards(told, dict(list(BOARDS.items())[-count:]), few)
    yield _projector(told)


class _Told:
    """The same month for one community after the other, each with members of its own."""

    def __init__(self, rounds: int) -> None:
        self._count = 0
        crowd = Crowd(_FIRST, MEMBERS, step=_STEP)
        self._records = recognition.records(f"bench-{_FIRST}", crowd, (rounds + WARM_UP) * BATCH)

    def again(
        self, defined: Mapping[str, Definition], boards: Mapping[str, Definition] | None = None
    ) -> tuple[str, Batches]:
        """Another community with these badges and boards, and what is told of it."""
        self._count += 1
        name = f"k{self._count:02}"
        recognition.found(f"bench-{name}", defined)
        if boards:
            defining_boards.define(f"bench-{name}", boards, clock.now())
        recast = [_recast(each, name.encode()) for each in self._records]
        return f"bench-{name}", recognition.batches(recast, BATCH)

    def concerned(self, definition: Definition) -> float:
        """Which part of all deliveries concerns a badge."""
        criterion = badges.badge("asked", definition).criterion
        facts = [recognising.fact(each) for each in _decoded(self._records)]
        return sum(criterion.concerns(each) for each in facts) / len(facts)


def _ratios(told: _Told, rounds: int) -> Iterator[Row]:
    for boards, wanted in ((BOARDS, 1.0), ({}, None)):
        community, batches = told.again(TWENTY, boards)
        pairs, bare = consume.compare(community, batches, rounds)
        what = f"{len(TWENTY)} badges, {len(boards)} boards, batch of {BATCH}"
        yield table.of_speed(
            "5", f"{what}: same rules and writes, no reads, inbox, transaction", pairs, wanted
        )
        yield table.of_speed("", "… the same writes alone, known beforehand: no decoding, no rules", bare)
        each = [sample.wall / BATCH * _MICRO for sample in pairs.ours]
        cpu = median(sample.cpu for sample in pairs.ours) / BATCH * _MICRO
        yield Row(
            "", "… the batch in µs a delivery, wall; CPU beside it", each, cpu=cpu, control=pairs.control
        )
        recognition.wipe()


def _badge(told: _Told, kind: str, definition: Definition, rounds: int) -> Row:
    copies = {f"z-copy-{number}": definition for number in range(COPIES)}
    more, twenty = told.again({**TWENTY, **copies}), told.again(TWENTY)
    pairs = _by_turns(more[1], twenty[1], rounds)
    _expect_same_awards(more[0], twenty[0], fulfilled=kind not in UNFULFILLED)
    recognition.wipe()
    share = told.concerned(definition)
    return _added(f"a badge more: {kind} ({share:.0%} of deliveries concern it)", pairs, COPIES)


def _boards(told: _Told, boards: Mapping[str, Definition], rounds: int) -> Row:
    more, none = told.again(TWENTY, boards), told.again(TWENTY)
    pairs = _by_turns(more[1], none[1], rounds)
    _expect_same_awards(more[0], none[0], fulfilled=False)
    recognition.wipe()
    what = "the first board" if len(boards) == 1 else f"a board, of {len(boards)}"
    return _added(f"{what}, more than without", pairs, len(boards))


def _by_turns(more: Batches, fewer: Batches, rounds: int) -> Pairs:
    return measuring.interleave(
        rounds,
        lambda number: recognition.apply(more[number]),
        lambda number: recognition.apply(fewer[number]),
        warm_up=_WARM_UP,
    )


def _added(what: str, pairs: Pairs, count: int) -> Row:
    def micros(more: float, fewer: float) -> float:
        return (more - fewer) / BATCH / count * _MICRO

    both = list(zip(pairs.ours, pairs.theirs, strict=True))
    walls = [micros(more.wall, fewer.wall) for more, fewer in both]
    cpu = median(micros(more.cpu, fewer.cpu) for more, fewer in both)
    least = micros(min(each.wall for each in pairs.ours), min(each.wall for each in pairs.theirs))
    return Row("", f"… {what}: µs a delivery", walls, minima=least, cpu=cpu, control=pairs.control)


def _projector(told: _Told) -> Row:
    """What a batch's credits cost until standings show them: µs a delivery, beside the batch itself."""
    community, batches = told.again(TWENTY, BOARDS)
    held = lease.Lease(SERVICE, projecting.LEASE)
    pairs, sizes = Pairs(), []
    for number, batch in enumerate(batches):
        counted = measuring.timed(lambda: recognition.apply(batch))  # noqa: B023 (called at once)
        held.hold()
        size, now = _waiting(community), _last(batch)
        shown = measuring.timed(lambda: _project(held, community, now))  # noqa: B023 (called at once)
        if number >= WARM_UP:
            pairs.ours.append(shown)
            pairs.theirs.append(counted)
            sizes.append(size)
    recognition.expect("drift on boards", list(comparing_boards.compare(community, _last(batches[-1]))), [])
    held.release()
    recognition.wipe(("standings", "score_counts", "shown_credits"))
    recognition.wipe()
    return _shown(pairs, sizes)


def _shown(pairs: Pairs, sizes: Sequence[int]) -> Row:
    def micros(sample: Sample) -> float:
        return sample.wall / BATCH * _MICRO

    accounts_a_batch = sum(sizes) / len(sizes)
    beside = median(ours.wall / theirs.wall for ours, theirs in zip(pairs.ours, pairs.theirs, strict=True))
    what = (
        f"… the projector, {len(BOARDS)} boards, {accounts_a_batch:.0f} accounts a batch, "
        f"{beside:.1f} times the batch: µs a delivery"
    )
    cpu = median(each.cpu for each in pairs.ours) / BATCH * _MICRO
    values = [micros(each) for each in pairs.ours]
    return Row("", what, values, minima=min(values), cpu=cpu, control=pairs.control)


def _project(held: lease.Lease, community: str, now: datetime) -> None:
    while accounts.next_community("") is not None:
        projecting.project(held, community, (), now)


def _waiting(community: str) -> int:
    marks = mongo.collection(SERVICE, "credit_marks").find({"community": community})
    return sum(len(each["credits"]) for each in marks)


def _expect_same_awards(more: str, fewer: str, *, fulfilled: bool) -> None:
    """The twenty badges are given as often on both sides; so are the copies, each as often as the others."""
    given, twenty = _awards(more), _awards(fewer)
    recognition.expect(
        "awards", {slug: given[slug] for slug in TWENTY}, {slug: twenty[slug] for slug in TWENTY}
    )
    copies = {count for slug, count in given.items() if slug not in TWENTY}
    recognition.expect("different numbers of awards of copies", len(copies), int(fulfilled))


def _awards(community: str) -> Counter[str]:
    found = mongo.collection(SERVICE, "awards").find({"community": community}, {"badge": 1})
    return Counter(each["badge"] for each in found)


def _last(batch: Sequence[kafka.Record]) -> datetime:
    return _decoded(batch[-1:])[-1].published


def _decoded(read: Sequence[kafka.Record]) -> list[ActivityRecorded]:
    decoded = (delivery for _, delivery in consumer.decoded(HANDLER, read)[0])
    return [each for each in decoded if isinstance(each, ActivityRecorded)]


def _recast(record: kafka.Record, name: bytes) -> kafka.Record:
    """What happened to somebody of the first community, for his like in another one."""
    first = _FIRST.encode()
    return record._replace(
        key=(record.key or b"").replace(first, name),
        value=(record.value or b"").replace(first, name),
        headers=[(header, value and value.replace(first, name)) for header, value in record.headers],
    )
