"""Other services' events: profiles of `activity`, awards and titles of `titles-and-badges`."""

from collections.abc import Sequence

from services.referral.use_cases import following, recognition
from shared import kafka
from shared.consumer import DeadLetter, Handler, letters_by_topic
from shared.events import activity, envelope, titles_and_badges
from shared.events.activity import Followed, PeriodClosing
from shared.events.titles_and_badges import Recognition

GROUP = "referral"


class Profiles:
    """`activity.profiles` become our copies."""

    def decode(self, record: kafka.Record) -> Followed | PeriodClosing:
        """Read a profile, the tombstone of an erased member, or that a month closes. Raises Refused."""
        return activity.followed(record)

    def apply(
        self, partition: int, events: Sequence[Followed | PeriodClosing], dead: Sequence[DeadLetter]
    ) -> None:
        """One batch, one transaction. Months close without us."""
        del partition
        following.follow(
            [each for each in events if not isinstance(each, PeriodClosing)], letters_by_topic(dead)
        )


class Awards:
    """`titles-and-badges.events` become the standing of advocates, and make advocates."""

    def decode(self, record: kafka.Record) -> Recognition | None:
        """Read what a member is awarded or has lost; what is not about a member is nothing. Raises Refused."""
        kind = envelope.kind(record)
        if kind not in titles_and_badges.RECOGNITIONS:
            return None
        award: Recognition = envelope.data(record, titles_and_badges.RECOGNITIONS[kind])
        return award

    def apply(self, partition: int, events: Sequence[Recognition | None], dead: Sequence[DeadLetter]) -> None:
        """One batch, one transaction."""
        del partition
        awards = [each for each in events if each is not None]
        recognition.take(awards, letters_by_topic(dead))


HANDLERS: dict[str, Handler] = {
    activity.PROFILES.name: Profiles(),
    titles_and_badges.EVENTS.name: Awards(),
}
