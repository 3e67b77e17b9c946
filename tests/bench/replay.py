"""Goal 12: everybody counted anew from his facts, against the same facts as they came, one batch after the other.

From nothing, as `rebuild` does it when all that is derived is lost; and where nothing differs, as after a change of
rules that changes nobody.
"""

from collections.abc import Iterator

from services.titles_and_badges.repository import communities
from services.titles_and_badges.use_cases import rebuilding, recounting
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
#: What counts how often a tally or an award was written, and by which revision of the rules.
_COUNTERS = ("batches", "revision", "version")
_DERIVED = ("tallies", "object_tallies", "awards")


def rows(rounds: int, events: int) -> Iterator[Row]:
    """Goal 12: its speed, and how it grows."""
    small, large, same = Pairs(), Pairs(), Pairs()
    for number in range(rounds + 1):
        live, anew, again = _round(events)
        if number:
            _add(small, live, anew)
            _add(same, live, again)
    yield of_speed("12", f"build {events:,} deliveries anew, from nothing: live, same bytes", small, 8.0)
    for _ in range(max(2, rounds // 5)):
        live, anew, _ = _round(events * GROWTH)
        _add(large, live, anew)
    grown = [more.wall / less.wall for more, less in zip(large.ours, small.ours, strict=False)]
    yield Row("", f"… {GROWTH} times as many, in time", grown, GROWTH_IN_TIME, at_most=True)
    yield of_speed("", "… count all anew after a change of rules that changes nobody: live, same bytes", same)


def _add(pairs: Pairs, live: Sample, anew: Sample) -> None:
    pairs.theirs.append(live)
    pairs.ours.append(anew)


def _round(events: int) -> tuple[Sample, Sample, Sample]:
    recognition.wipe()
    crowd = Crowd(f"c{events}", events // EVENTS_A_MEMBER)
    batches = recognition.batches(recognition.records(COMMUNITY, crowd, events), BATCH)

    def live() -> None:
        for batch in batches:
            recognition.apply(batch)

    as_it_came = measuring.timed(live)
    before = recognition.state(without=_COUNTERS)
    recognition.wipe(_DERIVED)
    from_nothing = measuring.timed(lambda: list(rebuilding.rebuild(COMMUNITY)))
    recognition.expect("the state after a rebuild", recognition.state(without=_COUNTERS), before)
    _order()
    again = measuring.timed(_count_anew)
    recognition.expect("the state after counting anew", recognition.state(without=_COUNTERS), before)
    return as_it_came, from_nothing, again


def _order() -> None:
    """As a change of rules does it."""
    communities.raise_rules(COMMUNITY)
    mongo.transact(SERVICE, lambda: work.add(SERVICE, recounting.ALL, COMMUNITY))


def _count_anew() -> None:
    while work.do_next(SERVICE, recounting.STEPS):
        pass
