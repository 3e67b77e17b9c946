"""`GET /r/{code}`: it redirects from memory, and what came is kept, judged, and says nothing of anybody."""

import re
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from services.referral.domain import codes
from services.referral.redirect import Redirect, routes, visitors
from shared import clock, mongo
from tests.fixtures import REFERRAL, Door
from tests.referral.doors import CHROME, Clicker, a_link, classes, clicks, keeping

IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 "
    "Mobile/15E148 Safari/604.1"
)


def test_a_link_leads_to_its_page_and_names_nobody(referral: Door) -> None:
    """No name, no id in the address but the click's own, and the landing page's own query (RefRef appends people)."""
    code = a_link(
        referral, "ann@village.example", landing_url="https://shop.example/new?page=2&tag=a%20b#top"
    )
    answer = Clicker(referral)(code, query="email=bob@example.com&utm_source=chat")
    location = urlsplit(answer.headers["Location"])
    assert answer.status_code == 302
    assert answer.headers["Cache-Control"] == "no-store"
    assert (
        f"{location.scheme}://{location.netloc}{location.path}#{location.fragment}"
        == "https://shop.example/new#top"
    )
    (click,) = clicks(referral)
    assert parse_qs(location.query) == {"page": ["2"], "tag": ["a b"], routes.PARAMETER: [click["id"]]}
    assert (click["class"], click["reason"], click["advocate"]) == (
        "person",
        "browser",
        "ann@village.example",
    )
    assert click["source"] == {"utm_source": "chat"}


def test_what_is_kept_holds_no_personal_data(referral: Door) -> None:
    """No address, no cookie's number, nothing of the query but what is declared, of the referrer its host alone."""
    code = a_link(referral)
    bob = Clicker(referral, address="203.0.113.77")
    bob(
        code,
        query="name=Bob+Smith&gclid=an-id-of-his&utm_campaign=bob@example.com",
        Referer="https://mail.example/u/bob/inbox",
    )
    (click,) = clicks(referral)
    stored = mongo.collection(REFERRAL, "clicks").find_one({"_id": click["id"]})
    assert stored is not None
    written = repr(stored).lower()
    # None of them can stand in an id by chance, as `bob` alone could.
    number = bob.cookies[visitors.COOKIE].lower()
    for secret in ("bob+", "bob ", "bob@", "203.0.113", number, "an-id-of-his", "/inbox"):
        assert secret not in written
    assert (stored["paid"], stored["referrer"]) == (["gclid"], "mail.example")
    assert re.fullmatch(r"visitor/\d{4}/[0-9a-f]{24}", stored["visitor"])
    assert re.fullmatch(r"address/\d{4}-\d\d/[0-9a-f]{24}", stored["address"])


def test_a_preview_by_x_is_reach_and_no_click(referral: Door) -> None:
    """One GET as Twitterbot, HEADs as an iPhone, Chrome and nobody; then somebody comes."""
    code = a_link(referral)
    Clicker(referral, "Twitterbot/1.0")(code)
    for user_agent in (IPHONE, CHROME, ""):
        answer = Clicker(referral, user_agent)(code, "HEAD")
        assert (answer.status_code, answer.data, "Set-Cookie" in answer.headers) == (302, b"", False)
    Clicker(referral)(code)
    assert classes(referral) == ["preview", "head", "head", "head", "person"]


@pytest.mark.parametrize("header", ["Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"])
def test_fetching_ahead_is_refused_so_that_the_person_comes_himself(referral: Door, header: str) -> None:
    """A browser that is refused asks again when somebody really clicks."""
    code, browser = a_link(referral), Clicker(referral)
    answer = browser(code, **{header.replace("-", "_"): "prefetch"})
    assert (answer.status_code, answer.headers["Cache-Control"]) == (503, "no-store")
    assert browser(code).status_code == 302
    assert classes(referral) == ["prefetch", "person"]


def test_the_same_visitor_is_one_click(referral: Door) -> None:
    """By his cookie; and without one by his address and browser, for some seconds."""
    code = a_link(referral)
    bob, stranger = Clicker(referral), Clicker(referral, IPHONE, "198.51.100.7")
    bob(code)
    bob(code)
    stranger(code)
    stranger.cookies.clear()
    stranger(code)
    found = clicks(referral)
    assert sorted(each["reason"] for each in found) == [
        "browser",
        "browser",
        "same-address-and-browser",
        "same-visitor",
    ]


def test_the_order_of_draining_does_not_show(referral: Door) -> None:
    """The earlier click of one visitor comes last: the later one becomes the repeat."""
    code, bob = a_link(referral), Clicker(referral)
    behind = keeping(referral)
    first: list[bytes] = []
    door: Redirect = referral.client.application.wsgi_app  # type: ignore[assignment]
    kept, door._keep = door._keep, lambda entry: first.append(entry) is None  # noqa: SLF001 (delays one click)
    bob(code)
    door._keep = kept  # noqa: SLF001
    bob(code)
    assert [each["class"] for each in clicks(referral)] == ["person"]
    behind.keep(first[0])
    assert classes(referral) == ["person", "repeat"]


def test_a_mail_scanner_is_no_click(referral: Door) -> None:
    """It opens what was sent 12 s ago; who reads the mail later is a person."""
    code = a_link(referral, channel="email")
    mongo.collection(REFERRAL, "links").update_one(
        {"_id": code}, {"$set": {"made": datetime(2026, 1, 1, tzinfo=UTC)}}
    )
    sent = int(clock.now().timestamp()) - 12
    Clicker(referral, CHROME, "198.51.100.9")(code, query=f"sent={sent}")
    Clicker(referral, IPHONE)(code, query=f"sent={sent - 600}")
    assert classes(referral) == ["robot", "person"]


def test_an_unknown_code_leads_to_the_fallback_and_is_kept_unresolved(referral: Door) -> None:
    """No advocate is created, and the click belongs to nobody."""
    answer = Clicker(referral)("nobodys-code-9")
    assert answer.status_code == 404
    assert clicks(referral) == []
    stored = mongo.collection(REFERRAL, "clicks").find_one({"code": codes.fold("nobodys-code-9")})
    assert stored is not None
    assert (stored["klass"], stored["reason"], "community" in stored) == ("unresolved", "unknown-code", False)
    assert stored["forget"] > clock.now()
    door: Redirect = referral.client.application.wsgi_app  # type: ignore[assignment]
    door._fallback = "https://village.example/welcome"  # noqa: SLF001 (as LAUREL_FALLBACK_URL says it)
    answer = Clicker(referral)("nobodys-code-8")
    door._fallback = None  # noqa: SLF001
    assert (answer.status_code, answer.headers["Location"]) == (302, "https://village.example/welcome")
    assert referral("GET", "/v1/advocates").json["items"] == []


def test_an_ended_link_still_leads_on_and_is_not_counted(referral: Door) -> None:
    """Peers answer an error, or count it."""
    code = a_link(referral)
    Clicker(referral)(code)
    clicks(referral)
    past = datetime(2026, 1, 1, tzinfo=UTC)
    mongo.collection(REFERRAL, "links").update_one({"_id": code}, {"$set": {"until": past}})
    assert Clicker(referral, IPHONE)(code).status_code == 302
    found = clicks(referral)
    assert [(each["class"], each["reason"]) for each in found] == [
        ("unresolved", "expired"),
        ("person", "browser"),
    ]


def test_a_code_is_known_however_it_is_typed(referral: Door) -> None:
    """Case, hyphens and look-alikes; also Cyrillic ones, as WSGI hands them over."""
    code = a_link(referral, code="Oliver-Bee")
    for spelled in (code, "OLIVER-BEE", "0liver_bee", "оliver-bее/"):
        assert Clicker(referral)(spelled).status_code == 302
    assert {each["link"] for each in clicks(referral)} == {"011ver8ee"}


@pytest.mark.parametrize(
    ("address", "with_click"),
    [
        ("https://a.example", "https://a.example/?laurel_click=K"),
        ("https://a.example/p?x=1&y=%26#z", "https://a.example/p?x=1&y=%26&laurel_click=K#z"),
        ("https://a.example/p?laurel_click=old&x=1", "https://a.example/p?x=1&laurel_click=K"),
    ],
)
def test_a_landing_page_keeps_its_own_query(address: str, with_click: str) -> None:
    """One parameter is added, once."""
    assert routes.target(address).at("K") == with_click


def test_other_methods_are_refused(referral: Door) -> None:
    """Nothing is kept of them."""
    answer = Clicker(referral)(a_link(referral), "POST")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert clicks(referral) == []


def test_a_link_that_was_made_just_now_leads_on(referral: Door) -> None:
    """Before anybody has followed: it is asked for."""
    assert Clicker(referral)(a_link(referral)).status_code == 302
