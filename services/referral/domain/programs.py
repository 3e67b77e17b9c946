"""Programs: what a community promises to those who recommend it, in versions with dates.

What was bought under an older version keeps the terms of its time.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from fractions import Fraction


class Model(StrEnum):
    """Which of several clicks within the window wins."""

    FIRST = "first"
    LAST = "last"
    STICKY = "sticky"


class Beneficiary(StrEnum):
    """Who gets a reward: who recommended, who came, or the advocate of who recommended."""

    ADVOCATE = "advocate"
    FRIEND = "friend"
    UPSTREAM = "upstream"


class Occasion(StrEnum):
    """What a reward is for."""

    JOIN = "join"
    PURCHASE = "purchase"
    MILESTONE = "milestone"


class Base(StrEnum):
    """What a percentage is taken of: the sale, or the advocate's own reward for it."""

    SALE = "sale"
    REWARD = "reward"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """From so many rewarded purchases of an advocate on, this instead of the rule's own rate or amount."""

    reached: int
    rate: Fraction | None = None
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """For one product this instead of a rule's own rate or amount; with neither of them it pays nothing."""

    product: str
    rate: Fraction | None = None
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reward:
    """One rule of a program: exactly one of `rate` (of what, by `base`) and `amount_minor` (in `currency`).

    A fixed amount is due for each piece (`quantity`), a rate never is. `months` bounds for how long after the friend's
    first purchase later ones are rewarded too: 0 only the first one, None for ever. A milestone is due when the
    advocate's so many-th friend (`friends`) has bought. An upstream reward goes to so many `generations` above who
    recommended: 1 is his own advocate alone. An advocate's own rate beats that of a product, which beats the rule's
    own; a product that pays nothing pays nobody.
    """

    name: str
    to: Beneficiary
    on: Occasion = Occasion.PURCHASE
    rate: Fraction | None = None
    base: Base = Base.SALE
    amount_minor: int | None = None
    currency: str | None = None
    months: int | None = 0
    friends: int | None = None
    generations: int = 1
    tiers: tuple[Tier, ...] = ()
    products: tuple[Product, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The most that is owed, in minor units of each currency, and the most rewards; None: no bound.

    An advocate's are for a calendar month of the community's zone, a friend's and the program's for all time.
    """

    advocate_month_minor: int | None = None
    advocate_month_rewards: int | None = None
    friend_minor: int | None = None
    program_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What recognition changes: who holds one of these badges or titles has a shorter hold and higher caps."""

    badges: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()
    hold: timedelta | None = None
    caps: Caps | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """Who becomes an advocate by recognition: whoever holds one of these."""

    badges: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Satisfaction:
    """From which answer on a friend may become an advocate himself: NPS of 0 to 10, CSAT of 1 to 5."""

    nps: int = 9
    csat: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What one version of a program says.

    `window`: for so long before a join or an order a click counts. `grace`: for so long after it a late click may
    still change the attribution. `hold`: for so long a reward waits before it is released. `holdout`: the share of
    satisfied members who are not invited, so that there is something to compare with. `quiet`: between these two times
    of the community's day nobody is invited.
    """

    landing_url: str
    model: Model = Model.LAST
    window: timedelta = timedelta(days=30)
    grace: timedelta = timedelta(hours=24)
    hold: timedelta = timedelta(days=30)
    least_order_minor: int = 0
    currencies: frozenset[str] = frozenset()
    rewards: tuple[Reward, ...] = ()
    caps: Caps = Caps()
    standing: Standing = Standing()
    enrolment: Enrolment = Enrolment()
    satisfaction: Satisfaction = Satisfaction()
    holdout: Fraction = Fraction(0)
    quiet: tuple[time, time] | None = None
    disclosure: str = ""
    generations: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """Terms, and from when on they hold."""

    number: int
    effective: datetime
    terms: Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """A program with all its versions, in order of their dates; nothing begins before `starts` or after `ends`."""

    slug: str
    name: str
    versions: tuple[Version, ...]
    starts: datetime | None = None
    ends: datetime | None = None

    def at(self, moment: datetime) -> Version | None:
        """The version that holds at a moment; None before the first."""
        return next((each for each in reversed(self.versions) if each.effective <= moment), None)

    def said(self, moment: datetime) -> Terms:
        """What held at a moment; before the first version, what that one says."""
        return (self.at(moment) or self.versions[0]).terms

    def runs(self, moment: datetime) -> bool:
        """Whether something can begin in it at a moment."""
        begun = self.starts is None or self.starts <= moment
        return begun and (self.ends is None or moment < self.ends) and self.at(moment) is not None
