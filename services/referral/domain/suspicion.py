"""What looks like fraud is flagged and held until a person decides; nothing is blocked, and silence never pays."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

#: Code of a flag → its points. What has none is only told.
POINTS = {
    "same-email": 100,
    "email-of-earlier-friend": 100,
    "self-referral": 100,
    "same-ip": 40,
    "orders-from-one-ip": 40,
    "disposable-email": 30,
    "burst": 25,
    "similar-names": 20,
    "same-domain": 20,
    "domain-of-earlier-friend": 20,
    "relay-email": 0,
    "paid-traffic": 0,
}
#: What goes again when it turns out that the other one came later: the others stay, once they were found.
RELATIVE = frozenset({"email-of-earlier-friend", "domain-of-earlier-friend"})
#: From so many points on a person has to decide.
HOLD_FROM = 25
#: More than so many conversions of an advocate an hour are a burst.
BURST = 5
HOUR = timedelta(hours=1)
#: For so long a review may wait until it is escalated. It is never decided by waiting.
PATIENCE = timedelta(days=14)

#: More orders than these from one address of the network are looked at.
ORDERS_FROM_ONE_ADDRESS = 3
#: Names that are alike to this degree are similar.
ALIKE = 0.85

WORDS = {
    "same-email": "The friend and the advocate have one e-mail address.",
    "self-referral": "The friend and the advocate are one member by now: they were merged after it was released.",
    "email-of-earlier-friend": "An earlier friend of the advocate gave the same e-mail address.",
    "same-ip": "The friend and the advocate came from one address of the network, as colleagues do.",
    "orders-from-one-ip": "More than three orders came from one address of the network.",
    "disposable-email": "The friend's e-mail address is a disposable one.",
    "burst": "The advocate has more than five conversions within an hour.",
    "similar-names": "The friend and the advocate have similar names.",
    "same-domain": "The friend's and the advocate's e-mail addresses have one domain, as colleagues' do.",
    "domain-of-earlier-friend": "An earlier friend of the advocate has an e-mail address of the same domain.",
    "relay-email": "The friend's e-mail address is a relay, which hides the one behind it.",
    "paid-traffic": "The click came from an advertisement.",
}


class Review(StrEnum):
    """What a person decided of what is held, or that nobody has yet."""

    OPEN = "open"
    PAID = "paid"
    REFUSED = "refused"


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


def are_alike(one: str, other: str) -> bool:
    """Whether two names are similar: `Ann B.` and `Anne B`, not `Jack` and `jackpot2lte`."""
    ours, theirs = (" ".join(re.findall(r"\w+", each.casefold())) for each in (one, other))
    alike = difflib.SequenceMatcher(None, ours, theirs, autojunk=False).ratio()
    return bool(ours and theirs) and alike >= ALIKE
