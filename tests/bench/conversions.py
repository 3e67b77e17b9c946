"""Conversions a second: an order with its attribution, reward, ledger and loop, against two inserts that a script does.

It informs: the script decides nothing, keeps no reason, and pays twice what comes twice.
"""

import itertools
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from fractions import Fraction
from typing import Any

from services.referral import app as referral_app
from services.referral.domain.programs import Beneficiary, Program, Reward, Terms, Version
from services.referral.repository import DATABASE, advocates, communities, links, people, programs
from services.referral.use_cases import converting
from shared import clock, identity, mongo
from tests.bench import measuring, recognition, table
from tests.bench.machine import Machine
from tests.bench.table import Row

COMMUNITY, PROGRAM, CODE = "bench-conversions", "friends", "23456789c"
#: Orders in one round.
ORDERS = 20
_BEGAN = datetime(2026, 5, 1, tzinfo=UTC)
_NAIVE = "naive"


def rows(ready: Machine, rounds: int) -> Iterator[Row]:
    """New orders, and orders that come again."""
    referral_app.ensure(ready.settings)
    key = ready.settings.need_member_key()
    _found(key)
    mongo.ensure_collection(DATABASE, f"{_NAIVE}_orders")
    mongo.ensure_collection(DATABASE, f"{_NAIVE}_rewards")
    numbers, others = itertools.count(), itertools.count()
    new: Callable[[int], None] = lambda _: _each(lambda: _convert(key, next(numbers)))  # noqa: E731
    pairs = measuring.interleave(rounds, new, lambda _: _each(lambda: _naive(next(others))))
    said = f"new orders, each with attribution, reward, ledger and loop ({_rate(pairs)}): against two naive inserts"
    yield table.of_speed("–", said, pairs)
    kept = mongo.collection(DATABASE, "rewards").count_documents({"community": COMMUNITY})
    recognition.expect("a reward for each order", kept, next(numbers))
    again: Callable[[int], None] = lambda _: _each(lambda: _convert(key, 0))  # noqa: E731
    pairs = measuring.interleave(rounds, again, lambda _: _each(_find))
    yield table.of_speed("–", f"the same order again ({_rate(pairs)}): against find_one by _id", pairs)


def _rate(pairs: measuring.Pairs) -> str:
    return f"{ORDERS / min(each.wall for each in pairs.ours):.0f} a second at best"


def _each(act: Callable[[], object]) -> None:
    for _ in range(ORDERS):
        act()


def _convert(key: bytes, number: int) -> None:
    said = {"order": f"o{number}", "member": f"friend {number}", **_order()}
    converting.convert(key, COMMUNITY, {**said, "code": CODE}, clock.now())


def _order() -> dict[str, Any]:
    return {"amount_minor": 500, "currency": "EUR", "quantity": 1, "at": _BEGAN}


@mongo.in_transaction(DATABASE)
def _naive(number: int) -> None:
    """What a script does: look up whose code it is, keep the order, keep the commission."""
    link = mongo.collection(DATABASE, "links").find_one({"_id": CODE}) or {}
    order = {"order": f"o{number}", "member": f"friend {number}", "code": CODE, **_order()}
    mongo.collection(DATABASE, f"{_NAIVE}_orders").insert_one(order)
    reward = {"member": link["member"], "order": f"o{number}", "amount_minor": 50, "currency": "EUR"}
    mongo.collection(DATABASE, f"{_NAIVE}_rewards").insert_one(reward)


def _find() -> None:
    mongo.collection(DATABASE, f"{_NAIVE}_orders").find_one({})


@mongo.in_transaction(DATABASE)
def _found(key: bytes) -> None:
    zones = [[clock.BEGINNING, "UTC"]]
    town = {
        "_id": COMMUNITY,
        "revision": 1,
        "name": "Bench",
        "locale": "en",
        "zones": zones,
        "revoked_tokens": [],
    }
    communities.keep([town])
    reward = Reward(name="sale", to=Beneficiary.ADVOCATE, rate=Fraction(1, 10), months=None)
    terms = Terms(landing_url="https://shop.example", rewards=(reward,))
    version = Version(number=1, effective=clock.BEGINNING, terms=terms)
    programs.keep(COMMUNITY, Program(slug=PROGRAM, name="Friends", versions=(version,)))
    member = identity.member_id(key, COMMUNITY, "ann")
    people.ensure(COMMUNITY, {member: "ann"})
    whose = {"community": COMMUNITY, "program": PROGRAM, "member": member}
    history = {"since": clock.BEGINNING, "state": "enrolled", "history": [[clock.BEGINNING, "enrolled"]]}
    advocates.keep([{"_id": advocates.key(COMMUNITY, PROGRAM, member), "by": "hand", **whose, **history}])
    links.keep([{"_id": CODE, "shown": CODE, "channel": "mail", "made": clock.BEGINNING, **whose}])
