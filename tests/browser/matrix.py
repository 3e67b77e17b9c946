"""Every state of a widget in one page, in every language and direction, in light, in dark and on a small phone."""

import re
from dataclasses import dataclass
from functools import partial

from playwright.sync_api import Browser, Page, Route

from tests.browser.looking import Look, looking
from tests.browser.serving import Site

#: Language, direction, and the width at which the page is opened: what jumps does so while it loads.
LANGUAGES = (("en", "ltr", 800), ("uk", "ltr", 320), ("ru", "ltr", 800), ("en", "rtl", 320))
STATES = ["loading", "empty", "error", "forbidden", "wrong", "ready"]
LOOKS = {"light": (800, "light"), "dark": (800, "dark"), "phone": (320, "light")}
#: More is seen as a jump.
LARGEST_SHIFT = 0.03


@dataclass(frozen=True)
class Widgets:
    """The tags of one element, one for each of STATES, and the script."""

    element: str
    tags: str


def walk(browser: Browser, site: Site, axe: str, widgets: Widgets) -> list[str]:
    """Go through the whole matrix. Returns all that is wrong in it."""
    faults: list[str] = []
    for language, direction, width in LANGUAGES:
        address = site.put(
            f"{widgets.element}-{language}-{direction}",
            widgets.tags,
            language=language,
            direction=direction,
            head=site.script(widgets.element),
        )
        with looking(browser, axe, width=width) as open_page:
            held: list[Route] = []
            look = open_page(address, STATES, partial(hinder, held=held))
            faults += [f"{language} {direction}: {each}" for each in _judged(look)]
            for each in held:
                each.abort()
    return faults


def hinder(page: Page, held: list[Route]) -> None:
    """What is called `slow` is held up; the line breaks at what is called `broken`."""
    page.route(re.compile(r"/v1/\w+/slow\b"), lambda route: held.append(route))  # noqa: PLW0108 - playwright marks it
    page.route(re.compile(r"/v1/\w+/broken\b"), lambda route: route.abort())


def seen(look: Look, name: str) -> list[str]:
    """What is wrong with a page in one light and width."""
    width, scheme = LOOKS[name]
    look.page.set_viewport_size({"width": width, "height": 900})
    look.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    wide = look.page.evaluate("() => document.documentElement.scrollWidth") > width
    return look.axe() + (["wider than the window"] if wide else [])


def _judged(look: Look) -> list[str]:
    watched = look.watched()
    found = [f"blocked: {each}" for each in watched["violations"]]
    if watched["shift"] > LARGEST_SHIFT:
        found.append(f"jumped by {watched['shift']}")
    return found + [f"{name}: {each}" for name in LOOKS for each in seen(look, name)]
