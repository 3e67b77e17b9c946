"""Credentials follow awards: allotted once, revoked with them, valid as long as they, forgotten with the member."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from services.titles_and_badges.credentials import status_list
from services.titles_and_badges.credentials.open_badges import identity_hash
from services.titles_and_badges.use_cases import allotting
from shared import mongo
from tests.fixtures import BADGES, Courier, Door
from tests.titles_and_badges.holders import ADDRESS, BROWSER, HERO, Holder, awarded
from tests.titles_and_badges.months import TITLE, Village


@pytest.fixture
def holder(activity: Door, badges: Door, courier: Courier) -> Holder:
    return Holder(activity, badges, courier)


def test_what_is_taken_back_is_revoked_and_what_is_given_back_is_not(holder: Holder) -> None:
    credential = holder.get(holder.path).json
    assert not holder.is_revoked(credential)
    holder.decide("revocations")
    assert holder.is_revoked(credential)
    assert "taken it back" in holder.page()
    holder.decide("grants")
    assert not holder.is_revoked(credential)
    assert holder.get(holder.path).json["credentialStatus"] == credential["credentialStatus"]


def test_marks_that_come_twice_and_late_change_nothing(holder: Holder) -> None:
    credential = holder.get(holder.path).json
    (award,) = holder.badges("GET", "/v1/awards").json["items"]
    mark = {"community": holder.badges.community, "source": "badge", "awards": [holder.award]}
    holder.decide("revocations")
    allotting.settle_changed(mark)
    allotting.settle_changed(mark)
    assert holder.is_revoked(credential)
    assert award["credential"] == holder.path


def test_many_at_once_allot_each_place_once(holder: Holder) -> None:
    awarded(holder.activity, holder.badges, holder.courier, map(str, range(20)))
    (mark,) = mongo.collection(BADGES, "work").find(
        {"community": holder.badges.community, "kind": allotting.CHANGED}
    )
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(allotting.settle_changed, [mark] * 6))
    rows = mongo.collection(BADGES, "credentials").find({"community": holder.badges.community})
    assert sorted(row["position"] for row in rows) == list(range(21))


def test_what_was_awarded_before_there_were_credentials_gets_its_own(holder: Holder) -> None:
    awarded(holder.activity, holder.badges, holder.courier, ["a", "b"])
    everything = {"community": holder.badges.community}
    mongo.collection(BADGES, "work").delete_many({**everything, "kind": allotting.CHANGED})
    mongo.collection(BADGES, "credentials").delete_many(everything)
    mongo.collection(BADGES, "issuers").update_one({"_id": holder.badges.community}, {"$set": {"issued": 0}})
    allotting.catch_up(holder.badges.community)
    holder.courier.carry()
    awards = holder.badges("GET", "/v1/awards").json["items"]
    assert [holder.get(award["credential"]).status_code for award in awards] == [200, 200, 200]


def test_the_first_credential_of_a_community_brings_those_of_its_past(
    activity: Door, badges: Door, courier: Courier
) -> None:
    awarded(activity, badges, courier, ["old"])
    mongo.collection(BADGES, "work").delete_many({"community": badges.community, "kind": allotting.CHANGED})
    awarded(activity, badges, courier, ["new"])
    courier.carry()
    paths = [award["credential"] for award in badges("GET", "/v1/awards").json["items"]]
    assert [badges.client.get(path).status_code for path in paths] == [200, 200]


def test_an_erased_member_is_forgotten_and_his_credential_revoked(holder: Holder) -> None:
    credential = holder.get(holder.path).json
    assert holder.activity("DELETE", "/v1/members/ann%40home").status_code == 204
    holder.courier.carry()
    for path in (holder.path, f"{holder.path}/badge.svg", f"{holder.path}/badge.png"):
        assert holder.get(path).status_code == 410
    assert holder.is_revoked(credential)
    page = holder.get(holder.path, **BROWSER)
    assert (page.status_code, "Hero" in page.text, "Ann" in page.text) == (410, False, False)
    allotting.settle_changed(
        {"community": holder.badges.community, "source": "badge", "awards": [holder.award]}
    )
    assert holder.is_revoked(credential)


def test_who_opted_out_is_shown_to_nobody(holder: Holder) -> None:
    holder.get(holder.path)
    holder.activity("POST", "/v1/members", [{"id": "ann@home", "name": "Ann Lee", "opted_out": True}])
    holder.courier.carry()
    assert holder.get(holder.path).status_code == 404
    assert holder.get(holder.path, **BROWSER).status_code == 404


def test_a_badge_that_is_renamed_is_signed_anew(holder: Holder) -> None:
    holder.get(holder.path)
    holder.badges("PUT", "/v1/badges/hero", {**HERO, "name": "Heroine"})
    holder.courier.carry()
    assert holder.get(holder.path).json["name"] == "Heroine"
    assert "This award is genuine" in holder.page()


def test_a_title_has_a_credential_too_and_loses_it_with_a_later_revision(
    activity: Door, badges: Door, courier: Courier
) -> None:
    village = Village(activity, courier)
    village.define(**{"most-liked": {**TITLE, "holders": 1, "description": "Liked most."}})
    village.likes("ann", ["bob", "cid"])
    village.seal()
    courier.carry()
    (row,) = badges("GET", "/v1/titles/most-liked/holders").json["items"]
    credential = badges.client.get(row["credential"]).json
    achievement = credential["credentialSubject"]["achievement"]
    assert (credential["name"], credential["validFrom"]) == (
        "Most liked (2026-10)",
        "2026-10-31T22:00:00.000Z",
    )
    described = badges.client.get(achievement["id"].removeprefix(ADDRESS)).json
    assert described["criteria"] == achievement["criteria"]
    assert badges.client.get(achievement["image"]["id"].removeprefix(ADDRESS)).status_code == 200
    assert "This award is genuine" in badges.client.get(row["credential"], headers=BROWSER).text

    village.likes("dan", ["bob", "cid", "eve"])
    village.seal_what_is_late()
    courier.carry()
    assert "The community has taken it back" in badges.client.get(row["credential"], headers=BROWSER).text
    (row,) = badges("GET", "/v1/titles/most-liked/holders").json["items"]
    assert row["member"]["id"] == "dan"
    assert badges.client.get(row["credential"]).status_code == 200


def test_a_title_follows_its_holder_into_a_merge_and_is_forgotten_with_him(
    activity: Door, badges: Door, courier: Courier
) -> None:
    village = Village(activity, courier)
    village.define()
    village.likes("ann", ["bob", "cid"])
    village.seal()
    courier.carry()
    (row,) = badges("GET", "/v1/titles/most-liked/holders").json["items"]
    activity("PUT", "/v1/members/anna", {"name": "Anna"})
    assert activity("POST", "/v1/members/ann/merge", {"into": "anna"}).status_code == 200
    courier.carry()
    credential = badges.client.get(row["credential"]).json
    (identity,) = credential["credentialSubject"]["identifier"]
    assert identity["identityHash"] == identity_hash("anna", identity["salt"])
    activity("DELETE", "/v1/members/anna")
    courier.carry()
    assert badges.client.get(row["credential"]).status_code == 410
    entry = credential["credentialStatus"]
    listed = badges.client.get(entry["statusListCredential"].removeprefix(ADDRESS)).json
    assert status_list.is_set(listed["credentialSubject"]["encodedList"], int(entry["statusListIndex"]))


def test_an_award_that_expires_says_until_when_and_is_not_revoked_by_it(
    activity: Door, badges: Door, courier: Courier
) -> None:
    awarded(activity, badges, courier, ["old", "new"], expires_after={"days": 36_500})
    courier.carry()
    (award, _) = badges("GET", "/v1/awards").json["items"]
    credential = badges.client.get(award["credential"]).json
    assert credential["validUntil"] == "2125-12-08T00:00:00.000Z"
    assert "This award is genuine" in badges.client.get(award["credential"], headers=BROWSER).text

    awarded(activity, badges, courier, ["last"], expires_after={"days": 10})
    courier.carry()
    page = badges.client.get(award["credential"], headers=BROWSER).text
    assert "It has expired." in page
    assert "The community has not taken it back." in page
    assert badges.client.get(award["credential"]).json["validUntil"] == "2026-01-11T00:00:00.000Z"
