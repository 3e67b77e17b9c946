"""Forms without JavaScript, a member's page and a month's page: for whoever looks, on a screen and on paper."""

from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.looking import looking
from tests.browser.matrix import LOOKS, seen
from tests.browser.serving import Site
from tests.browser.town import Town

FORMS = {
    "badges": {"member": "ann"},
    "leaderboard": {"board": "helpers", "period": "2026-10", "member": "m10", "rows": "8"},
    "title": {},
}


def forms(site: Site, town: Town, kind: str, **more: str) -> dict[str, str]:
    """The address of each element's form."""
    asked = {"community": town.badges.community, **more}
    return {
        name: f"{site.service}/widgets/v1/{name}.{kind}?{urlencode({**asked, **parameters})}"
        for name, parameters in FORMS.items()
    }


def pages(site: Site, town: Town, language: str) -> dict[str, str]:
    """The pages of people."""
    root = f"{site.service}/pages/{town.badges.community}"
    return {
        name: f"{root}/{path}?lang={language}"
        for name, path in (
            ("member", "members/ann"),
            ("month", "months/2026-10"),
            ("nobody", "members/nobody"),
        )
    }


@pytest.mark.parametrize(
    ("language", "looks"), [("en", tuple(LOOKS)), ("uk", ("phone",)), ("ru", ("phone",))]
)
def test_pages_are_for_everybody(
    browser: Browser, site: Site, axe: str, town: Town, language: str, looks: tuple[str, ...]
) -> None:
    faults = []
    with looking(browser, axe) as go:
        for name, address in {
            **forms(site, town, "html", lang=language),
            **pages(site, town, language),
        }.items():
            look = go(address, [])
            faults += [f"{name}: {each}" for each in look.watched()["violations"]]
            faults += [f"{name} {kind}: {each}" for kind in looks for each in seen(look, kind)]
            assert look.page.locator("html").get_attribute("lang") == language
    assert faults == []


def test_a_page_under_the_strictest_policy_holds_frames_and_pictures(
    browser: Browser, site: Site, axe: str, town: Town
) -> None:
    frames = [
        f'<iframe src="{address}" title="{name}"></iframe>'.replace("&", "&amp;")
        for name, address in forms(site, town, "html").items()
    ]
    pictures = [
        f'<img src="{address}" alt="{name}">'.replace("&", "&amp;")
        for name, address in forms(site, town, "svg").items()
    ]
    address = site.put("plain-forms", "".join(frames + pictures))
    with looking(browser, axe) as go:
        look = go(address, [])
        for name, text in (("badges", "Ann Lee"), ("leaderboard", "Member 10"), ("title", "Most welcoming")):
            expect(look.page.frame_locator(f"iframe[title={name}]").get_by_text(text).first).to_be_visible()
        assert look.watched()["violations"] == []
        shown = look.page.locator("img")
        assert [shown.nth(number).bounding_box()["width"] for number in range(3)] == [480, 480, 480]  # type: ignore[index]


def test_a_month_says_who_carried_it_and_why(browser: Browser, site: Site, axe: str, town: Town) -> None:
    with looking(browser, axe) as go:
        page = go(pages(site, town, "en")["month"], []).page
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_have_text("October 2026: these people carried us, and why")
        titles = page.get_by_role("region", name="Titles").inner_text()
        for said in (
            "1,234 points · on 12 days",
            "Decided among equals by: lot",
            "No holder",
            "Close behind",
        ):
            assert said in titles
        expect(
            page.get_by_role("table", name="Most helpful, the first ten").get_by_role("row")
        ).to_have_count(11)
        assert "13 times" in page.get_by_role("region", name="Most given badges").inner_text()
        # Who opted out after the month is not named any more.
        assert "Hidden" not in page.content()
        page.get_by_role("link", name="Ann Lee").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Ann Lee")
        assert "listening.”" in page.get_by_role("region", name="Badges").inner_text()


def test_on_paper_stands_what_concerns_the_reader_of_paper(
    browser: Browser, site: Site, axe: str, town: Town
) -> None:
    with looking(browser, axe, dark=True) as go:
        page = go(pages(site, town, "en")["member"], []).page
        page.emulate_media(media="print")
        expect(page.get_by_text("Українська")).to_be_hidden()
        expect(page.get_by_role("heading", name="Still to earn")).to_be_hidden()
        white = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
        assert white == "rgb(255, 255, 255)"
        assert page.pdf(format="A4").count(b"/Type /Page\n") == 1
