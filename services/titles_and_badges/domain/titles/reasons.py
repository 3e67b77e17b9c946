"""Why somebody does not hold a title: as data, which is sealed, and in words, which are not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.titles_and_badges.domain.titles import months

OPTED_OUT, ROLE, EXCLUDED, ONCE, COOLDOWN = "opted-out", "role", "excluded", "once", "cooldown"
TOO_NEW, TOO_OLD = "tenure-at-least", "tenure-at-most"
MINIMUM, GIVERS, DAYS, POSTS, THREADS = "minimum", "givers", "days", "posts", "threads"

#: What a member can change by what he does this month.
WITHIN_REACH = frozenset({MINIMUM, GIVERS, DAYS, POSTS, THREADS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One rule that speaks against a member: what he has, what is asked, and what else is to be known."""

    rule: str
    value: int | None = None
    at: int | None = None
    note: str | None = None


def words(reason: Reason) -> str:
    """A reason as a sentence, without its end."""
    return _WORDS[reason.rule](reason)


def _again(reason: Reason) -> str:
    return months.add(reason.note or "", (reason.at or 0) + 1)


_WORDS: Mapping[str, Callable[[Reason], str]] = {
    OPTED_OUT: lambda _: "the member opted out of recognition",
    ROLE: lambda why: f"it is not for those whose role is {why.note}",
    EXCLUDED: lambda why: f"left out: {why.note}",
    ONCE: lambda why: f"it is given once, and the member held it in {why.note}",
    COOLDOWN: lambda why: f"the member held it in {why.note}, and can hold it again from {_again(why)} on",
    TOO_NEW: lambda why: f"{why.value} days since the first deed; {why.at} are asked for",
    TOO_OLD: lambda why: f"{why.value} days since the first deed; {why.at} are the most",
    MINIMUM: lambda _: "the score is below the bar",
    GIVERS: lambda why: f"{why.value} different people gave something; {why.at} are asked for",
    DAYS: lambda why: f"on {why.value} different days; {why.at} are asked for",
    POSTS: lambda why: f"{why.value} posts; {why.at} are asked for",
    THREADS: lambda why: f"in {why.value} different threads; {why.at} are asked for",
}
