"""Credentials at their addresses: what they say, in which forms, and to whom."""

import json

import pytest

from services.titles_and_badges.credentials import baking
from services.titles_and_badges.credentials.open_badges import identity_hash
from services.titles_and_badges.use_cases import showing
from tests.fixtures import Courier, Door
from tests.titles_and_badges.credentials import independent
from tests.titles_and_badges.holders import ADDRESS, BROWSER, HERO, Holder


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


def test_somebody_elses_verifier_takes_all_that_is_hosted(holder: Holder) -> None:
    credential = holder.get(holder.path).json
    issuer = holder.get(credential["issuer"]["id"]).json
    entry = credential["credentialStatus"]
    listed = holder.get(entry["statusListCredential"]).json
    baked = json.loads(baking.from_png(holder.get(f"{holder.path}/badge.png").data))
    holder.decide("revocations")
    after = holder.get(entry["statusListCredential"]).json
    signed = [{"credential": each, "issuer": issuer} for each in (credential, listed, baked, after)]
    positions = [int(entry["statusListIndex"])]
    bits = [
        {"encodedList": each["credentialSubject"]["encodedList"], "positions": positions}
        for each in (listed, after)
    ]
    *held, before, now = independent.verdicts([*signed, *bits])
    assert held == [{"verified": True, "error": None}] * 4
    assert (before["set"], now["set"]) == ([False], [True])


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
