"""Whatever comes first: joins, orders, refunds and answers in any order make the same loops."""

import random
from collections.abc import Callable
from typing import Any

from tests.fixtures import Courier, Door, new_community
from tests.referral.town import DAY, NOW, Town, text


def day(number: float) -> Any:
    return NOW - 20 * DAY + number * DAY


def histories(town: Town) -> list[Callable[[], Any]]:
    """What happened, each fact as one request: Ann brings Bob, Bob brings Cid, Cid brings Dan."""
    codes = {name: town.advocate(name, since=day(at)) for name, at in (("ann", -5), ("bob", 5), ("cid", 9))}

    def answered(name: str, at: float, nps: int) -> Callable[[], Any]:
        said = {"id": f"{name}-{at}", "member": name, "nps": nps, "at": text(day(at))}
        return lambda: town.ask("POST", "/v1/satisfaction", said)

    return [
        lambda: town.join("bob", day(1), code=codes["ann"]),
        lambda: town.buy("o-bob", "bob", day(2)),
        lambda: town.refund("o-bob", "r1", 100, day(3)),
        lambda: town.refund("o-bob", "r2", 400, day(4)),
        answered("bob", 3, 4),
        answered("bob", 4, 9),
        lambda: town.join("cid", day(6), code=codes["bob"]),
        lambda: town.buy("o-cid", "cid", day(7), code=codes["ann"]),
        answered("cid", 8, 10),
        lambda: town.buy("o-dan", "dan", day(10), code=codes["cid"]),
        lambda: town.join("dan", day(11)),
    ]


def told(town: Town) -> list[Any]:
    """All loops, without what chance made."""
    found = []
    for line in town.ask("GET", "/v1/loops").json["items"]:
        loop = town.ask("GET", f"/v1/loops/{line['id']}").json
        edges = [
            (edge["state"], edge["at"], edge["stands"], sorted(edge["evidence"])) for edge in loop["edges"]
        ]
        shown = [loop[name] for name in ("advocate", "friend", "generation", "state", "began", "ancestors")]
        found.append((shown, edges, [order["refunds"] for order in loop["orders"]]))
    return found


def test_whatever_comes_first_the_loops_are_the_same(referral: Door) -> None:
    results = []
    for seed in range(4):
        town = Town(Door(referral.client, referral.settings, new_community().community))
        town.program()
        facts = histories(town)
        random.Random(seed).shuffle(facts)  # noqa: S311 (no secret)
        for fact in facts:
            assert fact().status_code == 201
        Courier(town.community).work_off()
        results.append(told(town))
        tree = town.ask("GET", "/v1/advocates/ann/tree").json["generations"]
        assert [each["members"] for each in tree] == [1, 1, 1]
    assert results[0] == results[1] == results[2] == results[3]
    shown = {loop[0][1]: (loop[0][0], loop[0][2], loop[0][3]) for loop in results[0]}
    assert shown == {
        "bob": ("ann", 1, "advocate"),
        "cid": ("bob", 2, "advocate"),
        "dan": ("cid", 3, "purchased"),
    }
