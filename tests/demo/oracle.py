"""Who earns what in the demo's year, by a plain walk through the story: no line is shared with Laurel's rules.

It sees what survives in the end, in the order of events, knows who is who, and keeps its own simple sums.
"""

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from deploy.demo.history import History
from shared import clock

Json = dict[str, Any]
Award = tuple[str, str, str, str]  # badge, member, object, level

LEVELS = ("bronze", "silver", "gold")
KYIV = ZoneInfo("Europe/Kyiv")


def awards(story: History) -> dict[Award, datetime]:
    """Every award that stands at the end, with the time of the deed that decided it.

    Neither those given by hand, nor those for ranks in months, which are there when the months are sealed.
    """
    walk = _Walk(story)
    every = walk.found | {each: at for each, at in walk.aged.items() if at <= clock.now()}
    return every | _chained(every)


def podium(best: Iterable[tuple[datetime, Iterable[str]]]) -> dict[Award, datetime]:
    """The awards for ranks: for each month its end, and who was among its best three."""
    times: Counter[str] = Counter()
    found = {}
    for end, members in best:
        for member in members:
            times[member] += 1
            if times[member] in (1, 3, 6):
                level = LEVELS[(1, 3, 6).index(times[member])]
                found["on-the-podium", member, "", level] = end
    return found


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
        self.runs: dict[str, tuple[date, int]] = {}
        self.months: dict[str, tuple[datetime, set[int]]] = {}
        self.aged: dict[Award, datetime] = {}
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
        if kind == "Create" and actor is not None:
            self.write(deed, actor, made_kind)
        if kind == "Create" and made_kind == "Answer" and asker != actor:
            self.give(deed, "first-answer", actor)
            day = _time(deed).astimezone(KYIV).date()
            self.add(deed, "steady-helper", actor, (10, 30, 75), distinct=day)
            self.divide(deed, actor, whole=1)
        if kind == "Join":
            self.add(deed, "at-the-table", actor, (300, 900, 1800), more=deed["value"])
        if kind == "Accept" and actor == asker and actor != author:
            self.give(deed, "first-thanks", actor)
            self.add(deed, "helping-hand", author, (3, 10, 25))
            self.divide(deed, author, part=1)
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

    def write(self, deed: Json, actor: str, made_kind: str) -> None:
        self.numbers[made_kind, actor] += 1
        if self.numbers["Comment", actor] == 20:
            self.give(deed, "table-talk", actor)
        if all(
            self.numbers[kind, actor] >= most
            for kind, most in (("Answer", 5), ("Question", 3), ("Review", 1))
        ):
            self.give(deed, "full-bodied", actor)
        day = _time(deed).astimezone(KYIV).date()
        monday = day - timedelta(days=day.weekday())
        last, run = self.runs.get(actor, (date.min, 0))
        if monday != last:
            run = run + 1 if last == monday - timedelta(days=7) else 1
            self.runs[actor] = (monday, run)
        for goal, level in zip((4, 8, 16), LEVELS, strict=True):
            if run == goal:
                self.give(deed, "weekly-roast", actor, level=level)
        self.age(_time(deed), actor)

    def age(self, moment: datetime, actor: str) -> None:
        """A month of one's own counts when it is over, if something was done in it."""
        start, busy = self.months.setdefault(actor, (moment, set()))
        number = next(number for number in range(20) if _months_later(start, number + 1) > moment)
        if number not in busy and actor not in self.bots | self.out:
            busy.add(number)
            if len(busy) in (3, 6, 9):
                level = LEVELS[len(busy) // 3 - 1]
                self.aged["well-aged", actor, "", level] = _months_later(start, number + 1)

    def divide(self, deed: Json, member: str | None, *, whole: int = 0, part: int = 0) -> None:
        if member is None:
            return
        self.numbers["whole", member] += whole
        self.numbers["part", member] += part
        given = self.numbers["whole", member]
        if given >= 10 and 100 * self.numbers["part", member] >= 30 * given:
            self.give(deed, "sure-hand", member)

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


def _chained(found: dict[Award, datetime]) -> dict[Award, datetime]:
    """Who holds three others, since he got the last of them."""
    three = (("first-answer", ""), ("generous-reader", "bronze"), ("widely-thanked", "bronze"))
    chained = {}
    for member in {member for _, member, _, _ in found}:
        held = [found.get((badge, member, "", level)) for badge, level in three]
        since = [moment for moment in held if moment is not None]
        if len(since) == len(three):
            chained["house-blend", member, "", ""] = max(since)
    return chained


def _months_later(start: datetime, months: int) -> datetime:
    local = start.astimezone(KYIV)
    year, month = local.year + (local.month - 1 + months) // 12, (local.month - 1 + months) % 12 + 1
    day = min(local.day, monthrange(year, month)[1])
    return local.replace(year=year, month=month, day=day).astimezone(UTC)


def _surviving(story: History) -> Iterator[Json]:
    """The last version of everything that was neither undone nor deleted."""
    latest = {deed["id"]: deed for deed in story.activities}
    gone = {deed["object"]["id"] for deed in story.activities if deed["type"] == "Undo"} | set(
        story.retractions
    )
    return (deed for key, deed in latest.items() if key not in gone and deed["type"] != "Undo")


def _time(deed: Json) -> datetime:
    return datetime.fromisoformat(deed["published"])
