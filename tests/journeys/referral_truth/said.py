"""What happens in the histories: few people, few orders, few moments."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.journeys import lived
from tests.journeys.referral_truth import promises

PEOPLE = ("ann", "bob", "cy", "dee", "eve", "fay", "gil")
ORDERS = tuple(f"o{number}" for number in range(6))
REFUNDS = ("r1", "r2")
COUPONS = ("ten", "deals")
BEGAN = datetime(2026, 1, 5, 6, tzinfo=UTC)
#: Where the clock stands when a history begins: all that was done before comes late.
NOW = BEGAN + timedelta(days=8)

people = st.sampled_from(PEOPLE[:5])
orders = st.sampled_from(ORDERS)
programs = st.sampled_from([promises.PROGRAMS[0], *promises.PROGRAMS])
seldom = st.sampled_from([False, False, False, True])
chances = st.integers(0, 99)
#: Half a day apart.
moments = st.integers(0, 17).map(lambda step: BEGAN + step * timedelta(hours=12))
amounts = st.sampled_from([3, 7, 15, 197, 500, 500, 1000])
terms = st.sampled_from(sorted(promises.ALL))
spans = st.sampled_from(
    [timedelta(hours=2), timedelta(days=1), timedelta(days=6), timedelta(days=6), timedelta(days=31)]
)
#: At which access to the store a process dies, or to which collection; mostly nobody does.
deaths = st.one_of(
    st.none(), st.none(), st.none(), st.integers(1, 60), st.sampled_from(["loops", "audit", "work"])
)


#: A number stands for one of what there is by then.
_one = st.integers(0, 7)
_ways = st.sampled_from(["code", "code", "code", "code", "click", "click", "token", "coupon", "nothing"])
_emails = st.sampled_from(["a.nn+x@gmail.com", "ann@gmail.com", "x@mailinator.com"])


@st.composite
def naming(draw: st.DrawFn, *, flagged: bool = True) -> dict[str, Any]:
    """How a join or an order names whoever recommended: by whose link or coupon, or by which click."""
    how = draw(_ways)
    found: dict[str, Any] = {} if how == "nothing" else {how: draw(_one)}
    if flagged and draw(st.integers(0, 9)) == 0:
        found["email"] = draw(_emails)
    return found


_refunds = st.fixed_dictionaries(
    {
        "refund": st.sampled_from(REFUNDS),
        "kind": st.sampled_from(["partial", "partial", "partial", "whole", "chargeback"]),
        "amount_minor": st.sampled_from([1, 100, 99, 400, 500]),
        "at": moments,
    }
)
joins = st.tuples(st.just("join"), people, moments, naming())
bought = st.tuples(st.just("order"), orders, people, moments, amounts, naming())
refunds = st.tuples(st.just("refund"), orders, _refunds)
failures = st.tuples(st.just("failure"), orders, st.sampled_from(REFUNDS), moments)
clicks = st.tuples(st.just("click"), _one, moments, people, st.booleans(), seldom)
answers = st.tuples(
    st.just("answer"), st.integers(0, 3).map("a{}".format), people, st.sampled_from([2, 9, 10]), moments
)
enrolled = st.tuples(st.just("enrol"), people, programs, moments)
#: What a community tells of its friends.
facts = st.one_of(
    joins,
    joins,
    joins,
    bought,
    bought,
    bought,
    bought,
    bought,
    refunds,
    refunds,
    failures,
    clicks,
    clicks,
    answers,
)
_pairs = st.sampled_from(["orders", "order", "refunds", "refund"])
_others = st.one_of(
    enrolled,
    st.tuples(st.just("change"), people, programs, st.sampled_from(["paused", "enrolled"])),
    st.tuples(st.just("repeat"), chances),
    st.tuples(st.just("race"), bought, _refunds, _refunds, _pairs, st.booleans()),
    st.tuples(st.just("race"), bought, _refunds, _refunds, _pairs, st.booleans()),
    st.tuples(st.just("invite"), people, programs),
    st.tuples(st.just("grant"), st.integers(0, 5), people, st.sampled_from([10, 40, 60, 90])),
    st.tuples(st.just("grant"), st.integers(0, 5), people, st.sampled_from([10, 40, 60, 90])),
    st.tuples(st.just("decide"), st.integers(0, 5), st.sampled_from(["approval", "refusal", "revocation"])),
    st.tuples(st.just("review"), chances, st.sampled_from(["pay", "pay", "refuse", "undo"])),
    st.tuples(st.just("pay"), chances),
    st.tuples(st.just("pay"), chances),
    st.tuples(st.just("promise"), programs, terms),
    st.tuples(st.just("wait"), spans),
    st.tuples(st.just("wait"), spans),
    st.tuples(st.just("work")),
    st.tuples(st.just("merge"), people, people),
    st.tuples(st.just("erase"), st.just("eve")),
    st.tuples(st.just("settle")),
)
#: Where many histories are lived, more may happen: whoever draws from more lives through other histories.
_more = st.one_of(
    st.tuples(st.just("bounce"), chances),
    st.tuples(st.just("rotate"), _one),
    st.tuples(st.just("coupon"), people, programs),
    st.tuples(
        st.just("agree"), people, programs, st.sampled_from(["sale", "again"]), st.sampled_from(["4%", None])
    ),
    st.tuples(st.just("stand"), people, st.booleans()),
    st.tuples(st.just("change"), people, programs, st.just("closed")),
    st.tuples(st.just("erase"), st.sampled_from(PEOPLE)),
    st.tuples(st.just("merge"), st.sampled_from(PEOPLE), st.sampled_from(PEOPLE)),
    refunds,
    failures,
)
#: What happens, and at which access to the store it dies.
acts = st.builds(
    lambda act, place: (*act, place),
    st.one_of(facts, _others, _more) if lived.HISTORIES else st.one_of(facts, _others),
    deaths,
)
_DAY = timedelta(days=1)


def _back(name: str, amount: int) -> dict[str, Any]:
    return {"refund": name, "kind": "partial", "amount_minor": amount, "at": NOW}


#: Three generations: Ann brings Bob, who brings Cy, who brings Fay. Codes are counted as they are made.
_CHAIN = (
    ("join", "bob", BEGAN, {"code": 2}, None),
    ("enrol", "bob", "spring", BEGAN + _DAY, None),
    ("order", "c1", "cy", BEGAN + 2 * _DAY, 500, {"code": 2}, None),
    ("enrol", "cy", "spring", BEGAN + 3 * _DAY, None),
    ("order", "c2", "fay", BEGAN + 4 * _DAY, 197, {"code": 3}, None),
)
_BOUGHT: tuple[Any, ...] = ("order", "c4", "ann", NOW, 500, {})
#: What is in every history: refunds of which one fails, a robot's click and a later one of the same visitor, two
#: refunds at once that do not both fit, and three grants of which the last is too much.
_ALWAYS = (
    ("refund", "c1", _back("r1", 100), None),
    ("refund", "c1", _back("r2", 99), None),
    ("failure", "c1", "r1", NOW, None),
    ("click", 0, BEGAN + 5 * _DAY, "gil", True, True, None),
    ("order", "c3", "gil", BEGAN + 6 * _DAY, 15, {"click": 1}, None),
    ("click", 0, BEGAN + 4 * _DAY, "gil", True, False, None),
    (*_BOUGHT, None),
    ("race", _BOUGHT, _back("", 400), _back("", 399), "refunds", True, None),
    ("grant", 7, "bob", 90, None),
    ("grant", 8, "cy", 40, "audit"),
    ("grant", 9, "cy", 40, None),
)
BEGINNING = (*_CHAIN, *_ALWAYS)
#: Where many histories are lived, each has these.
_LATE = (("bounce", 4, None), ("stand", "bob", True, None), ("rotate", 2, None)) if lived.HISTORIES else ()
#: How every history ends: what was held is released, some of it is paid, something is given back, and two are one.
END = (
    ("wait", timedelta(days=31), None),
    ("settle", None),
    ("wait", timedelta(days=31), None),
    ("pay", 2, None),
    ("pay", 3, None),
    *_LATE,
    ("refund", "c2", {**_back("r7", 1), "kind": "whole"}, None),
    # Cy came by Bob, which is frozen, and Bob by Ann.
    ("merge", "cy", "ann", None),
)
