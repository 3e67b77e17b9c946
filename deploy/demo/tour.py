"""What is worth seeing once the demo is loaded: who earned what and why, who did not, what is next."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import httpx
from rich.console import Console

from deploy.demo import asking, showing
from deploy.demo.history import History

Json = dict[str, Any]

WORTH_A_LOOK = (
    "helping-hand",
    "great-answer",
    "late-rescue",
    "widely-thanked",
    "at-the-table",
    "standing-favourite",
    "house-laurel",
)
ASKED = 40  # members, for what is closest for them
SHOWN = 8
ALIKE = 2  # of them with the same badge


def show(console: Console, client: httpx.Client, story: History, seconds: float) -> str:
    """Print all of it. Returns the id of a member who is worth a closer look."""
    names = {member["id"]: member["name"] for member in story.members}
    badges, latest = asking.badges(client), asking.latest_awards(client, 200)
    showing.totals(console, story, sum(badge["held"] for badge in badges), seconds)
    showing.badges(console, badges)
    holders = list(_holders(client))
    showing.reasons(console, holders)
    showing.refusals(console, _without(client, story, names))
    showing.closest(console, [(names.get(member, member), item) for member, item in _near(client, latest)])
    showing.latest(console, latest[:SHOWN])
    return str(holders[0]["member"]["id"])


def _holders(client: httpx.Client) -> Iterator[Json]:
    """For each badge that is worth a look the holder of its highest level, else its latest one, and why."""
    for badge in WORTH_A_LOOK:
        awards = [award for award in asking.holders(client, badge) if award["member"]["id"] is not None]
        if awards:
            best = max(awards, key=lambda award: showing.LEVELS.index(award["level"]))
            yield asking.explanation(client, best["member"]["id"], badge)


def _without(client: httpx.Client, story: History, names: dict[str, str]) -> Iterator[tuple[str, Json, str]]:
    """A promoter whose other accounts had liked his answers, one who opted out, and a bot."""
    promoter = story.merges[0][1]
    merged = f"{len(story.merges)} other accounts of theirs, which liked it, were merged: "
    modest = next(member["id"] for member in story.members if member.get("opted_out"))
    bot = next(member["id"] for member in story.members if member["role"] == "bot")
    yield names[promoter], asking.explanation(client, promoter, "nice-answer"), merged
    yield names[modest], asking.explanation(client, modest, "nice-answer"), ""
    yield names[bot], asking.explanation(client, bot, "first-answer"), ""


def _near(client: httpx.Client, awards: Sequence[Json]) -> Iterator[tuple[str, Json]]:
    """The nearest of those who earned something lately: each member once, and not all with one badge."""
    lately = dict.fromkeys(award["member"]["id"] for award in awards if award["member"]["id"] is not None)
    shown: Counter[str] = Counter()
    for member, item in asking.closest(client, list(lately)[:ASKED]):
        if not shown[member] and shown[item["badge"]] < ALIKE and shown.total() < 2 * SHOWN:
            shown.update((member, item["badge"]))
            yield member, item
