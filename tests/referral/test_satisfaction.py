"""Satisfaction is a gate: the unhappy get service, the happy may be asked, and nobody is asked by himself."""

from typing import Any

import pytest

from services.referral.use_cases import considering
from shared import mongo
from tests.fixtures import REFERRAL, Courier, Door
from tests.referral.asking import answer, define
from tests.referral.planting import standing, take, work_off
from tests.strangers import PROGRAM


@pytest.fixture
def door(referral: Door) -> Door:
    assert define(referral).status_code == 200
    work_off()
    return referral


def low(door: Door) -> list[tuple[str, int, bool]]:
    found = standing(take(door.community)).values()
    return sorted((each.scale, each.score, each.recovery) for each in found if hasattr(each, "recovery"))


def test_an_answer_is_kept_once_and_another_one_under_its_id_is_refused(door: Door) -> None:
    said = {"id": "s1", "nps": 9, "comment": "Lovely.", "order": "o1"}
    first, again = answer(door, **said), answer(door, **said)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json == again.json
    assert first.json["comment"] == "Lovely."
    for other in (
        {"nps": 8},
        {"comment": "Bad."},
        {"order": "o2"},
        {"order": "o2", "nps": 8, "comment": "Bad."},
    ):
        refused = answer(door, **{**said, **other})
        assert refused.status_code == 422
        assert [each["pointer"] for each in refused.json["errors"]] == [f"/{name}" for name in other]
        assert "Lovely" not in refused.text
    assert len(door("GET", "/v1/satisfaction").json["items"]) == 1


def test_without_an_id_the_same_answer_at_the_same_time_is_the_same_one(door: Door) -> None:
    assert [answer(door, nps=9).status_code for _ in range(2)] == [201, 200]
    assert answer(door, nps=8).status_code == 422
    assert answer(door, nps=9, at="2026-05-01T12:00:01Z").status_code == 201
    assert answer(door, csat=5).status_code == 201


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"nps": 11}, "/nps"),
        ({"nps": -1}, "/nps"),
        ({"csat": 0}, "/csat"),
        ({"csat": 6}, "/csat"),
        ({"nps": "9"}, "/nps"),
        ({"nps": 9, "csat": 5}, "/nps"),
        ({}, "/nps"),
        ({"nps": 9, "at": "yesterday"}, "/at"),
    ],
)
def test_what_is_no_answer_is_refused_with_its_place(door: Door, said: dict[str, Any], pointer: str) -> None:
    refused = answer(door, **said)
    assert refused.status_code == 422
    assert pointer in {each["pointer"] for each in refused.json["errors"]}


def test_the_happy_are_candidates_at_once_and_the_unhappy_are_for_service(door: Door) -> None:
    answer(door, "ann", nps=10)
    answer(door, "bob", nps=8)
    answer(door, "cid", nps=6, comment="Never again, and my name is Cid.")
    answer(door, "dan", csat=5)
    answer(door, "eve", csat=3)
    why = {
        each["member"]: (each["state"], each["why_not"])
        for each in door("GET", "/v1/candidates").json["items"]
    }
    assert why == {
        "ann": ("candidate", []),
        "bob": ("below-threshold", ["below-threshold"]),
        "cid": ("below-threshold", ["below-threshold"]),
        "dan": ("candidate", []),
        "eve": ("below-threshold", ["below-threshold"]),
    }
    only = door("GET", "/v1/candidates?state=candidate").json["items"]
    assert {each["member"] for each in only} == {"ann", "dan"}
    assert low(door) == [("csat", 3, True), ("nps", 6, True), ("nps", 8, False)]


def test_a_new_program_considers_everybody_who_answered_however_often(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(considering, "_ANSWERS_A_STEP", 2)
    for member, number in (("ann", 1), ("bob", 5), ("cid", 2), ("dan", 1)):
        for day in range(1, number + 1):
            answer(door, member, nps=9, at=f"2026-05-0{day}T12:00:00Z")
    assert door("PUT", "/v1/programs/more", PROGRAM).status_code == 200
    work_off()
    found = [each for each in door("GET", "/v1/candidates").json["items"] if each["program"] == "more"]
    assert {each["member"] for each in found} == {"ann", "bob", "cid", "dan"}


def test_what_somebody_wrote_never_travels_and_goes_away_with_him(
    door: Door, activity: Door, courier: Courier
) -> None:
    activity("PUT", "/v1/members/ann", {"name": "Ann"})
    courier.carry()
    answer(door, nps=3, comment="A secret word.")
    records = take(door.community)
    assert records
    assert all(b"secret" not in (record.value or b"") for record in records)
    activity("DELETE", "/v1/members/ann")
    courier.carry()
    (kept,) = door("GET", "/v1/satisfaction").json["items"]
    assert (kept["member"], kept["comment"], kept["score"]) == (None, None, 3)
    assert mongo.collection(REFERRAL, "comments").count_documents({"community": door.community}) == 0
