"""Widgets without JavaScript: pages for a frame, and pictures, where the community permits it."""

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient

from tests.fixtures import Courier, Door

SHOP = "https://shop.example"
FORMS = ["html", "svg"]
POSTER = {
    "name": "Poster <b>",
    "description": "Wrote.",
    "criterion": {"kind": "count", "where": {"type": "Create"}},
    "levels": [{"name": "bronze", "at": 1}, {"name": "silver", "at": 3}],
}


@pytest.fixture
def opened(activity: Door, badges: Door, courier: Courier) -> Door:
    """A community whose pages everybody may look at, with Ann, who holds a badge, and Eve, who opted out."""
    badges("PUT", "/v1/badges/poster", POSTER)
    people = [{"id": "ann", "name": "Ann & <i>Lee"}, {"id": "eve", "name": "Eve", "opted_out": True}]
    activity("POST", "/v1/members", people)
    posts = [
        {"id": f"post of {who}", "type": "Create", "actor": who, "object": f"o {who}"}
        for who in ("ann", "eve")
    ]
    activity("POST", "/v1/activities", [{**each, "published": "2026-10-31T23:00:00Z"} for each in posts])
    courier.carry()
    assert badges("PUT", "/v1/pages", {"public": True, "origins": [f"{SHOP}/"]}).status_code == 200
    return badges


def form(door: Door, form: str, **parameters: Any) -> Any:
    """Ask for the form of an element as a browser does: without a token."""
    return door.client.get(
        f"/widgets/v1/badges.{form}", query_string={"community": door.community, **parameters}
    )


@pytest.mark.parametrize("kind", FORMS)
def test_a_member_in_the_readers_language(opened: Door, kind: str) -> None:
    english, ukrainian = (form(opened, kind, member="ann", lang=lang) for lang in ("en", "uk-UA"))
    assert (english.status_code, ukrainian.headers["Content-Language"]) == (200, "uk")
    assert "Badges of Ann &amp; &lt;i&gt;Lee" in english.text
    assert "1 badge" in english.text
    # In the zone of the community the day is the next one already.
    assert "Nov 1, 2026" in english.text
    assert ("1 відзнака" in ukrainian.text, "1 of 3" in english.text, "1 із 3" in ukrainian.text) == (
        True,
    ) * 3
    assert "<i>" not in english.text


def test_a_picture_is_well_formed(opened: Door) -> None:
    for parameters in ({"member": "ann"}, {}, {"member": "nobody"}, {"rows": "x"}):
        assert ET.fromstring(form(opened, "svg", **parameters).data).tag.endswith("svg")  # noqa: S314


@pytest.mark.parametrize("kind", FORMS)
def test_who_opted_out_is_not_to_be_told_from_who_never_was(opened: Door, kind: str) -> None:
    eve, nobody = (form(opened, kind, member=member) for member in ("eve", "nobody"))
    assert eve.data == nobody.data
    assert "Eve" not in form(opened, kind).text


@pytest.mark.parametrize("kind", FORMS)
def test_nothing_is_shown_unless_somebody_decided_it(opened: Door, kind: str) -> None:
    opened("PUT", "/v1/pages", {"public": False})
    closed, unknown = form(opened, kind, member="ann"), form(opened, kind, community="never-was")
    assert (closed.status_code, closed.data) == (404, unknown.data)
    assert "no such page" in closed.text


@pytest.mark.parametrize("kind", FORMS)
def test_what_is_wrong_in_the_address_is_named(opened: Door, kind: str) -> None:
    answer = form(opened, kind, rows="many", utm_source="mail")
    assert (answer.status_code, "rows: Not a valid integer." in answer.text) == (422, True)


@pytest.mark.parametrize("kind", FORMS)
def test_what_did_not_change_is_not_sent_again(opened: Door, kind: str, badges_client: FlaskClient) -> None:
    first = form(opened, kind, member="ann")
    assert first.headers["Cache-Control"].startswith("public, max-age=60")
    again = badges_client.get(first.request.path, query_string=first.request.query_string.decode(),
                              headers={"If-None-Match": first.headers["ETag"]})  # fmt: skip
    assert (again.status_code, again.data) == (304, b"")


def test_declared_sites_alone_may_frame_it(opened: Door) -> None:
    policy = form(opened, "html").headers["Content-Security-Policy"]
    assert policy.endswith(f"frame-ancestors {SHOP}")
    opened("PUT", "/v1/pages", {"public": True})
    assert form(opened, "html").headers["Content-Security-Policy"].endswith("frame-ancestors 'none'")


def test_an_origin_that_no_browser_sends_is_refused(badges: Door) -> None:
    answer = badges("PUT", "/v1/pages", {"public": True, "origins": ["shop.example"]})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "/origins/0")
    assert badges("GET", "/v1/pages").json == {"public": False, "origins": []}


def test_a_members_page_is_about_those_who_take_part(opened: Door, activity: Door, courier: Courier) -> None:
    address = f"/pages/{opened.community}/members/"
    ann, eve, nobody = (opened.client.get(address + who) for who in ("ann", "eve", "nobody"))
    assert (ann.status_code, "Wrote." in ann.text) == (200, True)
    assert (eve.status_code, eve.data) == (404, nobody.data)
    activity("DELETE", "/v1/members/ann")
    courier.carry()
    assert opened.client.get(address + "ann").data == nobody.data
    assert "Lee" not in form(opened, "html").text


def test_a_secret_badge_is_told_to_nobody_who_does_not_hold_it(opened: Door, courier: Courier) -> None:
    secret = {"name": "Hush", "criterion": {"kind": "count"}, "at": 99, "secret": True}
    opened("PUT", "/v1/badges/hush", secret)
    courier.carry()
    pages = [form(opened, "html", member="ann"), opened.client.get(f"/pages/{opened.community}/members/ann")]
    assert all("Hush" not in page.text and "Poster" in page.text for page in pages)


def test_a_member_reads_his_own_with_a_token_of_his_own(opened: Door) -> None:
    def ask(subject: str | None) -> int:
        token = opened.token("publishable", origins=[SHOP], subject=subject)
        headers = {"Authorization": f"Bearer {token}", "Origin": SHOP}
        status: int = opened("GET", "/v1/members/eve/badges", headers=headers).status_code
        return status

    assert [ask(None), ask("member:ann"), ask("member:eve")] == [404, 404, 200]


def test_a_month_that_is_not_sealed_has_no_page(opened: Door) -> None:
    for month in ("2026-10", "2031-01", "October"):
        answer = opened.client.get(f"/pages/{opened.community}/months/{month}")
        assert answer.status_code == (422 if month == "October" else 404)
        assert answer.mimetype == "text/html"
