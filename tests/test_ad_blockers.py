"""Whoever blocks advertisements blocks no recommendation: no common rule fits an address of ours."""

import re
from itertools import product
from pathlib import Path

import adblock
import pytest

RULES = Path(__file__).parent / "data/ad-blocking-rules.txt"
#: Where a community may put Laurel: on its own domain, beside its pages, or elsewhere.
HOSTS = ("https://laurel.village.example", "https://village.example", "https://recommendations.example:8443")
PAGES = ("https://village.example/forum/42", "https://shop.example/")
CODE = "k7m2q9xrt"
#: What a browser asks for with which intent; all else is asked by scripts.
_KINDS = {".js": "script", ".css": "stylesheet", ".png": "image", ".svg": "image", "/qr": "image"}


@pytest.fixture(scope="module")
def blocker() -> adblock.Engine:
    """Brave's engine with the generic rules of EasyList and EasyPrivacy."""
    rules = adblock.FilterSet()
    rules.add_filter_list(RULES.read_text())
    return adblock.Engine(rules)


def blocked(blocker: adblock.Engine, address: str, kind: str) -> list[str]:
    """On which pages an address is blocked."""
    return [page for page in PAGES if blocker.check_network_urls(address, page, kind).matched]


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("https://village.example/affiliate/banners/ann.png", "image"),
        ("https://village.example/click?track=1", "xmlhttprequest"),
        ("https://affiliates.village.example/r/k7m2q9xrt", "xmlhttprequest"),
        ("https://village.example/_i?referral_url=ann", "image"),
    ],
)
def test_what_others_are_called_is_blocked(blocker: adblock.Engine, address: str, kind: str) -> None:
    """So the rules are alive."""
    assert blocked(blocker, address, kind)


@pytest.mark.parametrize("kind", ["document", "subdocument", "xmlhttprequest", "popup", "image"])
def test_a_link_works(blocker: adblock.Engine, kind: str) -> None:
    """However it is opened, whatever its campaign wrote behind it; and so does the page that it leads to."""
    said = ("", "?utm_source=mail&utm_medium=email&utm_campaign=spring", "?channel=chat&sent=1790000000")
    for host, query in product(HOSTS, said):
        assert blocked(blocker, f"{host}/r/{CODE}{query}", kind) == []
    for landing in ("https://shop.example/?", "https://shop.example/welcome?lang=uk&"):
        assert blocked(blocker, f"{landing}laurel_click={'0123456789abc' + CODE * 2}", kind) == []


@pytest.mark.parametrize("service", ["activity", "badges", "referral"])
def test_whatever_else_a_browser_may_ask_for_works(
    blocker: adblock.Engine, service: str, request: pytest.FixtureRequest
) -> None:
    """Every address of every service, with names in it, as scripts, images or pages ask for it."""
    application = request.getfixturevalue(f"{service}_client").application
    rules = [each.rule for each in application.url_map.iter_rules()]
    assert len(rules) > 10
    for rule, host in product(rules, HOSTS):
        path = re.sub(r"<[^>]*>", CODE, rule)
        kinds = {kind for end, kind in _KINDS.items() if path.endswith(end)} or {
            "xmlhttprequest",
            "subdocument",
        }
        assert [(kind, page) for kind in kinds for page in blocked(blocker, host + path, kind)] == []
