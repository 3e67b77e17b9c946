"""Carries what services say to each other, in the place of Kafka: in any order, in any batches."""

import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.activity import app as activity_app
from services.activity.use_cases import fan_out, profiling
from services.referral import app as referral_app
from services.referral import consumers as referral_consumers
from services.referral import jobs as referral_jobs
from services.referral.repository import programs
from services.titles_and_badges import app as badges_app
from services.titles_and_badges import consumers, jobs
from services.titles_and_badges.use_cases import projecting
from shared import clock, consumer, kafka, mongo, outbox, work
from shared.consumer import Handler
from shared.events import referral as referral_events
from shared.events import titles_and_badges
from shared.outbox import Message

ACTIVITY = activity_app.DATABASE
BADGES = badges_app.DATABASE
REFERRAL = referral_app.DATABASE


_STEPS = (
    (ACTIVITY, fan_out.STEPS),
    (BADGES, jobs.STEPS),
    (REFERRAL, referral_jobs.STEPS),
)


@dataclass
class Courier:
    """Carries what a community's outboxes hold to the other services, in the order that `arrange` gives it.

    What `activity` says is taken out of its outbox; what the others say stays for tests to look at, and is handed over
    once by each courier.
    """

    community: str
    arrange: Callable[[list[Any]], list[Any]] = lambda records: records
    offsets: Iterator[int] = field(default_factory=itertools.count)
    batch: int = 500
    handed: set[Any] = field(default_factory=set)

    def carry(self) -> None:
        """Until nothing is left to do: marks, outboxes, profiles, marks of the other side."""
        while self.work_off() or self.deliver() or self.follow() or self.project() or self.exchange():
            pass

    def work_off(self) -> bool:
        """Do all marks of all services."""
        did = False
        while any(work.do_next(service, steps) for service, steps in _STEPS):
            did = True
        return did

    def project(self) -> bool:
        """Show all credits on the boards (of all communities: there is one projector)."""
        projector = projecting.Projector()
        assert projector.hold()
        did = False
        while projector.step(clock.now()):
            did = True
        projector.release()
        return did

    def take(self) -> list[kafka.Record]:
        """Take the community's deliveries out of the outbox, as records."""
        parcels = [each for each in outbox.by_turns(ACTIVITY, 10_000) if each["community"] == self.community]
        messages = [(parcel["topic"], message) for parcel in parcels for message in outbox.messages(parcel)]
        outbox.remove(ACTIVITY, [parcel["_id"] for parcel in parcels])
        return [self.record(topic, message) for topic, message in messages]

    def deliver(self) -> bool:
        """Hand the deliveries over, in batches of a partition each."""
        return self.hand_over(consumers.HANDLERS, self.take())

    def exchange(self) -> bool:
        """Hand awards over to `referral` and its outcomes to `titles-and-badges`, where there is a program."""
        if not programs.every(self.community):
            return False
        awards = self.said(BADGES, titles_and_badges.EVENTS.name)
        outcomes = self.said(REFERRAL, referral_events.EVENTS.name)
        did = self.hand_over(referral_consumers.HANDLERS, awards)
        return self.hand_over(consumers.HANDLERS, outcomes) or did

    def said(self, service: str, topic: str) -> list[kafka.Record]:
        """What a service said on a topic and this courier did not hand over yet, as records."""
        ours = {"community": self.community, "topic": topic}
        parcels = mongo.collection(service, outbox.COLLECTION).find(ours, sort=[("_id", 1)])
        new = [each for each in parcels if each["_id"] not in self.handed]
        self.handed |= {each["_id"] for each in new}
        return [self.record(topic, message) for parcel in new for message in outbox.messages(parcel)]

    def hand_over(self, handlers: Mapping[str, Handler], taken: list[kafka.Record]) -> bool:
        """Hand records over as they are arranged, in batches of a partition each."""
        records = self.arrange(taken)
        by_partition: dict[kafka.Partition, list[kafka.Record]] = {}
        for record in records:
            by_partition.setdefault(record.partition, []).append(record)
        for partition, ours in by_partition.items():
            for start in range(0, len(ours), self.batch):
                consumer.apply(handlers[partition.topic], partition, ours[start : start + self.batch])
        return bool(records)

    def follow(self) -> bool:
        """Hand the profiles over (of all communities: they are one stream)."""
        sent: list[Message] = []
        profiling.send_profiles(Catcher(sent))  # type: ignore[arg-type]
        records = [self.record("activity.profiles", message) for message in sent]
        if records:
            for handlers in (consumers.HANDLERS, referral_consumers.HANDLERS):
                consumer.apply(handlers["activity.profiles"], records[0].partition, records)
        return bool(records)

    def record(self, topic: str, message: Message) -> kafka.Record:
        """A message as a consumer reads it; one member's messages lie in one partition."""
        number = random.Random(message.key).randrange(kafka.PARTITIONS)  # noqa: S311
        partition = kafka.Partition(topic, number if message.partition is None else message.partition)
        headers = [(name, value.encode()) for name, value in message.headers]
        return kafka.Record(partition, next(self.offsets), message.key.encode(), message.value, headers)


@dataclass
class Catcher:
    """Stands where the relay's producer stands, and keeps what is sent."""

    sent: list[Message]

    def send(self, topic: str, messages: list[Message]) -> list[None]:
        """Take messages as if Kafka had them."""
        del topic
        self.sent.extend(messages)
        return [None] * len(messages)
