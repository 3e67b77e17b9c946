"""Nobody is asked by himself: a person or the community's page invites, and the member says yes, no, or nothing."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from services.referral.repository import candidacies, considerations, programs
from services.referral.use_cases import inviting
from shared import clock, mongo
from tests.fixtures import REFERRAL, Courier, Door
from tests.referral.asking import answer, candidate, define, invite, invited
from tests.referral.planting import Garden, standing, take, work_off
from tests.strangers import PAGE


@pytest.fixture
def door(referral: Door) -> Door:
    assert define(referral).status_code == 200
    work_off()
    return referral


def test_nobody_is_invited_by_himself_and_a_person_invites_once(door: Door) -> None:
    answer(door, nps=9)
    assert candidate(door)["invitation"] is None
    first, again = invite(door), invite(door)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json["invitation"] == again.json["invitation"]
    assert (first.json["invitation"]["how"], first.json["invitation"]["state"]) == ("person", "open")
    assert candidate(door)["why_not"] == ["invited-already"]
    (line,) = [each for each in door("GET", "/v1/audit").json["items"] if each["act"] == "member.invited"]
    assert line["by"] == f"rep:{door.community}"


def test_the_page_offers_and_who_accepts_is_an_advocate_with_a_link(door: Door) -> None:
    answer(door, nps=9)
    (offer,) = door("GET", "/v1/members/ann/offers").json["items"]
    assert (offer["program"], offer["disclosure"]) == ("friends", "I get 5 € for it.")
    own = door.token("publishable", origins=[PAGE], subject="member:ann")
    for member, status in (("ann", 200), ("bob", 404)):
        headers = {"Authorization": f"Bearer {own}", "Origin": PAGE}
        assert door("GET", f"/v1/members/{member}/offers", headers=headers).status_code == status
    asked = invite(door, kind="server").json["invitation"]
    assert asked["how"] == "page"
    for _ in range(2):
        taken = door("POST", f"/v1/invitations/{asked['id']}/acceptance")
        assert (taken.status_code, taken.json["invitation"]["state"]) == (200, "accepted")
    (advocate,) = door("GET", "/v1/advocates/ann").json["programs"]
    assert (advocate["by"], advocate["state"]) == ("satisfaction", "enrolled")
    assert door("GET", "/v1/advocates/ann/links").json["items"]
    assert door("GET", "/v1/members/ann/offers").json["items"] == []
    assert candidate(door)["why_not"] == ["advocate-already"]
    assert door("POST", f"/v1/invitations/{asked['id']}/refusal").status_code == 409


def test_a_friend_who_accepts_is_born_an_advocate_with_his_generation(door: Door) -> None:
    garden = Garden(door.community)
    garden.plant("bob", "ann")
    garden.plant("cid", "bob", 2)
    answer(door, "cid", nps=10, at="2026-05-20T12:00:00Z")
    door("POST", f"/v1/invitations/{invited(door, 'cid')}/acceptance")
    (born,) = [each for each in standing(take(door.community)).values() if hasattr(each, "born_at")]
    assert (born.member, born.advocate, born.generation) == (garden.member("bob"), garden.member("cid"), 2)
    (line,) = door("GET", "/v1/loops?friend=cid").json["items"]
    assert (line["state"], line["generation"], line["advocate"]) == ("advocate", 2, "bob")
    edges = door("GET", f"/v1/loops/{line['id']}").json["edges"]
    assert [each["state"] for each in edges] == ["recommended", "joined", "satisfied", "advocate"]
    assert edges[-1]["evidence"]["how"] == "satisfaction"
    (shown,) = door("GET", "/v1/advocates/cid").json["programs"]
    assert (shown["generation"], shown["parent"]) == (2, "bob")


def test_a_later_lower_answer_withdraws_who_has_not_accepted(door: Door) -> None:
    answer(door, nps=10)
    name = invited(door)
    answer(door, nps=4, at="2026-05-02T12:00:00Z")
    assert candidate(door)["invitation"]["state"] == "withdrawn"
    assert door("POST", f"/v1/invitations/{name}/acceptance").status_code == 409
    assert invite(door).status_code == 409
    answer(door, nps=10, at="2026-05-03T12:00:00Z")
    assert invite(door).status_code == 201
    assert invited(door) != name


def test_an_older_answer_that_comes_late_withdraws_nothing(door: Door) -> None:
    answer(door, nps=10)
    invited(door)
    answer(door, nps=2, at="2026-04-01T12:00:00Z")
    assert candidate(door)["invitation"]["state"] == "open"


def test_who_declines_is_not_asked_again_until_he_is_happy_anew(door: Door) -> None:
    answer(door, nps=9)
    name = invited(door)
    for _ in range(2):
        assert door("POST", f"/v1/invitations/{name}/refusal").json["invitation"]["state"] == "declined"
    refused = invite(door)
    assert refused.status_code == 409
    assert [each["detail"] for each in refused.json["errors"]] == ["declined"]
    answer(door, nps=3, at=clock.text(clock.now() + timedelta(seconds=1)))
    answer(door, nps=10, at=clock.text(clock.now() + timedelta(seconds=2)))
    assert invite(door).status_code == 201


def test_an_invitation_expires(door: Door) -> None:
    answer(door, nps=9)
    name = invited(door)
    mongo.collection(REFERRAL, "candidates").update_one(
        {"invitation.id": name}, {"$set": {"invitation.expires": clock.now() - timedelta(seconds=1)}}
    )
    assert candidate(door)["invitation"]["state"] == "expired"
    assert door("POST", f"/v1/invitations/{name}/acceptance").status_code == 410
    assert invite(door).status_code == 201


def test_a_share_is_held_out_and_always_the_same(referral: Door) -> None:
    define(referral, holdout="50%")
    members = [f"m{number}" for number in range(40)]
    for member in members:
        answer(referral, member, nps=10)
    held = {each["member"] for each in referral("GET", "/v1/candidates?state=held-out").json["items"]}
    assert 0 < len(held) < 40  # how many of many is a rule's own test
    assert invite(referral, min(held)).json["errors"][0]["detail"] == "held-out"
    assert referral("GET", f"/v1/members/{min(held)}/offers").json["items"] == []
    for member in members:
        answer(referral, member, nps=9, at="2026-05-02T12:00:00Z")
    assert held == {each["member"] for each in referral("GET", "/v1/candidates?state=held-out").json["items"]}


def test_nobody_is_invited_in_quiet_hours_of_the_community(door: Door) -> None:
    answer(door, nps=9)
    define(door, quiet={"from": "21:00", "until": "08:00"})
    now = clock.now()
    for hour, allowed in ((12, True), (23, False), (6, False), (8, True)):  # Kyiv is 2 or 3 hours ahead
        local = now.replace(month=1, hour=hour, minute=30) + timedelta(days=366, hours=-2)
        assert allows(door, local) == allowed


def allows(door: Door, moment: datetime) -> bool:
    program = programs.load(door.community, "friends")
    assert program
    garden = Garden(door.community)
    stored = candidacies.one(candidacies.key(door.community, "friends", garden.member("ann")))
    assert stored
    (found,) = considerations.reasons(door.community, {"friends": program}, [stored], moment)
    return not found


def test_who_opted_out_and_who_never_answered_is_not_invited(
    door: Door, activity: Door, courier: Courier
) -> None:
    activity("PUT", "/v1/members/ann", {"name": "Ann", "opted_out": True})
    activity("PUT", "/v1/members/bot", {"name": "Bot", "role": "bot"})
    courier.carry()
    answer(door, nps=9)
    answer(door, "bot", nps=9)
    assert candidate(door)["why_not"] == ["opted-out"]
    assert candidate(door, "bot")["why_not"] == ["not-a-member"]
    assert invite(door).status_code == 409
    assert invite(door, "nobody").status_code == 409


def test_a_program_that_comes_later_finds_who_answered_before(referral: Door) -> None:
    answer(referral, nps=9)
    assert referral("GET", "/v1/candidates").json["items"] == []
    define(referral)
    work_off()
    assert candidate(referral)["why_not"] == []
    name = invited(referral)
    assert referral("DELETE", "/v1/programs/friends").status_code in {200, 204}
    assert candidate(referral)["why_not"] == ["invited-already", "program-not-running"]
    assert referral("POST", f"/v1/invitations/{name}/acceptance").status_code == 409


def test_two_who_turn_out_to_be_one_are_one_candidate(door: Door, activity: Door, courier: Courier) -> None:
    activity("POST", "/v1/members", [{"id": "ann"}, {"id": "anna"}])
    courier.carry()
    answer(door, "ann", nps=10)
    answer(door, "anna", nps=2, at="2026-05-02T12:00:00Z")
    activity("POST", "/v1/members/anna/merge", {"into": "ann"})
    courier.carry()
    (one,) = door("GET", "/v1/candidates").json["items"]
    assert (one["member"], one["state"], one["score"]) == ("ann", "below-threshold", 2)


def test_accepting_at_once_makes_one_advocate(door: Door) -> None:
    answer(door, nps=9)
    name = invited(door)
    with ThreadPoolExecutor(4) as pool:
        made = list(
            pool.map(
                lambda _: inviting.accept(door.community, name, lambda some: some[0], clock.now()), range(4)
            )
        )
    assert {each["invitation"]["fate"] for each in made} == {"accepted"}
    assert len(door("GET", "/v1/advocates").json["items"]) == 1
