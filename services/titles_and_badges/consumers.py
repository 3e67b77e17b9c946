"""Other services' events: deliveries and profiles of `activity`."""

from collections.abc import Sequence

from services.titles_and_badges.use_cases import following, recognising
from services.titles_and_badges.use_cases.following import Erased, Followed
from shared import kafka
from shared.consumer import DeadLetter, Handler
from shared.errors import Refused
from shared.events import activity, envelope
from shared.events.activity import Delivery
from shared.outbox import Message

GROUP = "titles-and-badges"


class Deliveries:
    """`activity.events` become facts, and what follows from them."""

    def decode(self, record: kafka.Record) -> Delivery:
        """Read a delivery. Raises Refused."""
        kind = envelope.kind(record)
        if kind not in activity.DELIVERIES:
            message = f"{kind!r} is no event of this topic"
            raise Refused(message)
        delivery: Delivery = envelope.data(record, activity.DELIVERIES[kind])
        if record.key != delivery.member.encode():
            message = "the key is not the member that the event is about"
            raise Refused(message)
        return delivery

    def apply(self, partition: int, events: Sequence[Delivery], dead: Sequence[DeadLetter]) -> None:
        """One batch, one transaction."""
        recognising.recognise(partition, events, _by_topic(dead))


class Profiles:
    """`activity.profiles` become our copies."""

    def decode(self, record: kafka.Record) -> Followed:
        """Read a profile, or the tombstone of an erased member. Raises Refused."""
        if record.value is None:
            return Erased((record.key or b"").decode(errors="replace"))
        kind = envelope.kind(record)
        if kind not in activity.PROFILES_BY_KIND:
            message = f"{kind!r} is no event of this topic"
            raise Refused(message)
        profile: Followed = envelope.data(record, activity.PROFILES_BY_KIND[kind])
        return profile

    def apply(self, partition: int, events: Sequence[Followed], dead: Sequence[DeadLetter]) -> None:
        """One batch, one transaction."""
        del partition
        following.follow(events, _by_topic(dead))


HANDLERS: dict[str, Handler] = {activity.EVENTS.name: Deliveries(), activity.PROFILES.name: Profiles()}


def _by_topic(dead: Sequence[DeadLetter]) -> dict[str, list[Message]]:
    found: dict[str, list[Message]] = {}
    for letter in dead:
        found.setdefault(letter.record.partition.topic + kafka.DEAD_LETTERS, []).append(letter.message())
    return found
