"""Advocates and their links over HTTP: by hand, once, and never by a click or an unknown code."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from services.referral.domain import codes
from services.referral.repository import advocates, links, people
from tests.fixtures import Courier, Door
from tests.strangers import PROGRAM

ODD = "Ann/Ö #1?"


@pytest.fixture
def program(referral: Door) -> str:
    assert referral("PUT", "/v1/programs/friends", PROGRAM).status_code == 200
    return "friends"


def enrol(referral: Door, member: str = "ann", **more: Any) -> Any:
    return referral("POST", "/v1/advocates", {"program": "friends", "member": member, **more})


def link(referral: Door, member: str = "ann", **more: Any) -> Any:
    return referral("POST", f"/v1/advocates/{quote(member, safe='')}/links", {"program": "friends", **more})


def test_a_member_becomes_an_advocate_once(referral: Door, program: str) -> None:
    first, again = enrol(referral), enrol(referral)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert (first.json["member"], first.json["state"], first.json["by"]) == ("ann", "enrolled", "hand")
    assert referral("GET", "/v1/advocates").json["items"] == [first.json]
    assert referral("GET", "/v1/advocates/ann").json == {"member": "ann", "programs": [first.json]}
    line, _ = referral("GET", "/v1/audit").json["items"]
    assert (line["act"], line["by"]) == ("advocate.enrolled", f"admin:{referral.community}")
    assert program in line["thing"]


def test_ids_hold_any_character(referral: Door, program: str) -> None:
    enrol(referral, ODD)
    address = f"/v1/advocates/{quote(ODD, safe='')}"
    assert referral("GET", address).json["member"] == ODD
    assert link(referral, ODD, channel="mail").json["member"] == ODD
    paused = referral("PATCH", address, {"program": program, "state": "paused", "reason": "On leave."})
    assert (paused.status_code, paused.json["state"]) == (200, "paused")


def test_an_unknown_member_is_no_advocate_and_asking_for_him_makes_none(referral: Door, program: str) -> None:
    for answer in (
        referral("GET", "/v1/advocates/eve"),
        referral("GET", "/v1/advocates/eve/links"),
        link(referral, "eve"),
        referral("PATCH", "/v1/advocates/eve", {"program": program, "state": "paused"}),
        referral("GET", "/v1/links/eve/qr"),
        referral("POST", "/v1/links/eve/rotation", {}),
    ):
        assert answer.status_code == 404
    assert referral("GET", "/v1/advocates").json["items"] == []
    assert enrol(referral, program="nothing").status_code == 404


def test_states_follow_each_other_and_are_remembered(referral: Door, program: str) -> None:
    enrol(referral, state="invited", since="2026-01-01T00:00:00Z")
    assert link(referral).status_code == 409
    assert enrol(referral).json["state"] == "enrolled"
    for state, status in (
        ("invited", 409),
        ("closed", 200),
        ("closed", 200),
        ("paused", 409),
        ("enrolled", 200),
    ):
        answer = referral("PATCH", "/v1/advocates/ann", {"program": program, "state": state})
        assert (state, answer.status_code) == (state, status)
    assert [each["state"] for each in answer.json["history"]] == ["invited", "enrolled", "closed", "enrolled"]
    assert answer.json["since"] == "2026-01-01T00:00:00.000Z"
    assert len(referral("GET", "/v1/advocates/ann/links").json["items"]) == 1


def test_who_was_closed_is_not_enrolled_again_by_asking(referral: Door, program: str) -> None:
    enrol(referral)
    referral("PATCH", "/v1/advocates/ann", {"program": program, "state": "closed"})
    assert enrol(referral).json["state"] == "closed"


def test_nobody_is_an_advocate_yet_to_come(referral: Door, program: str) -> None:
    answer = enrol(referral, since="2990-01-01T00:00:00Z")
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/since")
    assert program


def test_lists_are_paged_and_filtered(referral: Door, program: str) -> None:
    for number in range(5):
        enrol(referral, f"m{number}", since=f"2026-01-0{number + 1}T00:00:00Z")
    referral("PATCH", "/v1/advocates/m3", {"program": program, "state": "paused"})
    first = referral("GET", "/v1/advocates?limit=3&state=enrolled").json
    rest = referral("GET", f"/v1/advocates?limit=3&state=enrolled&cursor={first['next']}").json
    assert [each["member"] for each in first["items"] + rest["items"]] == ["m0", "m1", "m2", "m4"]
    assert rest["next"] is None
    assert referral("GET", "/v1/advocates?program=other").json["items"] == []


def test_every_advocate_has_a_link_and_every_channel_one(referral: Door, program: str) -> None:
    enrol(referral)
    (given,) = referral("GET", "/v1/advocates/ann/links").json["items"]
    assert (given["channel"], given["state"], given["chosen"]) == ("default", "current", False)
    assert given["url"] == f"http://127.0.0.1:8803/r/{given['code']}"
    mail = link(referral, channel="mail")
    assert mail.status_code == 201
    assert mail.json["code"] != given["code"]
    assert link(referral, channel="mail").json == mail.json
    assert link(referral).json == given
    assert link(referral, channel="mail", code="another").status_code == 409
    assert program


def test_a_chosen_code_is_one_persons_in_all_communities(referral: Door, program: str) -> None:
    enrol(referral)
    enrol(referral, "bob")
    # Communities share the codes, and tests the database: a code of this test's own.
    code = f"ann-{referral.community[-12:]}"
    said = link(referral, channel="poster", code=code.upper())
    assert (said.status_code, said.json["code"], said.json["chosen"]) == (201, code, True)
    assert link(referral, channel="poster", code=code.replace("-", "")).status_code == 200
    assert link(referral, "bob", channel="poster", code=code.replace("0", "O")).status_code == 409
    refused = link(referral, "bob", channel="poster", code="Admin")
    assert (refused.status_code, refused.json["errors"]) == (
        422,
        [{"pointer": "/code", "detail": "this word is reserved"}],
    )
    assert program


@pytest.mark.parametrize(
    ("page", "status"),
    [
        ("https://shop.example/spring", 201),
        ("https://uk.shop.example/", 201),
        ("https://shop.example.evil.example/", 422),
        ("https://evilshop.example/", 422),
        ("https://evil.example/?shop.example", 422),
    ],
)
def test_a_link_leads_to_the_programs_own_host(referral: Door, program: str, page: str, status: int) -> None:
    enrol(referral)
    assert link(referral, channel="spring", landing_url=page).status_code == status
    assert program


def test_it_leads_to_the_host_of_today_whatever_is_planned(referral: Door, program: str) -> None:
    moves = {**PROGRAM, "landing_url": "https://moved.example/", "effective": "2990-01-01T00:00:00Z"}
    assert referral("PUT", f"/v1/programs/{program}", moves).status_code == 200
    enrol(referral)
    assert link(referral, channel="spring", landing_url=f"{PROGRAM['landing_url']}/spring").status_code == 201
    assert link(referral, channel="later", landing_url="https://moved.example/").status_code == 422


def test_a_rotated_code_counts_until_its_grace_is_over(referral: Door, program: str) -> None:
    enrol(referral)
    old = referral("GET", "/v1/advocates/ann/links").json["items"][0]["code"]
    new = referral("POST", f"/v1/links/{old.upper()}/rotation", {"grace": "7d"})
    assert (new.status_code, new.json["channel"], new.json["state"]) == (201, "default", "current")
    again = referral("POST", f"/v1/links/{old}/rotation", {"grace": "9d"})
    assert (again.status_code, again.json) == (200, new.json)
    gone = links.resolve([old])[old]
    assert (gone["next"], gone["until"] - gone["rotated"]) == (new.json["code"], timedelta(days=7))
    states = [each["state"] for each in referral("GET", "/v1/advocates/ann/links").json["items"]]
    assert states == ["rotated", "current"]
    third = referral("POST", f"/v1/links/{new.json['code']}/rotation", {"grace": "0d"}).json
    assert referral("POST", f"/v1/links/{old}/rotation", {}).json == third
    states = [each["state"] for each in referral("GET", "/v1/advocates/ann/links").json["items"]]
    assert states == ["rotated", "expired", "current"]
    assert program


def test_what_stands_in_the_place_of_a_link_is_shown_as_it_was_written(referral: Door, program: str) -> None:
    enrol(referral)
    old = referral("GET", "/v1/advocates/ann/links").json["items"][0]["code"]
    code = f"ann-{referral.community[-12:]}"  # all communities share them
    new = referral("POST", f"/v1/links/{old}/rotation", {"code": code.upper()}).json
    first, second = referral("GET", "/v1/advocates/ann/links").json["items"]
    assert (first["code"], first["next"], second["code"]) == (old, new["code"], code)
    assert program


def test_a_picture_of_a_link_can_be_printed(referral: Door, program: str) -> None:
    enrol(referral)
    code = referral("GET", "/v1/advocates/ann/links").json["items"][0]["code"]
    svg = referral("GET", f"/v1/links/{code}/qr")
    png = referral("GET", f"/v1/links/{code}/qr?format=png&scale=4")
    assert (svg.mimetype, svg.data[:5], png.mimetype, png.data[:4]) == (
        "image/svg+xml",
        b"<?xml",
        "image/png",
        b"\x89PNG",
    )
    assert referral("GET", f"/v1/links/{code}/qr?scale=99").status_code == 422
    assert program


def test_whoever_follows_links_hears_of_every_change_once(referral: Door, program: str) -> None:
    mark = max((each["mark"] for each in links.changed_since(0)), default=0)
    enrol(referral)
    (made,) = links.changed_since(mark)
    referral("POST", f"/v1/links/{made['_id']}/rotation", {})
    changed = links.changed_since(made["mark"])
    assert [
        ("next" in each, "holder" in each) for each in sorted(changed, key=lambda each: "holder" in each)
    ] == [
        (True, False),
        (False, True),
    ]
    assert links.changed_since(changed[-1]["mark"]) == []
    assert len(links.changed_since(made["mark"], 1)) == 2, "what one transaction wrote comes whole"
    assert program


def test_links_made_at_once_are_all_heard_of(referral: Door, program: str) -> None:
    enrol(referral)
    mark = max(each["mark"] for each in links.changed_since(0))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: link(referral, channel=f"c{number % 4}"), range(16)))
    assert sorted({each.status_code for each in answers}) == [200, 201]
    made = {each.json["code"] for each in answers}
    assert len(made) == 4
    heard = links.changed_since(mark)
    assert {each["shown"] for each in heard} == made
    assert len({each["mark"] for each in heard}) == 4
    assert program


def test_whoever_was_merged_is_one_advocate_with_all_his_links(
    referral: Door, activity: Door, courier: Courier, program: str
) -> None:
    activity("POST", "/v1/members", [{"id": "ann"}, {"id": "annie"}])
    enrol(referral, "annie", since="2026-02-01T00:00:00Z")
    enrol(referral, "ann", since="2026-01-01T00:00:00Z")
    before = {each["code"] for name in ("ann", "annie") for each in _links(referral, name)}
    assert activity("POST", "/v1/members/annie/merge", {"into": "ann"}).status_code == 200
    courier.carry()
    (only,) = referral("GET", "/v1/advocates").json["items"]
    assert (only["member"], only["since"]) == ("ann", "2026-01-01T00:00:00.000Z")
    assert {each["code"] for each in _links(referral, "ann")} == before
    assert {each["member"] for each in _links(referral, "annie")} == {"ann"}
    assert enrol(referral, "annie").status_code == 200
    member = people.ids(referral.settings.need_member_key(), referral.community, ["annie"])["annie"]
    assert [*advocates.histories(referral.community, [member])] == [(program, member)]


def test_the_operator_lists_all_links(referral: Door, program: str, laurel: Any) -> None:
    enrol(referral, ODD)
    enrol(referral, "bob")
    said = laurel("referral", "links", "--community", referral.community, "--format", "csv")
    lines = said.out.splitlines()
    assert lines[0] == "code,member,program,channel,state,url,landing_url,since,until"
    assert sorted(line.split(",")[1] for line in lines[1:]) == [ODD, "bob"]
    assert all(codes.fold(line.split(",")[0]) == line.split(",")[0] for line in lines[1:])
    assert laurel("referral", "links", "--community", "never-was").code != 0
    assert program


def _links(referral: Door, member: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = referral("GET", f"/v1/advocates/{member}/links").json["items"]
    return found
