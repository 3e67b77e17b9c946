"""Credentials at their addresses: signed, stable, revoked when the award is, forgotten with the member."""

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from services.titles_and_badges.credentials import baking, status_list
from services.titles_and_badges.credentials.open_badges import identity_hash
from services.titles_and_badges.repository import credentials
from services.titles_and_badges.use_cases import allotting, recounting, showing
from shared import mongo, work
from tests.fixtures import BADGES, Courier, Door
from tests.titles_and_badges.months import TITLE, Village

ADDRESS = "https://badges.example"
HERO = {"name": "Hero", "description": "Helped when nobody else did.", "criterion": {"kind": "manual"}}
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


class Holder:
    """Ann, who was granted a badge, and the way to its credential."""

    def __init__(self, activity: Door, badges: Door, courier: Courier) -> None:
        self.activity, self.badges, self.courier = activity, badges, courier
        activity("POST", "/v1/members", [{"id": "ann@home", "name": "Ann Lee"}])
        courier.carry()
        badges("PUT", "/v1/badges/hero", HERO)
        showing.open_pages(badges.community, public=True, origins=[])
        self.decide("grants")
        (award,) = badges("GET", "/v1/members/ann%40home/badges").json["items"]
        self.path = str(award["credential"])
        self.award = credentials.load([self.path.rpartition("/")[2]]).popitem()[1].award

    def decide(self, what: str) -> None:
        """Grant or take the badge."""
        decision = {"member": "ann@home", "reason": "as agreed"}
        assert self.badges("POST", f"/v1/badges/hero/{what}", decision).status_code == 200
        self.courier.carry()

    def get(self, path: str, **headers: str) -> Any:
        """Ask without a token."""
        return self.badges.client.get(path.removeprefix(ADDRESS), headers=headers)

    def page(self, **headers: str) -> str:
        """What a person reads."""
        return str(self.get(self.path, **BROWSER, **headers).text)

    def is_revoked(self, credential: dict[str, Any]) -> bool:
        """What the status list says."""
        entry = credential["credentialStatus"]
        listed = self.get(entry["statusListCredential"]).json
        return status_list.is_set(listed["credentialSubject"]["encodedList"], int(entry["statusListIndex"]))


@pytest.fixture
def holder(activity: Door, badges: Door, courier: Courier) -> Holder:
    return Holder(activity, badges, courier)


def test_it_says_what_was_awarded_by_whom_and_since_when(holder: Holder) -> None:
    credential = holder.get(holder.path).json
    (award,) = holder.badges("GET", "/v1/badges/hero/holders").json["items"]
    achievement = credential["credentialSubject"]["achievement"]
    assert credential["id"] == ADDRESS + holder.path == ADDRESS + award["credential"]
    assert credential["issuer"]["id"] == f"{ADDRESS}/issuers/{holder.badges.community}"
    assert credential["validFrom"] == award["awarded_at"]
    assert (achievement["name"], achievement["criteria"]["narrative"]) == ("Hero", HERO["description"])


def test_every_address_in_it_answers(holder: Holder) -> None:
    credential = holder.get(holder.path).json
    achievement = credential["credentialSubject"]["achievement"]
    described = holder.get(achievement["id"]).json
    assert described == {"@context": credential["@context"][1], **achievement}
    assert holder.get(achievement["image"]["id"]).mimetype == "image/svg+xml"
    issuer = holder.get(credential["issuer"]["id"]).json
    assert credential["proof"]["verificationMethod"] in issuer["assertionMethod"]
    assert holder.get(credential["credentialStatus"]["statusListCredential"]).json["issuer"] == issuer["id"]


def test_the_member_is_named_by_a_salted_hash_alone(holder: Holder) -> None:
    text = holder.get(holder.path).text
    (identity,) = json.loads(text)["credentialSubject"]["identifier"]
    assert "Ann Lee" not in text
    assert "ann@home" not in text
    assert identity["identityHash"] == identity_hash("ann@home", identity["salt"])


def test_asked_again_it_has_the_same_bytes_and_needs_not_be_sent_again(holder: Holder) -> None:
    first = holder.get(holder.path)
    second = holder.get(holder.path, **{"If-None-Match": first.headers["ETag"]})
    assert holder.get(holder.path).data == first.data
    assert (second.status_code, first.headers["Cache-Control"]) == (304, "public, max-age=60")
    assert first.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("*/*", "application/vc+ld+json"),
        ("application/ld+json", "application/ld+json"),
        ("application/vc", "application/vc"),
        ("application/json", "application/json"),
        ("text/html", "text/html"),
        ("image/webp", "application/vc+ld+json"),
    ],
)
def test_it_comes_in_the_form_that_is_asked_for(holder: Holder, asked: str, answered: str) -> None:
    answer = holder.get(holder.path, Accept=asked)
    assert answer.mimetype == answered
    assert "Accept" in answer.headers["Vary"]


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


def test_pictures_carry_it(holder: Holder) -> None:
    text = holder.get(holder.path).text
    assert baking.from_svg(holder.get(f"{holder.path}/badge.svg").text) == text
    assert baking.from_png(holder.get(f"{holder.path}/badge.png").data) == text


def test_the_page_says_what_was_checked_in_three_languages(holder: Holder) -> None:
    assert "This award is genuine" in holder.page()
    assert "Ann Lee" in holder.page()
    assert '<html lang="uk">' in holder.page(**{"Accept-Language": "uk-UA,uk;q=0.9,en;q=0.5"})
    assert "Награда подлинная" in holder.get(f"{holder.path}?lang=ru", **BROWSER).text
    policy = holder.get(holder.path, **BROWSER).headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'; img-src 'self';")
    assert holder.get("/assets/pages.css").mimetype == "text/css"


def test_where_a_community_shows_nobody_its_pages_name_nobody(holder: Holder) -> None:
    showing.open_pages(holder.badges.community, public=False, origins=[])
    assert "Ann Lee" not in holder.page()
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


def test_what_is_not_there_is_not_found(holder: Holder) -> None:
    community = holder.badges.community
    assert holder.get("/credentials/AAAAAAAAAAAAAAAAAAAAAA").status_code == 404
    assert holder.get("/issuers/nobody").status_code == 404
    assert holder.get(f"/issuers/{community}/status/1").status_code == 404
    assert holder.get(f"/issuers/{community}/achievements/badges/none").status_code == 404
    assert holder.get(f"/issuers/{community}/achievements/badges/hero/gold").status_code == 404


def test_drafts_are_not_told(holder: Holder) -> None:
    holder.badges("PUT", "/v1/badges/plan", {**HERO, "status": "draft"})
    assert holder.get(f"/issuers/{holder.badges.community}/achievements/badges/plan").status_code == 404


def test_a_level_may_be_called_anything(holder: Holder) -> None:
    level = "1/2 ☕ & <more>?"
    criterion = {"kind": "count", "where": {"type": "Create"}}
    writer = {"name": "Writer", "criterion": criterion, "levels": [{"name": level, "at": 1}]}
    holder.badges("PUT", "/v1/badges/writer", writer)
    post = {
        "id": "p", "type": "Create", "actor": "ann@home", "published": "2026-01-01T00:00:00Z",
        "object": {"id": "https://forum.example/p?a=1&b=2", "type": "Post"},
    }  # fmt: skip
    holder.activity("POST", "/v1/activities", post)
    holder.courier.carry()
    (award,) = holder.badges("GET", "/v1/badges/writer/holders").json["items"]
    credential = holder.get(award["credential"]).json
    achievement = credential["credentialSubject"]["achievement"]
    assert achievement["name"] == f"Writer ({level})"
    assert holder.get(achievement["id"]).json["name"] == achievement["name"]
    assert holder.get(achievement["image"]["id"]).status_code == 200
    assert "This award is genuine" in holder.get(award["credential"], **BROWSER).text


def test_names_are_written_as_text(holder: Holder) -> None:
    holder.badges("PUT", "/v1/badges/hero", {**HERO, "name": "<script>alert(1)</script>"})
    holder.courier.carry()
    assert "<script>" not in holder.page()
    assert "<script>" not in holder.get(f"{holder.path}/badge.svg").text


def awarded(activity: Door, badges: Door, courier: Courier, posts: Iterable[str]) -> None:
    """Ann gets a badge for each of these posts; no credential is looked after yet."""
    criterion = {"kind": "count", "where": {"type": "Create"}}
    writer = {"name": "Writer", "criterion": criterion, "at": 1, "repeat": "object"}
    badges("PUT", "/v1/badges/writer", writer)
    deeds = [
        {
            "id": post, "type": "Create", "actor": "ann@home", "published": "2026-01-01T00:00:00Z",
            "object": {"id": f"post {post}", "type": "Post"},
        }
        for post in posts
    ]  # fmt: skip
    assert activity("POST", "/v1/activities", deeds).json["accepted"] == len(deeds)
    while courier.deliver() or courier.follow() or work.do_next(BADGES, recounting.STEPS):
        pass
