"""Robots are told from browsers, by User-Agents that nobody tuned the patterns on. See data/README.md."""

import hashlib
import re
from pathlib import Path

import pytest
from crawleruseragents import CRAWLER_USER_AGENTS_DATA

from services.referral.domain import robots

DATA = Path(__file__).with_name("data")
BROWSER_WORDS = re.compile(
    "mozilla|applewebkit|khtml|like|gecko|chrome|safari|mobile|version|compatible|firefox|msie|windows|nt|linux|macintosh|"
    "intel|mac|os|android|iphone|cpu|rv|wow64|win64|u|en|us|trident|[a-z]{1,2}|x11|net|clr|build|www|http|https|i686|ppc|unknown"
)


def lines(name: str) -> list[str]:
    """A file of User-Agents."""
    return (DATA / f"{name}.txt").read_text().splitlines()


def family(user_agent: str) -> str:
    """What a robot calls itself: its first word that is no browser's."""
    words = re.findall(r"[a-z][a-z0-9]*", user_agent.lower())
    return next((word for word in words if not BROWSER_WORDS.fullmatch(word)), "")


def held_out(user_agent: str) -> bool:
    """Whether our own patterns were made without looking at this one."""
    return bool(hashlib.sha256(family(user_agent).encode()).digest()[0] & 1)


def crawler_user_agents() -> list[str]:
    """Every example in crawler-user-agents."""
    return sorted({written for each in CRAWLER_USER_AGENTS_DATA for written in each["instances"]})


ROBOTS = {
    "crawlerdetect's robots, held out": ([each for each in lines("robots") if held_out(each)], 0.98),
    "crawlerdetect's robots, looked at": ([each for each in lines("robots") if not held_out(each)], 0.98),
    "crawler-user-agents, held out": ([each for each in crawler_user_agents() if held_out(each)], 0.98),
}
BROWSERS = {
    "in-app browsers": (lines("in-app-browsers"), 0.005),
    "browsers, some lines no browser's": (lines("browsers"), 0.02),
}


@pytest.mark.parametrize("name", ROBOTS)
def test_robots_are_recognised(name: str) -> None:
    """Recall of 0.98 or more."""
    known, wanted = ROBOTS[name]
    found = [each for each in known if robots.kind(each) is not None]
    print(f"{name}: {len(known)} User-Agents, recall {len(found) / len(known):.4f}")  # noqa: T201 (the table)
    assert len(known) > 1_000
    assert len(found) / len(known) >= wanted


@pytest.mark.parametrize("name", BROWSERS)
def test_browsers_are_not_taken_for_robots(name: str) -> None:
    """At most 0.5 % false alarms on in-app browsers."""
    known, allowed = BROWSERS[name]
    taken = [each for each in known if robots.kind(each) is not None]
    print(f"{name}: {len(known)} User-Agents, false alarms {len(taken) / len(known):.4f}")  # noqa: T201 (the table)
    assert len(taken) / len(known) <= allowed, taken[:10]


@pytest.mark.parametrize(
    ("kind", "user_agent"),
    [
        ("social-preview", "Twitterbot/1.0"),
        ("social-preview", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"),
        ("social-preview", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"),
        (
            "ai-crawler",
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)",
        ),
        ("http-library", "python-requests/2.32.3"),
        ("no-user-agent", ""),
    ],
)
def test_a_robot_is_named_by_its_kind(kind: str, user_agent: str) -> None:
    """So that reach (previews) can be told from noise."""
    assert robots.kind(user_agent) == kind


def test_a_user_agent_is_read_up_to_a_bound() -> None:
    """Whoever sends kilobytes costs no more than a long one."""
    browser = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
    assert robots.kind(browser + " " * robots.LONGEST + "bot") is None
