"""Other services' events: profiles of `activity`."""

from collections.abc import Sequence

from services.referral.use_cases import following
from services.referral.use_cases.following import Erased, Followed
from shared import kafka
from shared.consumer import DeadLetter, Handler, letters_by_topic
from shared.errors import Refused
from shared.events import activity, envelope
from shared.events.activity import PeriodClosing

GROUP = "referral"


class Profiles:
    """`activity.profiles` become our copies."""

    def decode(self, record: kafka.Record) -> Followed | PeriodClosing:
        """Read a profile, the tombstone of an erased member, or that a month closes. Raises Refused."""
        if record.value is None:
            return Erased((record.key or b"").decode(errors="replace"))
        kind = envelope.kind(record)
        if kind == activity.CLOSING:
            return envelope.data(record, activity.CLOSINGS)
        if kind not in activity.PROFILES_BY_KIND:
            message = f"{kind!r} is no event of this topic"
            raise Refused(message)
        profile: Followed = envelope.data(record, activity.PROFILES_BY_KIND[kind])
        return profile

    def apply(
        self, partition: int, events: Sequence[Followed | PeriodClosing], dead: Sequence[DeadLetter]
    ) -> None:
        """One batch, one transaction. Months close without us."""
        del partition
        following.follow(
            [each for each in events if not isinstance(each, PeriodClosing)], letters_by_topic(dead)
        )


HANDLERS: dict[str, Handler] = {activity.PROFILES.name: Profiles()}
