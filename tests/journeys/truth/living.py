"""One community that lives through everything, on the real store: through doors, consumers, jobs and projector."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from services.activity.use_cases import fan_out, profiling
from services.titles_and_badges import consumers, jobs
from services.titles_and_badges.repository.pages import Memory
from services.titles_and_badges.use_cases import (
    comparing,
    comparing_boards,
    comparing_holders,
    defining,
    defining_boards,
    defining_titles,
    passing,
    projecting,
    rebuilding,
    recognising,
    sealing,
)
from shared import clock, consumer, kafka, mongo, work
from shared.kafka import Record
from tests.fixtures import ACTIVITY, BADGES, Catcher, Courier, Door, redefine
from tests.journeys.truth import definitions, exporting
from tests.journeys.truth.dying import dying
from tests.journeys.truth.exporting import Export

PERIOD = "2026-10"
ALL = 10_000
OK = 200
_DERIVED = (
    "tallies",
    "object_tallies",
    "awards",
    "credits",
    "credit_marks",
    "shown_credits",
    "standings",
    "score_counts",
)


@dataclass
class Life:
    """A community and what is under way in it. Whatever `dies` is done again by another process, as it would be."""

    activity: Door
    badges: Door
    courier: Courier
    waiting: list[Record] = field(default_factory=list)
    read: list[Record] = field(default_factory=list)
    profiles: list[Record] = field(default_factory=list)
    old_profiles: list[Record] = field(default_factory=list)
    #: What two consumers remember; partitions go from one to the other.
    memories: list[Memory] = field(default_factory=lambda: [Memory(), Memory()])

    @property
    def community(self) -> str:
        """Its slug."""
        return self.activity.community

    def ask(self, door: Door, method: str, path: str, body: Any = None, *, dies: str | None = None) -> Any:
        """Ask a door; who got no answer asks again."""
        with dying(dies) as died:
            answer = door(method, path, body)
        if died:
            answer = door(method, path, body)
        assert answer.status_code < 500, answer.text
        return answer

    def define(self, room: str, slug: str, definition: Any) -> None:
        """Define or redefine a badge, a board or a title."""
        answer = self.ask(self.badges, "PUT", f"/v1/{room}/{slug}", definition)
        assert answer.status_code == OK, answer.text

    def define_all(self, variants: int) -> None:
        """Define every badge, board and title at once, as a file of definitions does."""
        now = clock.now()
        badges, boards = (
            {slug: each[variants % len(each)] for slug, each in every.items()}
            for every in (definitions.BADGES, definitions.BOARDS)
        )
        defining.define(self.community, badges, now)
        defining_boards.define(self.community, _read(boards), now)
        defining_titles.define(self.community, definitions.TITLES, now)

    def redefine(self, slug: str, definition: Any, effective: str | None) -> None:
        """A badge asks for something else: since a moment, where that can be, else for all that was ever done."""
        since = {**definition, "effective": effective}
        if effective is None or self.ask(self.badges, "PUT", f"/v1/badges/{slug}", since).status_code != OK:
            answer = redefine(self.badges, slug, definition)
            assert answer.status_code == OK, answer.text

    def collect(self) -> None:
        """What was sent since the last time waits for its consumer."""
        self.waiting += self.courier.take()
        caught = Catcher([])
        profiling.send_profiles(caught)  # type: ignore[arg-type]
        self.profiles += [self.courier.record("activity.profiles", message) for message in caught.sent]

    def deliver(self, records: Sequence[Record], *, consumed_by: int = 0, dies: str | None = None) -> None:
        """Hand records over, in batches of a partition each; what a dead consumer had is read again later."""
        by_partition: dict[kafka.Partition, list[Record]] = {}
        for record in records:
            by_partition.setdefault(record.partition, []).append(record)
        recognising._memory = self.memories[consumed_by]  # noqa: SLF001 (another process)
        for partition, ours in by_partition.items():
            with dying(dies) as died:
                consumer.apply(consumers.HANDLERS[partition.topic], partition, ours)
            if died:
                self.memories[consumed_by] = Memory()
                self._waiting(partition).extend(ours)
                dies = None
                recognising._memory = self.memories[consumed_by]  # noqa: SLF001

    def _waiting(self, partition: kafka.Partition) -> list[Record]:
        return self.profiles if partition.topic == "activity.profiles" else self.waiting

    def hear(
        self, count: int, chance: random.Random, *, consumed_by: int = 0, dies: str | None = None
    ) -> None:
        """Some of what waits arrives in any order, and some of it for the second time."""
        self.collect()
        chance.shuffle(self.waiting)
        now, self.waiting = self.waiting[:count], self.waiting[count:]
        again = chance.sample(self.read, min(len(self.read), chance.randint(0, 3)))
        self.read += now
        both = [*now, *again]
        chance.shuffle(both)
        self.deliver(both, consumed_by=consumed_by, dies=dies)

    def follow(self, count: int, chance: random.Random, *, dies: str | None = None) -> None:
        """Some profiles arrive, and perhaps an old one."""
        self.collect()
        now, self.profiles = self.profiles[:count], self.profiles[count:]
        again = chance.sample(self.old_profiles, min(len(self.old_profiles), 1))
        self.old_profiles += now
        self.deliver([*again, *now], dies=dies)

    def work(self, *, of_badges: bool = True, dies: str | None = None) -> bool:
        """One mark is worked off, or one of its steps."""
        with dying(dies) as died:
            did = work.do_next(BADGES, jobs.STEPS) if of_badges else work.do_next(ACTIVITY, fan_out.STEPS)
        if died:
            for service in (ACTIVITY, BADGES):  # its claim runs out
                marks = mongo.collection(service, work.COLLECTION)
                marks.update_many({"community": self.community}, {"$unset": {"claimed_until": ""}})
        return bool(died) or did

    def project(self, *, dies: str | None = None) -> bool:
        """One step of the projector."""
        projector = projecting.Projector()
        assert projector.hold()
        did = False
        with dying(dies):
            did = projector.step(clock.now())
        projector.release()
        return did

    def settle(self, chance: random.Random, size: int = ALL) -> None:
        """Everything arrives and all work is done."""
        going_on = True
        while going_on:
            self.collect()
            going_on = bool(self.waiting or self.profiles)
            while self.waiting:
                self.hear(size, chance, consumed_by=chance.randint(0, 1))
            while self.profiles:
                self.follow(size, chance)
            passing.notice()
            while self._do_something():
                going_on = True

    def _do_something(self) -> bool:
        return self.work(of_badges=False) or self.work() or self.project()

    def seal(self) -> tuple[int, str] | None:
        """Seal the month as things are. Returns its latest revision and its root, None where nothing can be sealed."""
        sealing.seal(self.community, PERIOD)
        found = mongo.collection(BADGES, "seals").find_one(
            {"community": self.community, "period": PERIOD, "state": "sealed"}, sort=[("revision", -1)]
        )
        return None if found is None else (found["revision"], found["root"])

    def drift(self) -> list[str]:
        """What `verify` names."""
        found: list[Any] = [each for step in comparing.compare(self.community) for each in step.drift]
        found += comparing_holders.compare(self.community)
        found += comparing_boards.compare(self.community, clock.now())
        return [str(each) for each in found]

    def rebuilt(self) -> Export:
        """What there is once all that is derived was lost, and `rebuild` has built it from the facts."""
        exporting.wipe(self.community, *_DERIVED)
        _through(rebuilding.rebuild(self.community))
        _through(projecting.alone(self._repair))
        self.settle(_chance())
        return exporting.export(self.community)

    def replayed(self) -> Export:
        """What there is once the facts were lost too, and everything was sent again: in order, each once.

        Places in sealed months are nobody's deliveries: those facts stay.
        """
        exporting.wipe(self.community, *_DERIVED)
        delivered = {"community": self.community, "activity": {"$not": {"$regex": "^board.ranked"}}}
        mongo.collection(BADGES, "facts").delete_many(delivered)
        self.memories = [Memory(), Memory()]
        fan_out.republish(self.community)
        self.read, self.old_profiles = [], []
        while work.do_next(ACTIVITY, fan_out.STEPS):
            pass
        self.collect()
        self.waiting.sort(key=lambda record: record.offset)
        records, self.waiting = self.waiting, []
        self.deliver(records)
        # Who has no deliveries: what people decided, places in sealed months.
        _through(rebuilding.rebuild(self.community))
        self.settle(_chance())
        return exporting.export(self.community)

    @property
    def _repair(self) -> Callable[..., Iterator[str]]:
        return lambda held: comparing_boards.repair(held, self.community, clock.now())


def _read(boards: dict[str, Any]) -> dict[str, Any]:
    """As the door's schema reads them."""
    return {
        slug: {
            **each,
            "effective": "always" if each["effective"] == "always" else clock.from_text(each["effective"]),
        }
        for slug, each in boards.items()
    }


def _chance() -> random.Random:
    return random.Random(0)  # noqa: S311 (an order of arrival, no secret)


def _through(steps: Iterator[str]) -> None:
    for _ in steps:
        pass
