"""<laurel-leaderboard>: the best of a period, and one's own place among neighbours."""

from datetime import timedelta
from typing import Any

from playwright.sync_api import Browser, expect

from tests.browser.looking import looking
from tests.browser.matrix import Widgets, walk
from tests.browser.serving import Site
from tests.browser.town import PEOPLE, Town, founded

OCTOBER = 'board="helpers" window="month" period="2026-10"'
HEARD = """
- group "Leaderboard":
  - table "Most helpful Sealed October 2026":
    - rowgroup:
      - row:
        - columnheader "#"
        - columnheader "Name"
        - columnheader "Points"
    - rowgroup:
      - row:
        - cell "1"
        - rowheader "Ann Lee"
        - cell "1,234"
      - row /2 .+ 77/
      - row /2 .+ 77/
      - row /4 .b.Bob.* 61/
  - paragraph: 35 people
  - paragraph: "Ties: 1, 2, 2, 4 · Europe/Kyiv"
"""


def board(token: str, attributes: str = OCTOBER, inside: str = "") -> str:
    return f'<laurel-leaderboard token="{token}" {attributes}>{inside}</laurel-leaderboard>'


def rows(look: Any, number: int = 0) -> list[str]:
    """The text of each row of a board."""
    shown = look.page.locator("laurel-leaderboard").nth(number).locator("tbody tr")
    return [" ".join(each.inner_text().split()) for each in shown.all()]


def test_every_state_in_every_language_and_light(
    browser: Browser, site: Site, axe: str, town: Town, token: str
) -> None:
    elsewhere = founded(town.activity, town.badges)
    elsewhere.badges("PUT", "/v1/boards/helpers", {"name": "Most helpful", "points": [{"points": 1}]})
    link = '<a href="/people">The whole board</a>'
    tags = [
        board(token, 'board="slow" rows="4"', link),
        board(elsewhere.token(site.origin), 'board="helpers" rows="4"'),
        board(token, 'board="broken" rows="4"', link),
        board(town.token("https://elsewhere.example"), 'board="helpers" rows="4"', link),
        board(token, 'board="nobody-made-it"'),
        board(token, f'{OCTOBER} rows="12" member="m03" link="https://shop.example/people/{{id}}"'),
    ]
    assert walk(browser, site, axe, Widgets("leaderboard", "".join(tags))) == []


def test_what_a_screen_reader_hears(browser: Browser, site: Site, axe: str, token: str) -> None:
    with looking(browser, axe) as go:
        look = go(site.put("heard", board(token, f'{OCTOBER} rows="4"'), head=site.script("leaderboard")))
        expect(look.page.locator("laurel-leaderboard")).to_match_aria_snapshot(HEARD)


def test_ones_own_place_among_neighbours_always(browser: Browser, site: Site, axe: str, token: str) -> None:
    tags = "".join(
        board(token, f'{OCTOBER} rows="{count}" member="{who}"')
        for who, count in (("m10", 6), ("long", 6), ("m10", 3), ("m00", 6))
    )
    with looking(browser, axe) as go:
        look = go(site.put("own", tags, head=site.script("leaderboard")), ["ready"] * 4)
        assert rows(look, 0)[0] == "1 Ann Lee new 1,234"
        assert rows(look, 0)[2:] == [
            "⋯",
            "24 Member 11 ▼ 12 down 12 places 23",
            "25 Member 10 ▼ 14 down 14 places 21",
            "26 Member 09 ▼ 16 down 16 places 19",
        ]
        assert [len(rows(look, number)) for number in range(4)] == [6, 6, 3, 6]
        assert rows(look, 2)[1:] == ["⋯", "25 Member 10 ▼ 14 down 14 places 21"]
        assert rows(look, 3)[-1].startswith("35 Member 00")
        own = look.page.locator("laurel-leaderboard [aria-current=true] th").all_inner_texts()
        assert own == ["Member 10", PEOPLE["long"], "Member 10", "Member 00"]
        foot = look.page.locator("laurel-leaderboard").nth(0).locator("footer p").first
        expect(foot).to_have_text("Place 25 of 35 · 2 points to the next place")


def test_who_is_not_on_the_board_is_told_why(
    browser: Browser, site: Site, axe: str, town: Town, token: str
) -> None:
    own = town.token(site.origin, subject="member:hidden", lifetime=timedelta(minutes=10))
    asked = [(token, "staff"), (token, "hidden"), (own, "hidden"), (own, "staff"), (token, "nobody")]
    tags = "".join(board(each, f'{OCTOBER} rows="3" member="{who}"') for each, who in asked)
    with looking(browser, axe) as go:
        look = go(site.put("why", tags, head=site.script("leaderboard")), ["ready"] * len(asked))
        said = look.page.locator("laurel-leaderboard footer p:first-child").all_inner_texts()
        assert said[0] == "Without a place here: Whoever is paid for it is not ranked."
        # To others who opted out is as if he never was; he himself learns why.
        assert said[1] == said[4]
        assert said[2] == "Without a place here: The member does not take part."


def test_the_window_its_zone_and_its_ties_are_told(
    browser: Browser, site: Site, axe: str, token: str
) -> None:
    asked = ('window="week" period="2026-W41"', 'window="all"', 'window="month" period="2026-10" lang="uk"')
    tags = "".join(board(token, f'board="helpers" rows="3" {each}') for each in asked)
    with looking(browser, axe) as go:
        look = go(site.put("windows", tags, head=site.script("leaderboard")), ["ready"] * 3)
        said = [
            " ".join(each.split())
            for each in look.page.locator("laurel-leaderboard .head p.small").all_inner_texts()
        ]
        assert [each.replace("\u2009", " ") for each in said] == [
            "Oct 5 – 11, 2026",
            "All time",
            "Жовтень 2026 р.",
        ]


def test_names_lead_where_the_page_says_by_keyboard(
    browser: Browser, site: Site, axe: str, token: str
) -> None:
    linked = board(token, f'{OCTOBER} rows="3" link="https://shop.example/people/{{id}}"')
    with looking(browser, axe) as go:
        look = go(site.put("linked", linked, head=site.script("leaderboard")))
        look.page.keyboard.press("Tab")
        focused = look.page.get_by_role("link", name="Ann Lee")
        expect(focused).to_be_focused()
        assert focused.get_attribute("href") == "https://shop.example/people/ann"


def test_what_the_service_finds_wrong_is_named(browser: Browser, site: Site, axe: str, token: str) -> None:
    said = {
        board(token, "window='month'"): "board: this attribute is missing",
        board(
            token, "board='helpers' window='year'"
        ): "window: this board has the windows month, week, all, last-30-days",
        board(token, "board='helpers' rows='2'"): "rows: this must be a whole number from 3 to 100",
        board(token, "board='heroes'"): "There is no board 'heroes' in this community.",
    }
    with looking(browser, axe) as go:
        look = go(site.put("wrong", "".join(said), head=site.script("leaderboard")), ["wrong"] * len(said))
        assert look.page.locator("[part=reason]").all_inner_texts() == list(said.values())


def test_an_answer_that_did_not_change_is_not_sent_again(
    browser: Browser, site: Site, axe: str, token: str
) -> None:
    address = site.put("again", board(token), head=site.script("leaderboard"))
    with looking(browser, axe) as go:
        look = go(address)
        with look.page.expect_request("**/standings*") as asked:
            look.page.reload()
        assert "if-none-match" in asked.value.all_headers()


def test_in_a_page_that_runs_from_the_right_names_stand_where_it_begins(
    browser: Browser, site: Site, axe: str, token: str
) -> None:
    tag = board(token, f'{OCTOBER} rows="4" member="ann"')
    address = site.put("right", tag, direction="rtl", head=site.script("leaderboard"))
    with looking(browser, axe) as go:
        look = go(address)
        edges = look.page.locator("laurel-leaderboard tbody th").evaluate_all(
            """(cells) => cells.map((cell) => {
                const range = document.createRange();
                range.selectNodeContents(cell.querySelector("span"));
                const padding = parseFloat(getComputedStyle(cell).paddingRight);
                return Math.round(cell.getBoundingClientRect().right - padding - range.getBoundingClientRect().right);
            })"""
        )
        assert [abs(each) <= 1 for each in edges] == [True] * 4
        said = look.page.locator("laurel-leaderboard footer p").first
        expect(said).to_have_text("\N{LEFT-TO-RIGHT ISOLATE}Place 1 of 35\N{POP DIRECTIONAL ISOLATE}")
