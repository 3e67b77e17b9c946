"""Whatever order joins, orders, refunds and clicks come in, and however often: the end is the same record and money."""

from collections.abc import Callable, Iterator
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from services.referral import jobs
from services.referral.domain import codes
from services.referral.use_cases import clicking, converting, refunding
from services.referral.use_cases.attributing import settle_alone
from services.referral.use_cases.clicking import Seen
from shared import clock, mongo, work
from tests.fixtures import MEMBER_KEY, REFERRAL, Door, new_community
from tests.referral.town import DAY, HOUR, NOW, Town

KEY = MEMBER_KEY.encode()
ADVOCATES = ("ann", "dan")
FRIENDS = ("bob", "eve", "ann")
#: A name of a friend, or an advocate's: nobody may recommend to himself.
DAYS = st.integers(0, 45)
NAMES = st.sampled_from([*ADVOCATES, None])
BY = st.sampled_from(["code", "coupon", "click", "token"])

CLICKS = st.tuples(
    st.just("click"), st.integers(0, 3), st.sampled_from(ADVOCATES), DAYS, st.sampled_from(["v1", "v2"])
)
JOINS = st.tuples(st.just("join"), st.sampled_from(FRIENDS), DAYS, BY, NAMES)
ORDERS = st.tuples(st.just("order"), st.integers(0, 3), st.sampled_from(FRIENDS), DAYS, BY, NAMES)
REFUNDS = st.tuples(
    st.just("refund"), st.integers(0, 3), st.integers(0, 1), st.integers(1, 250), st.booleans()
)
FACTS = st.lists(
    st.one_of(CLICKS, JOINS, ORDERS, ORDERS, REFUNDS),
    min_size=2,
    max_size=9,
    unique_by=lambda fact: fact[:3] if fact[0] == "refund" else fact[:2],
)


def teller(town: Town, links: dict[str, str]) -> Callable[[tuple[Any, ...]], None]:
    """Tells a community of a fact."""

    def named(by: str, name: str | None) -> dict[str, str]:
        if name is None:
            return {}
        return {by: links[name] if by in {"code", "coupon"} else f"{town.community} {ADVOCATES.index(name)}"}

    def tell(fact: tuple[Any, ...]) -> None:
        match fact:
            case ("click", number, name, days, visitor):
                clicking.keep([seen(town, number, links[name], days, visitor)], NOW)
            case ("join", friend, days, by, name):
                said = {"member": friend, "at": NOW - days * DAY, **named(by, name)}
                converting.join(KEY, town.community, said, NOW)
            case ("order", number, friend, days, by, name):
                said = {
                    "order": f"o{number}",
                    "member": friend,
                    "at": NOW - days * DAY,
                    "amount_minor": 500,
                    "currency": "EUR",
                    "quantity": 1,
                    **named(by, name),
                }
                converting.convert(KEY, town.community, said, NOW)
            case ("refund", number, refund, amount, failed):
                refunds = {"refund": f"r{refund}", "kind": "partial", "amount_minor": amount, "at": NOW}
                refunding.refund(town.community, f"o{number}", refunds, NOW)
                if failed:
                    refunding.fail(town.community, f"o{number}", f"r{refund}", NOW, NOW)

    return tell


def seen(town: Town, number: int, code: str, days: int, visitor: str) -> Seen:
    return Seen(
        id=f"{town.community} {number}",
        at=(NOW - days * DAY - HOUR).timestamp(),
        code=codes.fold(code),
        community=town.community,
        method="GET",
        user_agent="Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
        prefetch=False,
        cookie=True,
        visitor=f"{town.community} {visitor}",
        address=None,
        referrer=None,
        sent=None,
        source={},
        paid=[],
    )


def outcome(town: Town) -> dict[str, Any]:
    """What was decided and what is owed, without what differs between two communities."""
    while work.do_next(REFERRAL, jobs.STEPS):
        pass
    told = {town.member(name): name for name in {*ADVOCATES, *FRIENDS}}
    return {
        name: sorted(repr(shown(row, told)) for row in mongo.collection(REFERRAL, name).find(ours))
        for name, ours in {
            "attributions": {"community": town.community},
            "balances": {"community": town.community, "amount_minor": {"$ne": 0}},
            "loops": {"community": town.community, "gone": None},
        }.items()
        for shown in [SHOWN[name]]
    }


SHOWN: dict[str, Callable[[dict[str, Any], dict[str, str]], Any]] = {
    "attributions": lambda row, told: (
        row["kind"],
        told.get(row["subject"], row["subject"]),
        told[row["friend"]],
        told.get(row.get("advocate", "")),
        row["rule"],
        row["at"],
        [(each["door"], told.get(each.get("advocate", "")), each["reason"]) for each in row["candidates"]],
    ),
    "balances": lambda row, told: (row["kind"], told[row["owner"]], row["amount_minor"]),
    "loops": lambda row, told: (told[row["friend"]], told[row["advocate"]], row["generation"], row["state"]),
}


def towns() -> Iterator[tuple[Town, dict[str, str]]]:
    """New communities with the same program and advocates."""
    while True:
        town = Town(Door(CLIENT[0], CLIENT[1], new_community().community))
        town.program(grace="48h")
        yield town, {name: town.advocate(name) for name in ADVOCATES}


CLIENT: list[Any] = []


def test_the_order_of_arrival_and_repeats_never_show(referral: Door) -> None:
    CLIENT[:] = [referral.client, referral.settings]
    found = towns()

    @settings(
        max_examples=12,
        deadline=None,
        derandomize=True,
        database=None,
        # Each example is two communities: what fails is small enough already.
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(FACTS, st.randoms(use_true_random=False))
    def told_twice(facts: list[tuple[Any, ...]], dice: Any) -> None:
        again = [*facts, *facts[:2]]
        dice.shuffle(again)
        ends = []
        for order in (facts, again):
            town, links = next(found)
            tell = teller(town, links)
            for fact in order:
                tell(fact)
            ends.append(outcome(town))
            for name in FRIENDS:
                settle_alone(town.community, town.member(name), clock.now())
            assert outcome(town) == ends[-1]
        assert ends[0] == ends[1]

    told_twice()


def test_a_milestone_waits_for_late_clicks_as_the_order_does_that_reached_it(town: Town) -> None:
    """Old orders, told of today: a refund that came first would have stopped both, and one that follows does too."""
    second = {
        "name": "second",
        "to": "advocate",
        "on": "milestone",
        "friends": 2,
        "amount_minor": 700,
        "currency": "EUR",
    }
    town.program(
        "old", hold="1h", grace="2h", rewards=[second, {"name": "own", "to": "advocate", "rate": "10%"}]
    )
    code = town.advocate("ann", "old")
    for name in ("bob", "eve"):
        town.buy(f"o-{name}", name, at=NOW - 9 * DAY, code=code)
    assert states(town) == [("own", "held"), ("own", "held"), ("second", "held")]
    town.refund("o-eve", "r1", None, kind="whole")
    assert states(town) == [("own", "held"), ("own", "reversed"), ("second", "reversed")]


def states(town: Town) -> list[tuple[str, str]]:
    found = mongo.collection(REFERRAL, "rewards").find({"community": town.community})
    return sorted((each["rule"], each["state"]) for each in found)
