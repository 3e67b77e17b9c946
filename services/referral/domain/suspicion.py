"""What looks like fraud is flagged and held until a person decides; nothing is blocked, and silence never pays."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

#: Code of a flag → its points. What has none is only told.
POINTS = {
    "self-referral": 100,
    "same-ip": 40,
    "orders-from-one-ip": 40,
    "disposable-address": 30,
    "burst": 25,
    "similar-names": 20,
    "same-domain": 20,
    "relay-address": 0,
    "paid-traffic": 0,
}
#: From so many points on a person has to decide.
HOLD_FROM = 25
#: More than so many conversions of an advocate an hour are a burst.
BURST = 5
HOUR = timedelta(hours=1)
#: For so long a review may wait until it is escalated. It is never decided by waiting.
PATIENCE = timedelta(days=14)

WORDS = {
    "self-referral": "The friend looks like the advocate himself.",
    "same-ip": "The friend and the advocate came from one address of the network, as colleagues do.",
    "orders-from-one-ip": "More than three orders came from one address of the network.",
    "disposable-address": "The friend's e-mail address is a disposable one.",
    "burst": "The advocate has more than five conversions within an hour.",
    "similar-names": "The friend and the advocate have similar names.",
    "same-domain": "The friend's and the advocate's e-mail addresses have one domain, as colleagues' do.",
    "relay-address": "The friend's e-mail address is a relay, which hides the one behind it.",
    "paid-traffic": "The click came from an advertisement.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """One thing that looks like fraud."""

    code: str
    points: int


def flags(codes: Iterable[str]) -> tuple[Flag, ...]:
    """Flags by their codes, those with most points first. One that nobody has given points to yet holds as well."""
    found = [Flag(code=code, points=POINTS.get(code, HOLD_FROM)) for code in set(codes)]
    return tuple(sorted(found, key=lambda each: (-each.points, each.code)))


def holds(found: Iterable[Flag]) -> bool:
    """Whether a person has to decide."""
    return sum(each.points for each in found) >= HOLD_FROM


def is_burst(moment: datetime, others: Iterable[datetime]) -> bool:
    """Whether a conversion lies in an hour with too many of its advocate's, whichever came first."""
    moments = sorted([moment, *(each for each in others if abs(each - moment) < HOUR)])
    return any(
        last - first < HOUR and first <= moment <= last
        for first, last in zip(moments, moments[BURST:], strict=False)
    )
