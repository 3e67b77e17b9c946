"""Money of a town: what lies where, and how time passes and people merge; the ledger is proved in the end."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from services.referral import jobs
from services.referral.queries import auditing
from services.referral.repository import DATABASE, ledger
from services.referral.use_cases import attributing, chaining, deriving, following
from shared import mongo, work
from shared.events.activity import MemberProfile
from tests.fixtures import REFERRAL, Door
from tests.referral.town import DAY, NOW, Town

UP = {"name": "up", "to": "upstream", "rate": "10%", "base": "reward", "generations": 2, "months": None}
OWN = {"name": "own", "to": "advocate", "rate": "2.9%", "months": None}
#: So long ago that every hold is over, and the month in which it ended.
THEN, LATER = NOW - 100 * DAY, NOW - 65 * DAY


def proven(referral: Door, *rules: Any, hold: str = "30d") -> Iterator[Town]:
    """A program with these rules, or 2.9 % and an upstream share; its ledger is proved in the end."""
    found = Town(referral)
    found.program(rewards=rules or [OWN, UP], hold=hold, grace="0d")
    yield found
    chaining.complete(found.community, NOW)
    assert auditing.audit(found.community).findings == ()
    assert list(deriving.compare(found.community, NOW)) == []


def lies(town: Town, account: str, currency: str = "EUR") -> int:
    """What lies on an account such as `payable:ann`."""
    kind, _, name = account.partition(":")
    return ledger.balance(town.community, f"{kind}:{town.member(name)}", currency)


def work_off() -> None:
    """What the jobs do."""
    jobs.look_at_the_clock()
    while work.do_next(DATABASE, jobs.STEPS):
        pass


def states(town: Town, member: str = "ann") -> list[tuple[str, str, str | None]]:
    """(order, state, reason) of a member's rewards, the latest first."""
    found = town.ask("GET", f"/v1/members/{member}/rewards").json["items"]
    return [(each["order"], each["state"], each["reason"]) for each in found]


def merge(town: Town, gone: str, into: str) -> None:
    """Two accounts turn out to be one person."""
    profile = MemberProfile(
        community=town.community, member=town.member(gone), revision=9, external_id=gone, roles=[], opt_outs=[],
        merged_into=town.member(into),
    )  # fmt: skip
    following.follow([profile], {})
    work_off()


def told_then(town: Town) -> None:
    """The shop told of its orders when they were made."""
    mongo.collection(REFERRAL, "orders").update_many(
        {"community": town.community}, {"$set": {"received": THEN}}
    )
    attributing.settle_alone(town.community, town.member("bob"), THEN)


def apart(town: Town) -> Town:
    """The same town through a client of one's own, for a thread."""
    return Town(replace(town.ask, client=town.ask.client.application.test_client()))
