"""`GET /r/{code}`: it redirects from memory, and what came is kept, judged, and says nothing of anybody."""

import re
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from prometheus_client import REGISTRY

from services.referral import jobs
from services.referral.domain import click_keys as key_rules
from services.referral.domain import codes
from services.referral.redirect import Redirect, asked, routes, visitors
from services.referral.redirect.visitors import Hashing
from services.referral.repository import clicks as stored_clicks
from services.referral.use_cases import attributing, click_keys, clicking, draining
from shared import clock, mongo, telemetry, work
from shared.spool import Spool
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
        query="name=Bob&gclid=abc123&utm_campaign=bob@example.com",
        Referer="https://mail.example/u/bob/inbox",
    )
    (click,) = clicks(referral)
    stored = mongo.collection(REFERRAL, "clicks").find_one({"_id": click["id"]})
    assert stored is not None
    written = repr(stored).lower()
    for secret in ("bob", "203.0.113", bob.cookies[visitors.COOKIE].lower(), "abc123", "inbox"):
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
    code, sent = a_link(referral, channel="email"), int(clock.now().timestamp()) - 12
    mongo.collection(REFERRAL, "links").update_one(
        {"_id": code}, {"$set": {"made": datetime(2026, 1, 1, tzinfo=UTC)}}
    )
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


@pytest.mark.parametrize("garbage", ["", '""', "foo", "2", "_", "%20", "x" * 32, "a" * 33])
def test_a_cookie_that_is_not_ours_is_ignored(referral: Door, garbage: str) -> None:
    """And replaced by one of ours: first-party, hidden from scripts, for a year."""
    answer = Clicker(referral)(a_link(referral), Cookie=f"a=b; {visitors.COOKIE}={garbage}; c=d")
    name, *rest = answer.headers["Set-Cookie"].split("; ")
    assert re.fullmatch(rf"{visitors.COOKIE}=[0-9a-f]{{32}}", name)
    assert rest == ["Path=/", "Max-Age=31536000", "HttpOnly", "SameSite=Lax"]


def test_over_https_the_cookie_is_secure() -> None:
    """Behind a proxy, too: gunicorn takes its word for the scheme."""
    assert visitors.cookie("x", {"wsgi.url_scheme": "https"}).endswith("; Secure")
    assert "Secure" not in visitors.cookie("x", {"wsgi.url_scheme": "http"})


def test_a_cookie_of_ours_is_kept(referral: Door) -> None:
    """Among others; it is not set again."""
    bob = Clicker(referral)
    code = a_link(referral)
    bob(code)
    assert (
        "Set-Cookie" not in bob(code, Cookie=f"a=b; {visitors.COOKIE}={bob.cookies[visitors.COOKIE]}").headers
    )


def test_only_our_own_proxies_are_believed() -> None:
    """What stands before the last so many was written by anybody."""
    environ = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "6.6.6.6, 203.0.113.5, 10.0.0.2"}
    assert [visitors.address(environ, proxies) for proxies in range(5)] == [
        "10.0.0.1",
        "10.0.0.2",
        "203.0.113.5",
        "6.6.6.6",
        "10.0.0.1",
    ]


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


def test_of_a_query_only_what_is_declared_is_kept() -> None:
    """Paid traffic by its flags' names; nothing that could be an address of somebody."""
    found = asked(
        "utm_source=news&utm_term=ann%40example.com&fbclid=1&gclid=2&gclid=3&sent=1763800000&q=secret"
    )
    assert found == ({"utm_source": "news"}, ["fbclid", "gclid"], 1763800000.0)
    assert asked("sent=soon&sent=-5&channel=" + "x" * 65) == ({}, [], None)


def test_people_leave_a_mark_for_attribution(referral: Door) -> None:
    """Whoever named a click before it came is looked at again; a robot's does not count, and his record says why."""
    code, bob = a_link(referral), Clicker(referral)
    for member, user_agent in (("bob", CHROME), ("eve", "Twitterbot/1.0")):
        answer = Clicker(referral, user_agent)(code)
        named = parse_qs(urlsplit(answer.headers["Location"]).query)[routes.PARAMETER]
        friend = {"_id": f"{referral.community}-{member}", "community": referral.community, "clicks": named}
        mongo.collection(REFERRAL, "friends").insert_one(friend)
    bob(code)
    (_, _, first) = clicks(referral)
    query = {"community": referral.community, "kind": attributing.ATTRIBUTE}
    marks = mongo.collection(REFERRAL, work.COLLECTION).find(query)
    assert sorted(each["friend"] for each in marks) == [
        f"{referral.community}-{name}" for name in ("bob", "eve")
    ]
    click = stored_clicks.of(referral.community, first["id"])
    assert click is not None
    assert stored_clicks.of_visitor(referral.community, [click.visitor or ""], click.moment) == [click]
    assert stored_clicks.of("another", first["id"]) is None


def test_a_click_that_is_drained_twice_is_one(referral: Door) -> None:
    """A process died between storing and removing."""
    code = a_link(referral)
    drained: list[bytes] = []
    door: Redirect = referral.client.application.wsgi_app  # type: ignore[assignment]
    kept, door._keep = door._keep, lambda entry: drained.append(entry) is None  # noqa: SLF001
    Clicker(referral)(code)
    door._keep = kept  # noqa: SLF001
    for _ in range(2):
        clicking.keep([clicking.decode(each) for each in (*drained, *drained)], clock.now())
    assert classes(referral) == ["person"]


def test_the_keys_of_visitors_can_be_destroyed_and_never_come_back(databases: object) -> None:
    """Then nothing is hashed under them, and nobody can tell whose their hashes are."""
    del databases
    opener = click_keys.wrapper([b"a secret of some thirty characters"])
    long_ago = datetime(2020, 3, 4, tzinfo=UTC)
    wrapped = click_keys.provide(opener, long_ago)
    mine = {name: wrapped[name] for name in key_rules.wanted(long_ago)}
    assert mine.keys() == {"visitor/2020", "address/2020-03"}
    opened = click_keys.opened(opener, mine)
    visitor = key_rules.hashed(opened, key_rules.VISITOR, "village", "n", long_ago)
    assert visitor is not None
    assert visitor != key_rules.hashed(opened, key_rules.VISITOR, "town", "n", long_ago)
    click_keys.destroy_outdated(clock.now())
    assert not mine.keys() & click_keys.provide(opener, long_ago).keys()
    assert key_rules.hashed({}, key_rules.VISITOR, "village", "n", long_ago) is None
    assert Hashing({})(key_rules.VISITOR, "village", "n", long_ago.timestamp()) is None


def test_a_household_is_one_address() -> None:
    """Of IPv6 the network that one household is given."""
    assert (
        key_rules.household("2001:db8:1:2:3:4:5:6")
        == key_rules.household("2001:db8:1:2::1")
        == "2001:db8:1:2::"
    )
    assert key_rules.household("::ffff:192.0.2.1") == key_rules.household("192.0.2.1") == "192.0.2.1"
    assert key_rules.household("unix:") == "unix:"


def test_other_methods_are_refused(referral: Door) -> None:
    """Nothing is kept of them."""
    answer = Clicker(referral)(a_link(referral), "POST")
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")
    assert clicks(referral) == []


def test_a_link_that_was_made_just_now_leads_on(referral: Door) -> None:
    """Before anybody has followed: it is asked for."""
    assert Clicker(referral)(a_link(referral)).status_code == 302


def test_unknown_codes_are_asked_for_only_so_often(tmp_path: Path) -> None:
    """Whoever tries many costs the database nothing."""
    asked_for: list[str] = []
    known = routes.Routes(tmp_path)
    known.look_up = asked_for.append
    undecided = 0
    for number in range(routes.LOOK_UPS * 5):
        try:
            assert known.find(f"unknown{number}") is None
        except routes.Undecided:
            undecided += 1
    assert 0 < len(asked_for) <= 2 * routes.LOOK_UPS
    assert undecided == routes.LOOK_UPS * 5 - len(asked_for)


def test_a_code_of_which_nobody_can_tell_is_not_said_to_lead_nowhere(referral: Door) -> None:
    """The database is away: a link may have been made just now. Known ones lead on."""
    code, behind = a_link(referral), keeping(referral)
    assert Clicker(referral)(code).status_code == 302
    behind._away = True  # noqa: SLF001 (as after a look that failed)
    answer = Clicker(referral)("perhaps-new-9")
    assert (answer.status_code, answer.headers["Retry-After"], answer.data) == (503, "1", b"")
    assert Clicker(referral)(code).status_code == 302
    behind.turn()
    assert Clicker(referral)("perhaps-new-9").status_code == 404


def test_answers_are_counted_a_moment_later(referral: Door) -> None:
    """Each once, among the others of the service."""
    code, behind = a_link(referral), keeping(referral)
    labels = {"service": "referral", "method": "GET", "route": "/r/{code}", "status": "3xx"}
    door: Redirect = referral.client.application.wsgi_app  # type: ignore[assignment]
    door.count()
    before = REGISTRY.get_sample_value("laurel_http_requests_total", labels) or 0
    Clicker(referral)(code)
    behind._synced(0.0)  # noqa: SLF001 (what its thread does all the time)
    behind._synced(0.0)  # noqa: SLF001
    assert REGISTRY.get_sample_value("laurel_http_requests_total", labels) == before + 1


def test_a_full_spool_leads_on_and_says_what_it_lost(referral: Door, tmp_path: Path) -> None:
    """The bound is in bytes; a disk that refuses is the same."""
    lost = telemetry.SPOOL_DROPPED.labels("full")
    code, full = a_link(referral), Spool(tmp_path, "full", 1)
    door: Redirect = referral.client.application.wsgi_app  # type: ignore[assignment]
    kept, door._keep = door._keep, full.add  # noqa: SLF001
    before = lost._value.get()  # noqa: SLF001 (its only way)
    assert [Clicker(referral)(code).status_code for _ in range(3)] == [302, 302, 302]
    door._keep = kept  # noqa: SLF001
    assert lost._value.get() - before == 3  # noqa: SLF001


def test_jobs_drain_what_the_door_keeps(referral: Door, tmp_path: Path) -> None:
    """From the folder that they share; one that is not there holds nothing up."""
    code, shared = a_link(referral), Spool(tmp_path, "referral", 1_000_000)
    door: Redirect = referral.client.application.wsgi_app  # type: ignore[assignment]
    kept, door._keep = door._keep, shared.add  # noqa: SLF001
    Clicker(referral)(code)
    door._keep = kept  # noqa: SLF001
    shared.roll()
    stopping = iter([False, False, True])
    jobs.run(lambda: next(stopping), tmp_path)
    assert not list(tmp_path.iterdir())
    assert classes(referral) == ["person"]
    assert not draining.drain(tmp_path / "nowhere", "referral")


def test_what_cannot_be_read_holds_up_nothing(referral: Door) -> None:
    """An entry of another version is left out, and said; the others arrive."""
    keeping(referral).keep(b"nothing that we wrote")
    Clicker(referral)(a_link(referral))
    assert classes(referral) == ["person"]
