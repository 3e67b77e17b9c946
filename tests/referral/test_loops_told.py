"""A loop through every door: three generations over HTTP, told edge by edge, as a table, as a tree, and to badges."""

import csv
import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from shared import clock
from tests.fixtures import Courier, Door, Said
from tests.referral.town import DAY, NOW, Town, text

START = NOW - 20 * DAY


def badge(outcome: str, at: int) -> dict[str, Any]:
    return {
        "name": outcome,
        "description": "",
        "criterion": {"kind": "referral", "outcome": outcome},
        "at": at,
    }


def day(number: float) -> Any:
    return START + number * DAY


def click_in(town: Town) -> str:
    """The id of the click on Ann's link."""
    return uuid.uuid5(uuid.NAMESPACE_DNS, town.community).hex


def code_of(town: Town, name: str) -> str:
    found: str = town.ask("GET", f"/v1/advocates/{name}/links").json["items"][0]["code"]
    return found


def born(town: Town, name: str, at: float) -> None:
    """A friend is satisfied, invited, and accepts."""
    said = {"id": f"s-{name}", "member": name, "nps": 10, "at": text(day(at)), "order": f"o-{name}"}
    assert town.ask("POST", "/v1/satisfaction", said).status_code == 201
    asked = town.ask("POST", "/v1/invitations", {"program": "spring", "member": name}).json["invitation"]
    assert town.ask("POST", f"/v1/invitations/{asked['id']}/acceptance").status_code == 200


@pytest.fixture
def turned(town: Town, courier: Courier, activity: Door) -> Town:
    """Ann recommends to Bob by a click, Bob to Cid by his code; both buy. Bob's order is refunded in part."""
    activity("POST", "/v1/members", [{"id": name} for name in ("ann", "bob", "cid")])
    courier.carry()
    town.advocate("ann", since=day(-5))
    town.click("ann", day(0), _id=click_in(town))
    town.join("bob", day(1), click=click_in(town))
    town.buy("o-bob", "bob", day(2))
    town.refund("o-bob", "r1", 100, day(3))
    born(town, "bob", 4)
    town.join("cid", clock.now(), code=code_of(town, "bob"))
    town.buy("o-cid", "cid", clock.now())
    courier.carry()
    return town


def loop_of(town: Town, friend: str) -> Any:
    (line,) = town.ask("GET", f"/v1/loops?friend={friend}").json["items"]
    return town.ask("GET", f"/v1/loops/{line['id']}").json


def test_a_loop_prints_every_edge_with_its_evidence(turned: Town) -> None:
    first, second = loop_of(turned, "bob"), loop_of(turned, "cid")
    assert (first["advocate"], first["generation"], first["parent"], first["state"]) == (
        "ann",
        1,
        None,
        "advocate",
    )
    evidence = {edge["state"]: edge["evidence"] for edge in first["edges"]}
    assert list(evidence) == ["recommended", "clicked", "joined", "purchased", "satisfied", "advocate"]
    assert evidence["recommended"]["door"] == "click"
    assert evidence["clicked"] == {"click": click_in(turned), "link": "of ann"}
    assert evidence["purchased"]["order"] == "o-bob"
    assert evidence["satisfied"] == {"satisfaction": "s-bob", "nps": "10", "order": "o-bob"}
    assert first["orders"][0]["refunds"][0]["amount_minor"] == 100
    assert [edge["at"] for edge in first["edges"][:5]] == [text(day(number)) for number in (0, 0, 1, 2, 4)]
    assert (second["advocate"], second["generation"], second["parent"]) == ("bob", 2, first["id"])
    assert second["ancestors"] == ["bob", "ann"]
    assert [edge["state"] for edge in second["edges"]] == ["recommended", "joined", "purchased"]


def test_the_same_facts_again_make_the_same_loops(turned: Town) -> None:
    before = [loop_of(turned, "bob"), loop_of(turned, "cid")]
    other = Town(Door(turned.ask.client, turned.ask.settings, turned.ask.community))
    for name in ("bob", "cid"):
        at = clock.from_text(turned.order(f"o-{name}")["placed_at"])
        assert other.buy(f"o-{name}", name, at).status_code == 200
    assert other.refund("o-bob", "r1", 100, day(3)).status_code == 200
    assert [loop_of(turned, "bob"), loop_of(turned, "cid")] == before


def test_lists_are_paged_and_filtered(turned: Town) -> None:
    seen: list[str] = []
    address = "/v1/loops?limit=1"
    while True:
        page = turned.ask("GET", address).json
        seen += [each["friend"] for each in page["items"]]
        if page["next"] is None:
            break
        address = f"/v1/loops?limit=1&cursor={page['next']}"
    assert seen == ["cid", "bob"]
    for asked, expected in (
        ("state=advocate", ["bob"]),
        ("advocate=bob", ["cid"]),
        ("friend=bob", ["bob"]),
        ("program=spring", ["cid", "bob"]),
        ("program=autumn", []),
        ("advocate=nobody", []),
    ):
        items = turned.ask("GET", f"/v1/loops?{asked}").json["items"]
        assert [each["friend"] for each in items] == expected
    assert turned.ask("GET", "/v1/loops?state=unknown").status_code == 422
    assert turned.ask("GET", "/v1/loops/nothing").status_code == 404


def test_the_tree_is_counted_by_generation_and_paged(turned: Town) -> None:
    page = turned.ask("GET", "/v1/advocates/ann/tree?program=spring&limit=1").json
    assert (page["generations"], page["total"]) == (
        [{"generation": 1, "members": 1}, {"generation": 2, "members": 1}],
        2,
    )
    following = turned.ask("GET", f"/v1/advocates/ann/tree?program=spring&limit=1&cursor={page['next']}").json
    found = {each["friend"]: each["distance"] for each in page["items"] + following["items"]}
    assert found == {"bob": 1, "cid": 2}
    assert following["next"] is None
    assert turned.ask("GET", "/v1/advocates/ann/tree").json["total"] == 2
    assert turned.ask("GET", "/v1/advocates/cid/tree?program=spring").json["items"] == []
    assert turned.ask("GET", "/v1/advocates/nobody/tree?program=spring").status_code == 404


def test_growth_says_of_how_many_cases_it_speaks(turned: Town) -> None:
    found = turned.ask("GET", "/v1/programs/spring/growth").json
    assert found["customers"] == {"advocates": 2, "brought": 2, "k": "1.0000", "few": True}
    assert found["advocates"] == {"advocates": 2, "brought": 1, "k": "0.5000", "few": True}
    assert (found["cycle"]["turns"], found["cycle"]["few"]) == (1, True)
    edges = [clock.from_text(edge["at"]) for edge in loop_of(turned, "bob")["edges"]]
    assert found["cycle"]["median_seconds"] == int((edges[-1] - edges[0]).total_seconds())
    rates = {(each["state"], each["following"]): each for each in found["conversions"]}
    joined = rates["joined", "purchased"]
    assert (joined["part"], joined["of"], joined["rate"], joined["few"]) == (2, 2, "1.0000", True)
    assert float(joined["low"]) < 0.4
    assert [(each["generation"], each["loops"]) for each in found["generations"]] == [(1, 1), (2, 1)]
    assert found["generations"][1]["states"]["satisfied"] == 0


def test_growth_of_nothing_is_nothing(town: Town) -> None:
    found = town.ask("GET", "/v1/programs/spring/growth").json
    assert found["customers"] == {"advocates": 0, "brought": 0, "k": "0.0000", "few": True}
    assert {each["rate"] for each in found["conversions"]} == {"0.0000"}
    assert found["cycle"] == {"turns": 0, "median_seconds": None, "few": True}


def test_loops_are_a_table_and_one_is_printed_edge_by_edge(turned: Town, laurel: Callable[..., Said]) -> None:
    said = laurel("referral", "loops", "--community", turned.community, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(said.out)))
    assert [(row["advocate"], row["friend"], row["generation"], row["state"]) for row in rows] == [
        ("ann", "bob", "1", "advocate"),
        ("bob", "cid", "2", "purchased"),
    ]
    assert (rows[0]["refunded_minor"], rows[0]["clicked"]) == ("100", text(day(0)))
    assert rows[1]["parent"] == rows[0]["loop"]
    printed = laurel("referral", "loop", rows[0]["loop"], "--community", turned.community).out
    for word in ("ann → bob", "clicked", "purchased", "satisfied", "advocate", "refund", ": 1.00 EUR\n"):
        assert word in printed
    assert laurel("referral", "loops", "--community", "never-was").code != 0


def test_outcomes_earn_badges_and_a_refund_takes_them_back(
    turned: Town, badges: Door, courier: Courier
) -> None:
    for outcome in ("joined", "purchased", "satisfied", "advocate"):
        badges("PUT", f"/v1/badges/{outcome}", badge(outcome, 1))
    badges("PUT", "/v1/badges/connector", badge("purchased", 2))
    redo(badges, courier, "joined", "purchased", "satisfied", "advocate", "connector")
    assert held(badges, "ann") == {"joined", "purchased", "satisfied", "advocate"}
    assert held(badges, "bob") == {"joined", "purchased"}
    turned.buy("o-bob-2", "bob", clock.now())
    courier.carry()
    assert "connector" in held(badges, "ann")
    turned.refund("o-bob-2", "r2", None, clock.now(), kind="chargeback")
    courier.carry()
    assert "connector" not in held(badges, "ann")


def redo(badges: Door, courier: Courier, *slugs: str) -> None:
    """Let badges look at what was done before they were defined."""
    for slug in slugs:
        defined = {
            name: value
            for name, value in badges("GET", f"/v1/badges/{slug}").json.items()
            if name in {"name", "description", "criterion", "at"}
        }
        previewed = badges("POST", f"/v1/badges/{slug}/preview", defined).json
        badges("PUT", f"/v1/badges/{slug}", {**defined, "recompute": previewed["id"]})
    courier.carry()


def held(badges: Door, member: str) -> set[str]:
    return {each["badge"] for each in badges("GET", f"/v1/members/{member}/badges").json["items"]}


def test_who_is_erased_leaves_the_tree_whole_and_no_name(
    turned: Town, activity: Door, courier: Courier
) -> None:
    before = turned.ask("GET", "/v1/advocates/ann/tree").json
    activity("DELETE", "/v1/members/bob")
    courier.carry()
    after = turned.ask("GET", "/v1/advocates/ann/tree").json
    assert after["generations"] == before["generations"]
    assert {each["friend"] for each in after["items"]} == {None, "cid"}
    second = loop_of(turned, "cid")
    assert (second["advocate"], second["ancestors"]) == (None, [None, "ann"])


def test_two_friends_who_turn_out_to_be_one_are_one_loop_and_count_once(
    turned: Town, activity: Door, badges: Door, courier: Courier
) -> None:
    activity("POST", "/v1/members", [{"id": "bobby"}, {"id": "dan"}, {"id": "zoe"}])
    badges("PUT", "/v1/badges/two", badge("joined", 2))
    redo(badges, courier, "two")
    code = code_of(turned, "ann")
    turned.join("bobby", clock.now(), code=code)
    turned.advocate("bobby", since=clock.now())
    turned.join("dan", clock.now(), code=code_of(turned, "bobby"))
    courier.carry()
    assert "two" in held(badges, "ann")
    assert len(turned.ask("GET", "/v1/loops?advocate=ann").json["items"]) == 2
    old = loop_of(turned, "bobby")["id"]
    activity("POST", "/v1/members/bobby/merge", {"into": "bob"})
    courier.carry()
    assert "two" not in held(badges, "ann")
    (loop,) = turned.ask("GET", "/v1/loops?advocate=ann").json["items"]
    assert loop["friend"] == "bob"
    assert turned.ask("GET", f"/v1/loops/{old}").json["id"] == loop["id"]
    assert {each["friend"] for each in turned.ask("GET", "/v1/loops?advocate=bob").json["items"]} == {
        "cid",
        "dan",
    }
    tree = turned.ask("GET", "/v1/advocates/ann/tree").json["generations"]
    assert [each["members"] for each in tree] == [1, 2]
    activity("POST", "/v1/members/ann/merge", {"into": "zoe"})
    courier.carry()
    assert loop_of(turned, "dan")["ancestors"] == ["bob", "zoe"]
