"""Goal 12: everybody counted anew from his facts, against the same facts as they came, one batch after the other."""

from collections.abc import Iterator

from services.titles_and_badges.repository import communities
from services.titles_and_badges.use_cases import recounting
from shared import mongo, work
from tests.bench import measuring, recognition
from tests.bench.measuring import Pairs, Sample
from tests.bench.recognition import SERVICE
from tests.bench.table import Row, of_speed
from tests.bench.workload import Crowd

COMMUNITY = "bench"
EVENTS_A_MEMBER = 3
BATCH = 500
#: How much more for the second size, and what its replay may take in time of the first.
GROWTH, GROWTH_IN_TIME = 4, 4.6
#: What counts how often a tally was written, and by which revision of the rules.
_COUNTERS = ("batches", "revision")


def rows(rounds: int, events: int) -> Iterator[Row]:
    """Goal 12: its speed, and how it grows."""
    small, large = Pairs(), Pairs()
    for number in range(rounds + 1):
        live, anew = _round(events)
        if number:
            small.theirs.append(live)
            small.ours.append(anew)
    yield of_speed("12", f"count {events:,} deliveries anew: live, same bytes", small, 8.0)
    for _ in range(max(2, rounds // 5)):
        live, anew = _round(events * GROWTH)
        large.theirs.append(live)
        large.ours.append(anew)
    grown = [more.wall / less.wall for more, less in zip(large.ours, small.ours, strict=False)]
    yield Row("", f"… {GROWTH} times as many, in time", grown, GROWTH_IN_TIME, at_most=True)


def _round(events: int) -> tuple[Sample, Sample]:
    recognition.wipe()
    crowd = Crowd(f"c{events}", events // EVENTS_A_MEMBER)
    batches = recognition.batches(recognition.records(COMMUNITY, crowd, events), BATCH)

    def live() -> None:
        for batch in batches:
            recognition.apply(batch)

    as_it_came = measuring.timed(live)
    before = recognition.state(without=_COUNTERS)
    _order()
    anew = measuring.timed(_count_anew)
    recognition.expect("the state after counting anew", recognition.state(without=_COUNTERS), before)
    return as_it_came, anew


def _order() -> None:
    """As a change of rules does it."""
    communities.raise_rules(COMMUNITY)
    mongo.transact(SERVICE, lambda: work.add(SERVICE, recounting.ALL, COMMUNITY))


def _count_anew() -> None:
    while work.do_next(SERVICE, recounting.STEPS):
        pass
