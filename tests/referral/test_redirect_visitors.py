"""Who visits: cookies, proxies, queries, and the keys of what is remembered of a visitor."""

import re
from datetime import UTC, datetime

import pytest

from services.referral.domain import click_keys as key_rules
from services.referral.redirect import Redirect, asked, visitors
from services.referral.redirect.visitors import Hashing
from services.referral.use_cases import click_keys
from shared import clock
from tests.fixtures import Door
from tests.referral.doors import Clicker, a_link


@pytest.mark.parametrize("garbage", ["", '""', "foo", "2", "_", "%20", "x" * 32, "a" * 33])
def test_a_cookie_that_is_not_ours_is_ignored(referral: Door, garbage: str) -> None:
    """And replaced by one of ours: first-party, hidden from scripts, for a year."""
    answer = Clicker(referral)(a_link(referral), Cookie=f"a=b; {visitors.COOKIE}={garbage}; c=d")
    name, *rest = answer.headers["Set-Cookie"].split("; ")
    assert re.fullmatch(rf"{visitors.COOKIE}=[0-9a-f]{{32}}", name)
    assert rest == ["Path=/", "Max-Age=31536000", "HttpOnly", "SameSite=Lax"]


def test_over_https_the_cookie_is_secure() -> None:
    """Behind a proxy, too: of one on this host gunicorn believes the scheme, else the links' address says it."""
    assert visitors.cookie("x", {"wsgi.url_scheme": "https"}).endswith("; Secure")
    assert "Secure" not in visitors.cookie("x", {"wsgi.url_scheme": "http"})
    assert visitors.cookie("x", {"wsgi.url_scheme": "http"}, secure=True).endswith("; Secure")


def test_links_that_are_public_over_https_have_secure_cookies(referral: Door) -> None:
    door: Redirect = referral.client.application.wsgi_app  # type: ignore[assignment]
    door._secure = True  # noqa: SLF001 (as LAUREL_LINKS_URL says it)
    answer = Clicker(referral)(a_link(referral))
    door._secure = False  # noqa: SLF001
    assert answer.headers["Set-Cookie"].endswith("; Secure")


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


def test_of_a_query_only_what_is_declared_is_kept() -> None:
    """Paid traffic by its flags' names; nothing that could be an address of somebody."""
    found = asked(
        "utm_source=news&utm_term=ann%40example.com&fbclid=1&gclid=2&gclid=3&sent=1763800000&q=secret"
    )
    assert found == ({"utm_source": "news"}, ["fbclid", "gclid"], 1763800000.0)
    assert asked("sent=soon&sent=-5&channel=" + "x" * 65) == ({}, [], None)


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
