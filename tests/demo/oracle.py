"""Who earns what in the demo's year, by a plain walk through the story: no line is shared with Laurel's rules.

It sees what survives in the end, in the order of events, knows who is who, and keeps its own simple sums.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from deploy.demo.history import History

Json = dict[str, Any]
Award = tuple[str, str, str, str]  # badge, member, object, level

LEVELS = ("bronze", "silver", "gold")
KYIV = ZoneInfo("Europe/Kyiv")


def awards(story: History) -> dict[Award, datetime]:
    """Every award that stands at the end, with the time of the deed that decided it; not those given by hand."""
    return _Walk(story).found


class _Walk:
    def __init__(self, story: History) -> None:
        self.same = dict(story.merges) | {account: member for member, _, account in story.identities}
        self.bots = {member["id"] for member in story.members if member["role"] == "bot"}
        self.out = {member["id"] for member in story.members if member.get("opted_out")} | {story.erased}
        self.found: dict[Award, datetime] = {}
        self.numbers: Counter[tuple[str, str]] = Counter()
        self.distinct: defaultdict[tuple[str, str], set[Any]] = defaultdict(set)
        self.score: Counter[str] = Counter()
        self.accepted: set[str] = set()
        deeds = list(_surviving(story))
        self.made = {deed["object"]["id"]: deed for deed in deeds if deed["type"] == "Create"}
        for deed in sorted(deeds, key=lambda deed: (_time(deed), deed["id"])):
            if self.who(deed) not in self.bots:
                self.step(deed, self.who(deed), deed["object"]["id"])

    def who(self, deed: Json | None) -> str | None:
        actor = deed["actor"] if deed else None
        actor = actor["id"] if isinstance(actor, dict) else actor
        return self.same.get(actor, actor)

    def author(self, thing: str | None) -> str | None:
        return self.who(self.made.get(thing)) if thing else None

    def parent(self, thing: str) -> str | None:
        return self.made[thing]["object"].get("inReplyTo") if thing in self.made else None

    def step(self, deed: Json, actor: str | None, thing: str) -> None:
        author, asker = self.author(thing), self.author(self.parent(thing))
        kind, made_kind = deed["type"], deed["object"].get("type")
        if kind == "Create" and made_kind == "Answer" and asker != actor:
            self.give(deed, "first-answer", actor)
            day = _time(deed).astimezone(KYIV).date()
            self.add(deed, "steady-helper", actor, (10, 30, 75), distinct=day)
        if kind == "Join":
            self.add(deed, "at-the-table", actor, (300, 900, 1800), more=deed["value"])
        if kind == "Accept" and actor == asker and actor != author:
            self.give(deed, "first-thanks", actor)
            self.add(deed, "helping-hand", author, (3, 10, 25))
        if kind == "Accept" and actor == asker:
            self.accepted.add(thing)
        if kind in {"Like", "Accept"} and actor is not None and actor != author:
            self.add(deed, "widely-thanked", author, (10, 50, 100), distinct=actor)
        if kind == "Like" and actor != author:
            self.add(deed, "generous-reader", actor, (25, 100, 200), distinct=thing)
        if kind in {"Like", "Dislike"} and (actor is None or actor != author):
            self.score[thing] += 1 if kind == "Like" else -1
        if kind in {"Like", "Dislike", "Accept"} and thing in self.made:
            self.weigh(deed, thing, author, asker)

    def weigh(self, deed: Json, thing: str, author: str | None, asker: str | None) -> None:
        score, made = self.score[thing], self.made[thing]
        goals = {
            "Answer": ("nice-answer", 8),
            "Question": ("good-question", 5),
            "Review": ("helpful-review", 4),
        }
        slug, goal = goals.get(made["object"]["type"], ("", 0))
        if slug and score >= goal:
            self.give(deed, slug, author, thing)
        if slug != "nice-answer":
            return
        asked = self.made[self.parent(thing) or ""]
        if score >= 15 and thing in self.accepted:
            self.give(deed, "great-answer", author, thing)
        if score >= 3 and (_time(made) - _time(asked)).days >= 30:
            self.give(deed, "late-rescue", author, thing)
        if score >= 3 and author == asker:
            self.give(deed, "shared-finding", author)
        if score >= 12:
            self.give(deed, "standing-favourite", author, thing)
        else:
            self.found.pop(("standing-favourite", author or "", thing, ""), None)

    def add(
        self,
        deed: Json,
        badge: str,
        member: str | None,
        goals: tuple[int, ...],
        *,
        more: int = 1,
        distinct: Any = None,
    ) -> None:
        if member is None:
            return
        before = self.numbers[badge, member]
        self.distinct[badge, member].add(distinct)
        self.numbers[badge, member] = before + more if distinct is None else len(self.distinct[badge, member])
        for goal, level in zip(goals, LEVELS, strict=True):
            if before < goal <= self.numbers[badge, member]:
                self.give(deed, badge, member, level=level)

    def give(self, deed: Json, badge: str, member: str | None, thing: str = "", level: str = "") -> None:
        if member is not None and member not in self.bots | self.out:
            self.found.setdefault((badge, member, thing, level), _time(deed))


def _surviving(story: History) -> Iterator[Json]:
    """The last version of everything that was neither undone nor deleted."""
    latest = {deed["id"]: deed for deed in story.activities}
    gone = {deed["object"]["id"] for deed in story.activities if deed["type"] == "Undo"} | set(
        story.retractions
    )
    return (deed for key, deed in latest.items() if key not in gone and deed["type"] != "Undo")


def _time(deed: Json) -> datetime:
    return datetime.fromisoformat(deed["published"])
