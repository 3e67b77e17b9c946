"""<laurel-badges>: what a member holds and what is next, or the community's latest."""

from datetime import timedelta

from playwright.sync_api import Browser, expect

from shared import auth, clock
from tests.browser.looking import looking
from tests.browser.matrix import Widgets, walk
from tests.browser.serving import Site
from tests.browser.town import Town, founded

HEARD = """
- group "Badges":
  - paragraph: Badges of Ann Lee
  - paragraph: 15 badges
  - list:
    - listitem:
      - text: House laurel
      - time
    - listitem:
      - text: Liked × 12
      - time: Oct 21, 2026
    - listitem:
      - text: Writer · gold
      - time: Oct 10, 2026
    - listitem:
      - text: Writer · platinum Posts that others can read. 12 of 100
      - progressbar "Writer"
    - listitem:
      - text: Reader Liked ten posts. 1 of 10
      - progressbar "Reader"
"""
LATEST = """
- group "Badges":
  - paragraph: Latest badges
  - list:
    - listitem:
      - text: House laurel Ann Lee
      - time: /\\d+ \\w+ 20\\d\\d/
"""


def badges(token: str, attributes: str = 'member="ann"', inside: str = "") -> str:
    return f'<laurel-badges token="{token}" {attributes}>{inside}</laurel-badges>'


def test_every_state_in_every_language_and_light(
    browser: Browser, site: Site, axe: str, town: Town, token: str
) -> None:
    nobody = founded(town.activity, town.badges).token(site.origin)
    link = '<a href="/people">All badges</a>'
    tags = [
        badges(token, 'member="slow" rows="3"', link),
        badges(nobody, 'rows="3"'),
        badges(token, 'member="broken" rows="3"', link),
        badges(town.token("https://elsewhere.example"), 'rows="3"', link),
        badges(token, 'rows="a few"'),
        badges(token, 'member="ann" rows="5"'),
    ]
    assert walk(browser, site, axe, Widgets("badges", "".join(tags))) == []


def test_what_a_screen_reader_hears(browser: Browser, site: Site, axe: str, token: str) -> None:
    tags = badges(token) + badges(token, 'rows="1" lang="en-GB"')
    with looking(browser, axe) as go:
        look = go(site.put("heard", tags, head=site.script("badges")), ["ready", "ready"])
        expect(look.page.locator("laurel-badges").nth(0)).to_match_aria_snapshot(HEARD)
        expect(look.page.locator("laurel-badges").nth(1)).to_match_aria_snapshot(LATEST)


def test_who_is_not_known_or_hidden_is_no_fault_of_the_page(
    browser: Browser, site: Site, axe: str, token: str
) -> None:
    address = site.put("nobody", badges(token, 'member="nobody"'), head=site.script("badges"))
    with looking(browser, axe) as go:
        look = go(address, ["empty"])
        expect(look.page.get_by_role("status")).to_contain_text("wish not to be shown")


def test_a_line_that_broke_is_tried_again_by_keyboard(
    browser: Browser, site: Site, axe: str, token: str
) -> None:
    address = site.put("broken", badges(token, 'member="ann"'), head=site.script("badges"))
    with looking(browser, axe) as go:
        look = go(
            address, ["error"], lambda page: page.route("**/v1/members/**", lambda route: route.abort())
        )
        look.page.unroute_all()
        look.page.keyboard.press("Tab")
        expect(look.page.get_by_role("button", name="Try again")).to_be_focused()
        look.page.keyboard.press("Enter")
        look.settle("ready")


def test_a_token_that_holds_no_more_is_renewed_once(
    browser: Browser, site: Site, axe: str, town: Town, token: str
) -> None:
    old = auth_token_of_yesterday(town, site)
    address = site.put("renewed", badges(old), head=site.script("badges"))
    with looking(browser, axe) as go:
        look = go(address, ["forbidden"])
        look.page.evaluate(
            """(fresh) => {
                window.asked = 0;
                document.querySelector("laurel-badges").refresh = async () => { asked += 1; return fresh; };
            }""",
            token,
        )
        look.settle("ready")
        assert look.page.evaluate("() => asked") == 1


def test_what_is_wrong_in_the_page_is_named(browser: Browser, site: Site, axe: str, token: str) -> None:
    said = {
        "<laurel-badges></laurel-badges>": "token: this attribute is missing",
        badges(token, 'rows="0"'): "rows: this must be a whole number from 1 to 100",
        badges(token, 'service="laurel.example"'): "service: this must be a whole address, with https://",
    }
    address = site.put("wrong", "".join(said), head=site.script("badges"))
    with looking(browser, axe) as go:
        look = go(address, ["wrong"] * len(said))
        assert [each.inner_text() for each in look.page.locator("[part=reason]").all()] == list(said.values())


def test_stray_spaces_and_a_second_copy_of_the_script_do_no_harm(
    browser: Browser, site: Site, axe: str, token: str
) -> None:
    twice = site.script("badges") + site.script("badges").replace(".js", ".js?again")
    address = site.put("twice", badges(f" {token}\n", 'member=" ann "'), head=twice)
    with looking(browser, axe) as go:
        assert go(address).complaints == []


def test_without_a_script_the_fallback_stands(browser: Browser, site: Site, axe: str, token: str) -> None:
    address = site.put("plain", badges(token, inside='<a href="/people">All badges</a>'))
    with looking(browser, axe, script=False) as go:
        look = go(address, [])
        expect(look.page.get_by_role("link", name="All badges")).to_be_visible()
        assert look.page.locator("laurel-badges").bounding_box()["height"] > 200


def auth_token_of_yesterday(town: Town, site: Site) -> str:
    return auth.mint(
        town.badges.settings.need_signing_key(),
        community=town.badges.community,
        kind="publishable",
        origins=[site.origin],
        now=clock.now() - timedelta(days=1),
        lifetime=timedelta(hours=1),
    )
