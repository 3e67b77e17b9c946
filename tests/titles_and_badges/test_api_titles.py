"""Titles over HTTP: as data, with their holders, and the reasons for and against everybody."""

from typing import Any

import pytest

from tests.fixtures import Courier, Door
from tests.titles_and_badges.months import OCTOBER, SEPTEMBER, TITLE, Village

CROWD = [f"fan{number}" for number in range(6)]
MEASURED = {
    **TITLE, "name": "Dearest", "minimum": 0.5, "category": "hearts", "cooldown": 1,
    "measure": {
        "gives": [{"where": {"type": "Like"}}], "by_tenure": [{"days": 0, "percent": 50}], "by_repeat": [100, 40],
    },
    "eligibility": {"givers": 2, "tenure_days": {"at_most": 400}},
}  # fmt: skip


@pytest.fixture
def village(activity: Door, courier: Courier) -> Village:
    return Village(activity, courier)


def why(badges: Door, member: str, title: str = "most-liked", period: str | None = OCTOBER) -> Any:
    query = f"?period={period}" if period else ""
    return badges("GET", f"/v1/members/{member}/titles/{title}{query}").json


def test_a_title_is_defined_shown_redefined_and_retired(village: Village, badges: Door) -> None:
    village.define()
    put = badges("PUT", "/v1/titles/dearest", MEASURED)
    assert put.status_code == 200, put.text
    shown = badges("GET", "/v1/titles/dearest").json
    assert {name: shown[name] for name in MEASURED} == MEASURED
    assert (shown["slug"], shown["version"], shown["status"]) == ("dearest", 1, "active")
    assert badges("PUT", "/v1/titles/dearest", MEASURED).json["version"] == 1
    assert badges("PUT", "/v1/titles/dearest", {**MEASURED, "cooldown": 2}).json["version"] == 2
    assert badges("DELETE", "/v1/titles/dearest").status_code == 204
    assert badges("GET", "/v1/titles/dearest").json["status"] == "retired"
    assert [each["slug"] for each in badges("GET", "/v1/titles").json["items"]] == ["dearest", "most-liked"]


@pytest.mark.parametrize(
    ("part", "place"),
    [
        ({"board": "nowhere"}, "/board"),
        ({"holders": 99}, "/holders"),
        ({"minimum": 0}, "/minimum"),
        ({"excluded": [{"member": "stranger", "reason": "suspended"}]}, "/excluded/0/member"),
        ({"excluded": [{"member": "ann", "reason": ""}]}, "/excluded/0/reason"),
        ({"measure": {"gives": [{"where": {"nothing": 1}}]}}, "/measure/gives/0/where/nothing"),
    ],
)
def test_a_wrong_title_is_refused_with_its_place(
    village: Village, badges: Door, part: dict[str, Any], place: str
) -> None:
    village.define()
    answer = badges("PUT", "/v1/titles/t", {**TITLE, **part})
    assert (answer.status_code, [each["pointer"] for each in answer.json["errors"]]) == (422, [place])


def test_drafts_have_no_holders_and_are_seen_by_admins_alone(village: Village, badges: Door) -> None:
    village.define(secret={**TITLE, "status": "draft"})
    village.likes("ann", CROWD)
    village.seal()
    public = Door(badges.client, badges.settings, badges.community, "server")
    assert public("GET", "/v1/titles").json["items"] == []
    assert public("GET", "/v1/titles/secret").status_code == 404
    assert badges("GET", f"/v1/periods/{OCTOBER}").json["titles"] == []


def test_a_holder_is_told_why_term_by_term(village: Village, badges: Door) -> None:
    village.define(dearest=MEASURED)
    village.likes("ann", CROWD[:3])
    village.likes("ann", CROWD[:1], day="2026-10-12")
    village.seal()
    found = why(badges, "ann", "dearest")
    assert (found["holds"], found["place"], found["score"], found["sealed"]) == (True, 1, 1.7, True)
    # Three people, at half weight; one of them twice, the second time for 40 %.
    given = [
        (term["giver"]["id"], term["weight"], term["times"], term["amount"])
        for term in found["terms"]["given"]
    ]
    assert given[0] == ("fan0", 50, 2, 0.7)
    assert sorted(given[1:]) == [("fan1", 50, 1, 0.5), ("fan2", 50, 1, 0.5)]
    assert (found["terms"]["givers"], found["terms"]["days"], found["next"]) == (3, 2, [])


def test_who_does_not_hold_it_is_told_every_reason_and_what_is_missing(
    village: Village, badges: Door
) -> None:
    village.define(**{"most-liked": {**TITLE, "holders": 1, "eligibility": {"givers": 2}, "minimum": 15}})
    for name, number in (("ann", 5), ("bob", 3), ("cid", 1), ("dan", 4)):
        village.likes(name, CROWD[:number])
    village.declare(dan={"role": "staff"})
    village.seal()
    assert why(badges, "ann")["holds"]
    assert why(badges, "bob")["next"] == [{"rule": "border", "value": 30.0, "at": 50.0, "missing": 20.0}]
    cid = why(badges, "cid")
    assert [each["rule"] for each in cid["against"]] == ["minimum", "givers"]
    assert [(each["rule"], each["missing"]) for each in cid["next"]] == [
        ("minimum", 5.0), ("givers", 1.0), ("border", 40.0),
    ]  # fmt: skip
    assert [each["detail"] for each in why(badges, "dan")["against"]] == [
        "it is not for those whose role is staff"
    ]
    fan = why(badges, "fan4")
    assert (fan["holds"], fan["score"], fan["place"]) == (False, 0.0, None)


def test_who_the_board_or_the_title_leaves_out_is_told_by_whom(village: Village, badges: Door) -> None:
    village.likes("ann", CROWD)
    village.likes("bob", CROWD[:2])
    village.courier.carry()
    board = badges("PUT", "/v1/boards/liked", {
        "name": "Liked", "points": [{"role": "author", "where": {"type": "Like"}, "points": 10}],
        "exclude": {"ranking": [{"member": "ann", "reason": "Suspended until spring."}]},
    })  # fmt: skip
    assert board.status_code == 200, board.text
    excluded = [{"member": "bob", "reason": "a judge this month", "from": OCTOBER, "until": OCTOBER}]
    assert badges("PUT", "/v1/titles/most-liked", {**TITLE, "excluded": excluded}).status_code == 200
    village.seal()
    assert badges("GET", "/v1/titles/most-liked/holders").json["items"] == []
    month = badges("GET", f"/v1/periods/{OCTOBER}").json
    assert month["titles"][0]["nobody"] == "Nobody who may hold it was over the bar."
    assert "left out: Suspended until spring." in [each["detail"] for each in why(badges, "ann")["against"]]
    assert [each["detail"] for each in why(badges, "bob")["against"]] == ["left out: a judge this month"]


def test_an_open_month_is_explained_as_it_stands(village: Village, badges: Door) -> None:
    village.define()
    village.likes("ann", CROWD[:2])
    village.courier.carry()
    found = why(badges, "ann")
    assert (found["sealed"], found["revision"], found["holds"]) == (False, None, True)
    assert (why(badges, "fan0")["holds"], why(badges, "ann", period=None)["score"]) == (False, 0.0)


def test_a_tie_says_what_decided_it(village: Village, badges: Door) -> None:
    village.define(**{"most-liked": {**TITLE, "holders": 1, "tie_breakers": ["days"]}})
    village.likes("ann", CROWD[:2])
    village.likes("bob", CROWD[:1])
    village.likes("bob", CROWD[1:2], day="2026-10-20")
    village.seal()
    assert [(why(badges, name)["holds"], why(badges, name)["tie"]) for name in ("bob", "ann")] == [
        (True, "days"), (False, "days"),
    ]  # fmt: skip


def test_holders_come_latest_month_first_page_by_page_and_a_member_has_his_own_list(
    village: Village, badges: Door
) -> None:
    village.define()
    for day in ("2026-09-10", "2026-10-10"):
        village.likes("ann", CROWD[:3], day=day)
        village.likes("bob", CROWD[:2], day=day)
    village.seal(SEPTEMBER, OCTOBER)
    path, seen = "/v1/titles/most-liked/holders?limit=3", []
    while path:
        page = badges("GET", path).json
        seen += [(each["period"], each["member"]["id"]) for each in page["items"]]
        path = page["next"] and f"/v1/titles/most-liked/holders?limit=3&cursor={page['next']}"
    assert seen == [(OCTOBER, "ann"), (OCTOBER, "bob"), (SEPTEMBER, "ann"), (SEPTEMBER, "bob")]
    first = badges("GET", "/v1/members/bob/titles?limit=1").json
    second = badges("GET", f"/v1/members/bob/titles?limit=1&cursor={first['next']}").json
    assert [each["period"] for each in (*first["items"], *second["items"])] == [OCTOBER, SEPTEMBER]
    assert [each["period"] for each in badges("GET", "/v1/periods").json["items"]] == [OCTOBER, SEPTEMBER]


def test_who_opts_out_later_is_not_named(village: Village, badges: Door) -> None:
    village.define()
    village.likes("ann", CROWD[:3])
    village.seal()
    village.declare(ann={"opted_out": True, "since": "2026-11-10T00:00:00Z"})
    village.courier.carry()
    public = Door(badges.client, badges.settings, badges.community, "publishable")
    public.token = lambda *_, **__: badges.token("publishable", origins=["https://shop.example"])  # type: ignore[method-assign]
    items = public("GET", "/v1/titles/most-liked/holders", headers={"Origin": "https://shop.example"}).json[
        "items"
    ]
    assert items[0]["member"] == {"id": None, "name": None}


def test_what_was_never_sealed_or_is_no_month_is_not_found(village: Village, badges: Door) -> None:
    village.define()
    for path, status in (
        ("/v1/periods/2020-01", 404),
        ("/v1/periods/2020-13", 422),
        ("/v1/periods/yesterday", 422),
        ("/v1/titles/none/holders", 404),
        (f"/v1/periods/{OCTOBER}/boards/liked", 404),
        ("/v1/members/nobody/titles/most-liked", 404),
    ):
        assert (path, badges("GET", path).status_code) == (path, status)
