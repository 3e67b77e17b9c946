"""The eyes of these tests: they see what is blocked, what jumps, and what axe finds."""

from playwright.sync_api import Browser

from tests.browser.looking import looking
from tests.browser.serving import Site

BAD = """<p style="color: red">No styles in attributes.</p><img src="/x.png">
<script type="module" src="{service}/widgets/v1/badges.js"></script>
<laurel-badges rows="x"></laurel-badges>"""


def test_they_see_what_is_wrong(browser: Browser, site: Site, axe: str) -> None:
    with looking(browser, axe) as go:
        look = go(site.put("bad", BAD.format(service=site.service)), ["wrong"])
        assert any("style-src-attr" in each for each in look.watched()["violations"])
        assert any(each.startswith("image-alt") for each in look.axe())
        look.page.evaluate("() => document.querySelector('laurel-badges').remove()")
        assert look.watched()["shift"] > 0
