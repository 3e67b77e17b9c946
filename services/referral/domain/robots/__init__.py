"""Is it a robot, and of what kind? Told by nothing but its User-Agent.

Whether: isbot's patterns (isbot.json, public domain), and three of our own about how browsers begin. Of what kind:
crawler-user-agents' tags; its patterns alone know half of all robots, and take in-app browsers for some.
"""

import json
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path

from crawleruseragents import CRAWLER_USER_AGENTS_DATA

PREVIEW = "social-preview"
UNNAMED = "robot"
NO_USER_AGENT = "no-user-agent"

_ISBOT = json.loads(Path(__file__).with_name("isbot.json").read_text())
#: What decided is kept beside a click: a newer version may decide otherwise.
VERSION = f"isbot {_ISBOT['version']}, laurel 1"
#: Longer ones are cut: no browser's is, and a pattern's time grows with its length.
LONGEST = 512

#: Patterns that JavaScript understands and Python does not, and how Python says them. Instagram says the maker of a
#: phone and its brand, like `motorola/google`: there Google is no robot.
_TRANSLATED = {
    r"(?<! channel/|google/)google(?!(?:wv|app|/google| pixel))": (
        r"(?<! channel/)(?<![a-z]/)google(?!(?:wv|app|/google| pixel))"
    ),
    r"^mozilla/\d\.\d\s\((?:compatible;)?(?:\s?[\w\d-.]+[\s/]\d+\.\d+)?\)$": (
        r"^mozilla/\d\.\d\s\((?:compatible;)?(?:\s?[\w\d\-.]+[\s/]\d+\.\d+)?\)$"
    ),
}
#: Of our own: how they were found, and on which robots, stands in tests/referral/data/README.md.
_OURS = (
    r"\(compatible; (?!msie|konqueror|opera|ibrowse|abrowse|u;|windows|linux|x11|mac)[a-z]",
    r"^mozilla/5\.0 \(macintosh; intel mac os x\) (?:word|excel|powerpoint|outlook)/",
    r"\bmicrosoft (?:outlook|office|word|excel|powerpoint)\b",
    r"screenshot",
    r"webthumb|snapsearch|observatory/|yandex\.translate|kimonolabs",
)
#: Whoever names none of these is no browser, whatever else it may be: an app that fetches, a library, a script.
_BROWSERS = (
    "mozilla/", "opera", "midp", "wap", "up.browser", "obigo", "profile/", "dalvik", "symbian", "series60", "nokia",
    "blackberry", "ucweb", "ucbrowser", "netfront", "voyager", "browse", "lynx", "links", "w3m", "amaya",
)  # fmt: skip


@lru_cache(maxsize=8_192)
def kind(user_agent: str) -> str | None:
    """What kind of robot this is: `social-preview`, `ai-crawler`, …, or just `robot`; None for a browser."""
    written = user_agent[:LONGEST]
    if not written.strip():
        return NO_USER_AGENT
    return _named(written) if _is_robot(written.lower()) else None


def _is_robot(lowered: str) -> bool:
    if _AT_BEGIN(lowered) or not any(name in lowered for name in _BROWSERS):
        return True
    return any(word in lowered for word in _WORDS) or _ANYWHERE(lowered) is not None


def _named(written: str) -> str:
    return next((tag for tag, found in _TAGS if found(written)), UNNAMED)


def _pattern(parts: Iterable[str], flags: re.RegexFlag = re.ASCII) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{part})" for part in parts), flags)


def _tag(name: str) -> Callable[[str], object]:
    return _pattern(
        each["pattern"] for each in CRAWLER_USER_AGENTS_DATA if name in each.get("tags", ())
    ).search


# In lower case and sorted by where they may match, they take a quarter of the time of one case-blind alternation:
# most are plain words, which Python finds without its engine of patterns.
_PATTERNS = [_TRANSLATED.get(each, each) for each in (*_ISBOT["patterns"], *_OURS)]
_BEGINNINGS = [each for each in _PATTERNS if each.startswith("^")]
_WORDS = [each for each in _PATTERNS if re.fullmatch(r"[a-z0-9 /_-]+", each)]
_AT_BEGIN = _pattern(_BEGINNINGS).match
_ANYWHERE = _pattern(each for each in _PATTERNS if each not in {*_BEGINNINGS, *_WORDS}).search
_TAGS = [(name, _tag(name)) for name in (PREVIEW, "ai-crawler", "http-library", "browser-automation")]
