"""A page looked at as a person would: what is on it, what moved, what was blocked, what axe says."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page

#: Runs before anything of the page: keeps what the policy blocked and what jumped.
_WATCH = """
window.watched = {violations: [], shift: 0};
document.addEventListener("securitypolicyviolation", (event) => {
  watched.violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) watched.shift += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""

# axe runs from a string, as a debugger does: the page's own policy is not loosened for it.
_AXE = """async (only) => {
  const found = await axe.run(only ?? document, {resultTypes: ["violations"]});
  return found.violations.flatMap((each) => each.nodes.map((node) =>
    `${each.id}: ${node.target.join(" ")}: ${node.failureSummary}`));
}"""


#: Milliseconds; far more than anything needs.
LONGEST = 10_000


@dataclass
class Look:
    """An open page."""

    page: Page
    axe_source: str
    complaints: list[str] = field(default_factory=list)

    def go(
        self, address: str, states: Sequence[str] = ("ready",), hinder: Callable[[Page], object] | None = None
    ) -> "Look":
        """Open a page whose requests `hinder` may hold up, and wait until its widgets are in these states."""
        if hinder is not None:
            hinder(self.page)
        self.page.goto(address)
        return self.settle(*states) if states else self

    def settle(self, *states: str) -> "Look":
        """Wait until the widgets are in these states."""
        self.page.wait_for_function(
            """(wanted) => wanted === [...document.querySelectorAll("laurel-leaderboard, laurel-badges, laurel-title")]
                .map((each) => each.getAttribute("state")).join(" ")""",
            arg=" ".join(states),
            timeout=LONGEST,
        )
        return self

    def watched(self) -> dict[str, Any]:
        """What was blocked, and how far things jumped."""
        # One frame more, so that what the last change moved is measured too.
        self.page.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
        found: dict[str, Any] = self.page.evaluate("() => watched")
        return found

    def axe(self) -> list[str]:
        """Every violation that axe finds."""
        if not self.page.evaluate("() => 'axe' in window"):
            self.page.evaluate(self.axe_source)
        found: list[str] = self.page.evaluate(_AXE, None)
        return found


@contextmanager
def looking(
    browser: Browser, axe: str, *, width: int = 800, dark: bool = False, script: bool = True
) -> Iterator[Callable[..., Look]]:
    """A window of a width, in light or dark. Yields what opens an address in it."""
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if dark else "light",
        java_script_enabled=script,
        locale="en-GB",
        timezone_id="Europe/Kyiv",
    )
    context.add_init_script(_WATCH)
    page = context.new_page()
    look = Look(page, axe)
    page.on("console", lambda message: message.type == "error" and look.complaints.append(message.text))
    page.on("pageerror", lambda error: look.complaints.append(str(error)))
    try:
        yield look.go
    finally:
        context.close()
