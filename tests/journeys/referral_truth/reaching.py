"""Milestones found anew: from all purchases in event order, of whoever friends and advocates are by now."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from services.referral.repository import people
from shared.mongo import Document
from tests.journeys.referral_truth.owing import Owing, left


class _Whose(NamedTuple):
    program: str
    advocate: str
    rule: str


class _Bought(NamedTuple):
    at: datetime
    friend: str
    terms: dict[str, Any]


@dataclass(frozen=True)
class Reaching:
    """Which milestones stand, and which ought to."""

    owing: Owing

    def faults(self) -> Iterator[str]:
        """Every one that was granted twice or too soon, is at another moment, or is missing."""
        kept: dict[_Whose, list[Document]] = defaultdict(list)
        for each in self.owing.rewards:
            if each["occasion"] == "milestone":
                kept[_Whose(each["program"], _now(each["advocate"]), each["rule"])].append(each)
        bought = self._bought()
        for whose in sorted(kept.keys() | bought.keys()):
            yield from _check(whose, kept[whose], _reached(whose.rule, bought[whose]))

    def _bought(self) -> dict[_Whose, list[_Bought]]:
        found: dict[_Whose, list[_Bought]] = defaultdict(list)
        promised = self.owing.life.promised
        rules = {
            each["name"] for terms in promised.values() for each in terms["rewards"] if "friends" in each
        }
        for each, order in self.owing.credited():
            terms = promised[each["program"], each["version"]]
            stands = self.owing.refunded(order) < order["amount_minor"]
            if stands and order["amount_minor"] >= terms.get("least_order_minor", 0):
                told = _Bought(order["at"], _now(order["member"]), terms)
                for rule in rules:
                    found[_Whose(each["program"], _now(each["advocate"]), rule)].append(told)
        return found


def _check(whose: _Whose, kept: list[Document], reached: datetime | None) -> Iterator[str]:
    standing = [each for each in kept if left(each) and not each["released"]]
    released = [each for each in kept if each["released"]]
    if len(standing) > (reached is not None and not released):
        yield f"{whose} reached it {reached}, and too many stand: {kept}"
    if reached is not None and not any(left(each) or not each["amount_minor"] for each in kept):
        yield f"{whose} reached it {reached}, and nothing stands: {kept}"
    yield from (f"{whose} reached it {reached}: {each}" for each in standing if each["at"] != reached)


def _reached(rule: str, bought: list[_Bought]) -> datetime | None:
    """With the first purchase by which so many had bought, where it is promised."""
    friends = set()
    for at, friend, terms in sorted(bought, key=lambda each: each.at):
        friends.add(friend)
        if any(each["name"] == rule and len(friends) >= each["friends"] for each in terms["rewards"]):
            return at
    return None


def _now(member: str) -> str:
    return people.survivors([member])[member]
