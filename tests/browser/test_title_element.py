"""<laurel-title>: who holds the titles of a sealed month, and why."""

from playwright.sync_api import Browser, expect

from tests.browser.looking import looking
from tests.browser.matrix import Widgets, walk
from tests.browser.serving import Site
from tests.browser.town import Town, founded

HEARD = """
- group "Titles of the month":
  - paragraph: Titles of the month Sealed
  - paragraph: October 2026
  - list:
    - listitem: Ann Lee · Most helpful 1,234 points · on 12 days
    - listitem: /Most helpful 77 points · on 2 days/
    - listitem: No holder · Most welcoming Nobody who may hold it was over the bar.
    - listitem: Ann Lee · Newcomer of the month 1,234 points · on 12 days
"""


def title(token: str, attributes: str = "", inside: str = "") -> str:
    return f'<laurel-title token="{token}" {attributes}>{inside}</laurel-title>'


def test_every_state_in_every_language_and_light(
    browser: Browser, site: Site, axe: str, town: Town, token: str
) -> None:
    nobody = founded(town.activity, town.badges).token(site.origin)
    link = '<a href="/month">October</a>'
    tags = [
        title(token, 'period="slow"', link),
        title(nobody),
        title(token, 'period="broken"', link),
        title(town.token("https://elsewhere.example"), "", link),
        title(token, 'slug="king"'),
        title(token, 'rows="4"'),
    ]
    assert walk(browser, site, axe, Widgets("title", "".join(tags))) == []


def test_what_a_screen_reader_hears(browser: Browser, site: Site, axe: str, token: str) -> None:
    with looking(browser, axe) as go:
        look = go(site.put("titles", title(token, 'rows="4"'), head=site.script("title")))
        expect(look.page.locator("laurel-title")).to_match_aria_snapshot(HEARD)


def test_one_title_of_a_month_in_the_readers_language(
    browser: Browser, site: Site, axe: str, token: str
) -> None:
    one = title(token, 'slug="most-helpful" period="2026-10" rows="2" lang="uk"')
    with looking(browser, axe) as go:
        look = go(site.put("title", one, head=site.script("title")))
        assert look.page.locator("laurel-title .small").all_inner_texts() == [
            "Жовтень 2026 р.",
            "1\N{NO-BREAK SPACE}234 бали · за 12 днів",
            "77 балів · за 2 дні",
        ]


def test_a_title_or_a_month_that_is_not_there(browser: Browser, site: Site, axe: str, token: str) -> None:
    tags = title(token, 'slug="king"') + title(token, 'period="2026-11"') + title(token, 'period="November"')
    with looking(browser, axe) as go:
        look = go(site.put("absent", tags, head=site.script("title")), ["wrong", "empty", "wrong"])
        assert look.page.locator("[part=reason]").all_inner_texts() == [
            "slug: there is no title 'king' in 2026-10",
            "period: A month is written like 2026-10.",
        ]
