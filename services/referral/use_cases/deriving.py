"""Whether what is owed is what the surviving facts make it: everything is derived anew, and nothing is written."""

from collections.abc import Iterator
from datetime import datetime

from services.referral.domain.auditing import Finding
from services.referral.domain.settling import Moved
from services.referral.repository import DATABASE, dossiers, friends, people
from services.referral.use_cases import rewarding
from services.referral.use_cases.moving import Day
from shared import mongo

_FRIENDS_A_PAGE = 200


class _Looked(Exception):  # noqa: N818 (it is no error: it ends the transaction before it writes)
    def __init__(self, day: Day | None) -> None:
        super().__init__()
        self.day = day


def compare(community: str, now: datetime) -> Iterator[Finding]:
    """Derive the rewards of every friend, each in a transaction that is taken back, and name what differs."""
    after = ""
    while page := friends.after(community, after, _FRIENDS_A_PAGE):
        # Who became another has nothing of his own: it is derived of whom he became.
        for friend, survivor in people.survivors(page).items():
            if friend == survivor:
                yield from _differences(community, friend, now)
        after = page[-1]


def _differences(community: str, friend: str, now: datetime) -> Iterator[Finding]:
    def look() -> None:
        raise _Looked(rewarding.derive(dossiers.of(community, friend), now))

    try:
        mongo.transact(DATABASE, look)
    except _Looked as looked:
        if looked.day is not None:
            yield from _findings(looked.day)


def _findings(day: Day) -> Iterator[Finding]:
    for stored, move in day.moves:
        # What is ripe and not released yet waits for the clock alone.
        if move.moved is not Moved.RELEASED:
            detail = f"{move.amount_minor} would be {move.moved}"
            yield Finding(code="not-as-derived", which=stored["_id"], detail=detail)
    for due, stored in day.due:
        if stored["asked_minor"] != due.amount_minor:
            detail = f"asked for {stored['asked_minor']}, the terms promise {due.amount_minor}"
            yield Finding(code="not-as-derived", which=stored["_id"], detail=detail)
