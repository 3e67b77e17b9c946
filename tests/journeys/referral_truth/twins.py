"""The same facts, told to two communities in two orders, some of them twice: both end the same."""

import json
import re
from collections.abc import Sequence
from datetime import timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from shared import clock, mongo
from shared.mongo import Document
from tests.fixtures import REFERRAL
from tests.journeys.referral_truth import happening, promises, said
from tests.journeys.referral_truth.living import Life
from tests.journeys.referral_truth.said import BEGAN, NOW

_CLICKS = 5
_REFUNDS = st.fixed_dictionaries(
    {
        "refund": st.sampled_from(said.REFUNDS),
        "kind": st.sampled_from(["partial", "partial", "whole"]),
        "amount_minor": st.sampled_from([1, 99, 100]),
        "at": said.moments.map(lambda at: min(at, NOW)),
    }
)
#: Never more is given back than was bought: what came first would decide which of the refunds is refused.
_bought = st.tuples(
    st.just("order"),
    said.orders,
    said.people,
    said.moments,
    st.sampled_from([500, 1000]),
    said.naming(flagged=False),
)
_clicked = st.tuples(
    st.just("click"), st.integers(0, _CLICKS - 1), said.moments, said.people, st.integers(0, 2)
)
_FACT = st.one_of(
    st.tuples(st.just("join"), said.people, said.moments, said.naming(flagged=False)),
    _bought, _bought, _bought, _clicked, said.failures, said.answers,
    st.tuples(st.just("refund"), said.orders, _REFUNDS),
)  # fmt: skip


def name(fact: Sequence[Any]) -> tuple[Any, ...]:
    """What a fact is kept under; of two under one name the first would stand."""
    match fact:
        case ("refund", order, given):
            return ("refund", order, given["refund"])
        case ("failure", order, refund, _):
            return ("failure", order, refund)
    return tuple(fact[:2])


facts = st.lists(_FACT, min_size=14, max_size=26, unique_by=name)


def lives(life: Life, told: Sequence[Any], chance: Random) -> dict[str, list[str]]:
    """Tell a community these facts, and let time pass. Returns all that is derived of them."""
    life.found(promises.FREE)
    for number, person in enumerate(("bob", "cy"), start=1):
        life.enrol(person, "spring", clock.text(BEGAN + timedelta(days=number, minutes=1)))
    life.clicks = [f"{life.community}-{number}" for number in range(_CLICKS)]
    again = chance.sample(list(told), min(3, len(told)))
    shuffled = [*told, *again]
    chance.shuffle(shuffled)
    for each in shuffled:
        _tell(life, each)
    life.settle()
    for _ in range(2):
        life.passes(timedelta(days=31))
        life.settle()
    return _canonical(life)


def _tell(life: Life, fact: Sequence[Any]) -> None:
    """No two at one moment: ids of their own communities would decide which of them was first."""
    match fact:
        case ("click", number, at, visitor, link):
            moment = min(at, life.now) - timedelta(seconds=7 * number + 1)
            life.click(life.clicks[number], life.codes[link], moment, visitor)
        case ("order", order, name, at, *more):
            moment = min(at, life.now) - timedelta(minutes=said.ORDERS.index(order))
            happening.happens(life, ("order", order, name, moment, *more, None))
        case _:
            happening.happens(life, (*fact, None))


def _canonical(life: Life) -> dict[str, list[str]]:
    """Whatever is derived, by names in the place of ids, in an order of its own."""
    subjects = {each["_id"]: (each["kind"], each["subject"]) for each in _all(life, "attributions")}
    left = [each for each in _all(life, "rewards") if each["amount_minor"] > each["reversed_minor"]]
    found = {
        "rewards": [_reward(each) for each in left],
        "loops": [_loop(each) for each in _all(life, "loops") if not each.get("gone")],
        "attributions": [_attribution(each) for each in _all(life, "attributions")],
        "balances": [_balance(each) for each in _all(life, "balances") if each["amount_minor"]],
    }
    called = {life.member(each): each for each in said.PEOPLE} | {life.community: "community"}
    called |= {code: f"code-{number}" for number, code in enumerate(life.codes)}
    called |= {name: f"{kind} {called.get(of, of)}" for name, (kind, of) in subjects.items()}
    pattern = re.compile("|".join(map(re.escape, sorted(called, key=len, reverse=True))))
    return {
        kind: sorted(pattern.sub(lambda each: called[each[0]], json.dumps(one, default=str)) for one in some)
        for kind, some in found.items()
    }


def _reward(each: Document) -> list[Any]:
    of = ("program", "rule", "to", "generation", "member", "currency", "released", "subject")
    return [*(each[name] for name in of), each["amount_minor"] - each["reversed_minor"]]


def _loop(each: Document) -> list[Any]:
    return [
        each[name]
        for name in ("program", "friend", "advocate", "state", "generation", "anc", "edges", "orders")
    ]


def _attribution(each: Document) -> list[Any]:
    names = ("kind", "subject", "at", "advocate", "program", "version", "rule", "door", "link")
    # Candidates of one moment stand in the order of their ids.
    return [*(each.get(name) for name in names), sorted(one["reason"] for one in each["candidates"])]


def _balance(each: Document) -> list[Any]:
    return [each[name] for name in ("kind", "owner", "currency", "amount_minor")]


def _all(life: Life, name: str) -> list[Document]:
    return list(mongo.collection(REFERRAL, name).find({"community": life.community}))
