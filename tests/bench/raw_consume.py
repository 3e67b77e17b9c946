"""The consumer as one writes it by hand: it knows the tallies by heart, reads nothing, and writes what follows."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
from typing import Any
from unittest import mock

from pymongo.collection import Collection
from pymongo.write_concern import WriteConcern

from services.titles_and_badges.domain import recognition, tallies
from services.titles_and_badges.domain.badges import Rules
from services.titles_and_badges.domain.boards import accounts
from services.titles_and_badges.domain.boards.definitions import BoardRules
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.standing import Context
from services.titles_and_badges.use_cases import recognising
from shared import consumer, kafka, mongo
from shared.events.activity import ActivityRecorded, Delivery
from tests.bench.recognition import HANDLER, LEFT, SERVICE, STATE

TWIN = "raw_"
#: One write of a batch: the collection, how it is written, and what.
Write = tuple[str, str, Any]

_MAJORITY = WriteConcern("majority", j=True)
_UNORDERED = {"ordered": False}
_WRITES: dict[str, dict[str, Any]] = {"bulk_write": _UNORDERED, "insert_many": _UNORDERED, "insert_one": {}}


@contextmanager
def captured(writes: list[Write]) -> Iterator[None]:
    """Note what is written meanwhile, but for what guards it: the write to the partition's document."""

    def noting(method: str) -> Any:
        original = getattr(Collection, method)

        def write(self: Collection[Any], what: Any, *args: Any, **options: Any) -> Any:
            # As it is now: what the consumer remembers of a member goes on changing.
            writes.append((self.name, method, deepcopy(what)))
            return original(self, what, *args, **options)

        return write

    with mock.patch.multiple(Collection, **{name: noting(name) for name in _WRITES}):
        yield


class Fold:
    """The rules alone: records in the order of their deeds into tallies, in memory."""

    def __init__(self, rules: Rules, context: Context, boards: BoardRules | None = None) -> None:
        self._rules = rules
        self._boards = boards
        self._context = context
        self.tallies: dict[tuple[str, recognition.Bucket], tallies.Tally] = {}
        self.credits: dict[tuple[str, accounts.Account], accounts.Credits] = {}

    def apply(self, records: Sequence[kafka.Record]) -> None:
        """Decode and fold."""
        for _, delivery in consumer.decoded(HANDLER, records)[0]:
            self.count(delivery)

    def count(self, delivery: Delivery) -> None:
        """Fold one."""
        if not isinstance(delivery, ActivityRecorded):
            return
        fact = recognising.fact(delivery)
        for bucket in recognition.buckets(fact, self._rules, self._context):
            badge = self._rules.badges[bucket[0]]
            name = (fact.member, bucket)
            before = self.tallies.get(name) or tallies.empty(badge)
            self.tallies[name] = tallies.fold(badge, before, [fact], self._context)
        if self._boards is not None:
            self._credit(fact, self._boards)

    def _credit(self, fact: Fact, boards: BoardRules) -> None:
        for account in accounts.accounts(fact, boards, self._context):
            name = (fact.member, account)
            before = self.credits.get(name, accounts.EMPTY)
            self.credits[name] = accounts.fold(boards.boards[account[0]], before, [fact], self._context)


class Unguarded:
    """Writes what we write, into twins of our collections with the same indexes; nothing holds the writes together.

    What they are is known beforehand. Every write waits for the journal, as ours do.
    """

    def __init__(self) -> None:
        self._twins = {name: _twin(name) for name in (*STATE, *LEFT)}
        for twin in self._twins.values():
            twin.delete_many({})

    def apply(self, writes: Sequence[Write]) -> None:
        """Write what follows from a batch."""
        for name, method, what in writes:
            getattr(self._twins[name], method)(what, **_WRITES[method])


class OneByOne:
    """A ledger entry and four counters for each delivery, as it comes (strategy a of the design's measurements)."""

    def __init__(self) -> None:
        self._ledger = mongo.database(SERVICE).get_collection("raw_ledger", write_concern=_MAJORITY)
        self._counters = mongo.database(SERVICE).get_collection("raw_counters", write_concern=_MAJORITY)

    def apply(self, records: Sequence[kafka.Record]) -> None:
        """Apply a batch."""
        for _, delivery in consumer.decoded(HANDLER, records)[0]:
            self._count(delivery)

    def _count(self, delivery: Delivery) -> None:
        self._ledger.insert_one({"_id": f"{delivery.member}:{delivery.activity}"})
        for window in windows(delivery):
            self._counters.update_one({"_id": f"{delivery.member}:{window}"}, {"$inc": {"n": 1}}, upsert=True)


def windows(delivery: Delivery) -> tuple[str, str, str, str]:
    """The day, the week, the month, and all time."""
    day = delivery.published.date()
    week = day.isocalendar()
    return (f"{day}", f"{week.year}-W{week.week}", f"{day:%Y-%m}", "all")


def _twin(name: str) -> Collection[mongo.Document]:
    twin = mongo.database(SERVICE).get_collection(TWIN + name, write_concern=_MAJORITY)
    for index, options in mongo.collection(SERVICE, name).index_information().items():
        if index != "_id_":
            twin.create_index(options["key"], name=index, sparse=options.get("sparse", False))
    return twin
