"""What is due for the first time is granted as far as the caps leave room, and what they left is kept as decided."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.referral.domain import caps, rewards, settling
from services.referral.domain.caps import Bound, Fitting
from services.referral.domain.programs import Beneficiary
from services.referral.domain.rewards import Credit, Due
from services.referral.repository import allowances, communities
from services.referral.use_cases.histories import History
from shared import months
from shared.mongo import Document

#: A bound as a reward keeps it: its key, the most, why it refuses, and whether it counts rewards.
Kept = dict[str, Any]


@dataclass(slots=True)
class Room:
    """What is used of caps, read once and changed by what is granted and given back in this transaction."""

    community: str
    used: dict[str, tuple[int, int]] = field(default_factory=dict)
    changes: dict[str, tuple[int, int]] = field(default_factory=dict)

    def fit(self, asked_minor: int, bounds: Sequence[Kept], rewards: int) -> Fitting:
        """Reserve as much as all bounds leave, for so many more rewards."""
        self._read(bounds)
        found = caps.fit(asked_minor, [self._bound(each) for each in bounds if rewards or not each["counts"]])
        self.use(bounds, found.amount_minor, rewards if found.amount_minor else 0)
        return found

    def use(self, bounds: Iterable[Kept], amount_minor: int, rewards: int) -> None:
        """Reserve, or give back."""
        for name in {each["key"] for each in bounds}:
            amount, count = self.changes.get(name, (0, 0))
            self.changes[name] = (amount + amount_minor, count + rewards)

    def keep(self) -> None:
        """Write what changed, inside the running transaction."""
        allowances.change(self.community, self.changes)

    def _read(self, bounds: Sequence[Kept]) -> None:
        missing = {each["key"] for each in bounds} - self.used.keys()
        if missing:
            self.used |= dict.fromkeys(missing, (0, 0)) | allowances.used(missing)

    def _bound(self, kept: Kept) -> Bound:
        (amount, count), (more, others) = self.used[kept["key"]], self.changes.get(kept["key"], (0, 0))
        return Bound(
            most=kept["most"],
            used=count + others if kept["counts"] else amount + more,
            reason=kept["reason"],
            counts=kept["counts"],
        )


def grant(history: History, due: Due, credit: Credit, room: Room) -> Document:
    """A reward for what is due for the first time: as much as the caps leave, or nothing and the reason.

    Whose deed it is for is added by whoever grants it.
    """
    bounds = _bounds(history.community, due, credit)
    fitting = room.fit(due.amount_minor, bounds, 1)
    found: Document = {
        "_id": rewards.identifier(history.community, due),
        "community": history.community,
        "program": due.program,
        "version": due.version,
        "rule": due.rule,
        "to": str(due.to),
        "generation": due.generation,
        "occasion": str(due.occasion),
        "subject": due.subject,
        "member": due.member,
        "advocate": credit.advocate,
        "currency": due.currency,
        "asked_minor": due.amount_minor,
        "amount_minor": fitting.amount_minor,
        "reversed_minor": 0,
        "released": False,
        "steps": 0,
        "at": due.at,
        "bounds": list(bounds) if fitting.amount_minor else [],
    }
    optional = {
        "cut": fitting.reason,
        "friends": due.friends,
        "order": history.attributions.get(due.subject, {}).get("subject")
        if due.occasion == "purchase"
        else None,
    }
    return found | {name: value for name, value in optional.items() if value is not None}


def resettle(stored: Document, wanted: settling.Target, room: Room) -> settling.Target:
    """Give back what is reversed, and reserve again what is restored: no more than there is room for."""
    change = wanted.reversed_minor - stored["reversed_minor"]
    if not change:
        return wanted
    whole, before = stored["amount_minor"], stored["reversed_minor"]
    if change > 0:
        room.use(stored["bounds"], -change, -(wanted.reversed_minor == whole))
        return wanted
    fitting = room.fit(-change, stored["bounds"], int(before == whole))
    return settling.Target(
        reversed_minor=before - fitting.amount_minor, reason=wanted.reason, release=wanted.release
    )


def _bounds(community: str, due: Due, credit: Credit) -> list[Kept]:
    limits = rewards.caps(credit)
    found: list[Kept] = []

    def bound(most: int | None, reason: str, *parts: str, counts: bool = False) -> None:
        if most is not None:
            key = "|".join((community, due.program, *parts))
            found.append({"key": key, "most": most, "reason": reason, "counts": counts})

    if due.to is Beneficiary.FRIEND:
        bound(limits.friend_minor, caps.FRIEND, "friend", due.member, due.currency)
    elif (limits.advocate_month_minor, limits.advocate_month_rewards) != (None, None):
        month = _month(community, due.at)
        bound(limits.advocate_month_minor, caps.ADVOCATE, due.member, month, due.currency)
        bound(limits.advocate_month_rewards, caps.ADVOCATE, due.member, month, counts=True)
    bound(limits.program_minor, caps.PROGRAM, "program", due.currency)
    return found


def _month(community: str, moment: datetime) -> str:
    return months.month_of(moment, communities.zones(communities.load([community]).get(community, {})))
