"""Other services' events: deliveries and profiles of `activity`."""

from collections.abc import Sequence

from services.titles_and_badges.use_cases import closing, following, outcomes, recognising
from shared import clock, kafka
from shared.consumer import DeadLetter, Handler, letters_by_topic
from shared.errors import Refused
from shared.events import activity, envelope, referral
from shared.events.activity import Delivery, Followed, PeriodClosing

GROUP = "titles-and-badges"


class Deliveries:
    """`activity.events` become facts, and what follows from them."""

    def decode(self, record: kafka.Record) -> Delivery | PeriodClosing:
        """Read a delivery, or that a month closes. Raises Refused."""
        kind = envelope.kind(record)
        if kind == activity.CLOSING:
            return envelope.data(record, activity.CLOSINGS)
        if kind not in activity.DELIVERIES:
            message = f"{kind!r} is no event of this topic"
            raise Refused(message)
        delivery: Delivery = envelope.data(record, activity.DELIVERIES[kind])
        if record.key != delivery.member.encode():
            message = "the key is not the member that the event is about"
            raise Refused(message)
        return delivery

    def apply(
        self, partition: int, events: Sequence[Delivery | PeriodClosing], dead: Sequence[DeadLetter]
    ) -> None:
        """One batch, one transaction; then, behind it, which months it is late for, and which close."""
        deliveries = [event for event in events if not isinstance(event, PeriodClosing)]
        recognising.recognise(partition, deliveries, letters_by_topic(dead))
        closing.note_late(deliveries, clock.now())
        _close(activity.EVENTS.name, partition, events)


class Profiles:
    """`activity.profiles` become our copies."""

    def decode(self, record: kafka.Record) -> Followed | PeriodClosing:
        """Read a profile, the tombstone of an erased member, or that a month closes. Raises Refused."""
        return activity.followed(record)

    def apply(
        self, partition: int, events: Sequence[Followed | PeriodClosing], dead: Sequence[DeadLetter]
    ) -> None:
        """One batch, one transaction; then, behind it, which months close."""
        profiles = [event for event in events if not isinstance(event, PeriodClosing)]
        following.follow(profiles, letters_by_topic(dead))
        _close(activity.PROFILES.name, partition, events)


class Outcomes:
    """`referral.events` become facts of who recommended."""

    def decode(self, record: kafka.Record) -> referral.Outcome | None:
        """Read an outcome; None: an event that no badge looks at. Raises Refused."""
        kind = envelope.kind(record)
        if kind not in referral.OUTCOMES:
            if kind in referral.KINDS.values():
                return None
            message = f"{kind!r} is no event of this topic"
            raise Refused(message)
        outcome: referral.Outcome = envelope.data(record, referral.OUTCOMES[kind])
        return outcome

    def apply(
        self, partition: int, events: Sequence[referral.Outcome | None], dead: Sequence[DeadLetter]
    ) -> None:
        """One batch, one transaction."""
        outcomes.take(partition, [event for event in events if event is not None], letters_by_topic(dead))


HANDLERS: dict[str, Handler] = {
    activity.EVENTS.name: Deliveries(),
    activity.PROFILES.name: Profiles(),
    referral.EVENTS.name: Outcomes(),
}


def _close(topic: str, partition: int, events: Sequence[object]) -> None:
    closings = [event for event in events if isinstance(event, PeriodClosing)]
    if closings:
        closing.note(topic, partition, closings)
