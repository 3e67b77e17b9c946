"""The page of an award, which anybody may open: three languages, light and dark, narrow, without a script."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from services.titles_and_badges.use_cases import allotting
from shared import work
from tests.browser.looking import looking
from tests.browser.serving import Site
from tests.browser.town import Town
from tests.fixtures import BADGES

CHECKS = """
- heading "This award is genuine" [level=2]
- list:
  - listitem: /It is written as the standard Open Badges 3\\.0 asks\\./
  - listitem: /The community signed it, and nothing in it was changed since\\./
  - listitem: /It is in force\\./
  - listitem: /It has not expired\\./
  - listitem: /The community has not taken it back\\./
"""


@pytest.fixture(scope="module")
def path(town: Town) -> str:
    while work.do_next(BADGES, allotting.STEPS):
        pass
    (award,) = town.badges("GET", "/v1/members/ann/badges?limit=1").json["items"]
    return str(award["credential"])


@pytest.mark.parametrize("language", ["en", "uk", "ru"])
@pytest.mark.parametrize("window", [{"width": 320, "dark": True}, {"width": 320}, {"width": 1024}], ids=str)
def test_it_is_complete_for_everybody(
    browser: Browser, site: Site, axe: str, path: str, language: str, window: dict[str, Any]
) -> None:
    with looking(browser, axe, **window) as go:
        look = go(f"{site.service}{path}?lang={language}", states=())
        assert (look.axe(), look.complaints, look.watched()["violations"]) == ([], [], [])
        assert look.page.evaluate("document.documentElement.scrollWidth") <= window["width"]
        assert look.page.evaluate("[...document.images].every((each) => each.naturalWidth > 0)")


def test_it_needs_no_script(browser: Browser, site: Site, axe: str, path: str) -> None:
    with looking(browser, axe, script=False) as go:
        look = go(site.service + path, states=())
        expect(look.page.get_by_role("region")).to_match_aria_snapshot(CHECKS)
        expect(look.page.get_by_role("article")).to_contain_text("Ann Lee")


def test_what_is_not_there_is_told_as_well(browser: Browser, site: Site, axe: str) -> None:
    with looking(browser, axe, width=320) as go:
        look = go(f"{site.service}/credentials/AAAAAAAAAAAAAAAAAAAAAA", states=())
        assert look.axe() == []
        expect(look.page.get_by_role("heading")).to_have_text("There is no such award")
