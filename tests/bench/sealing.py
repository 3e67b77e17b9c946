"""Goal 13: a month of a board is sealed, then read, at two sizes and three; beside it, SQL over raw activities."""

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from services.titles_and_badges.domain import sealing as rules
from services.titles_and_badges.queries import seals as queries
from services.titles_and_badges.repository import DATABASE, seals
from services.titles_and_badges.repository.boards import standings
from services.titles_and_badges.use_cases import defining_boards, defining_titles, sealing
from shared import clock, mongo
from tests.bench import boards, measuring, postgres, recognition
from tests.bench.boards import BOARD, DEFINITION
from tests.bench.machine import Machine
from tests.bench.measuring import Pairs, Sample
from tests.bench.postgres import Sql
from tests.bench.table import Row

PERIOD = "2026-10"
SMALL, MIDDLE, LARGE = 10_000, 100_000, 1_000_000
PIECE = 20_000
#: Sealing the large board must not take longer, or it is left out.
LONGEST_SECONDS = 180.0
SEALED = 5
ASKED = 40
TOP = 100
_TITLE = {"name": "Best of the month", "category": "votes", "board": BOARD, "minimum": 1, "holders": 1}


@dataclass(frozen=True)
class Month:
    """A community's month with a board of so many members, best first."""

    slug: str
    scores: dict[str, int]

    @property
    def size(self) -> int:
        """How many have a place."""
        return len(self.scores)


def rows(ready: Machine, rounds: int) -> Iterator[Row]:
    """Sealing, and what a sealed month's top costs."""
    small, middle = _month(SMALL), _month(MIDDLE)
    grown = _sealing(small, middle)
    yield _row("13", small, [each.wall for each in grown.theirs], [each.cpu for each in grown.theirs])
    yield _row("13", middle, [each.wall for each in grown.ours], [each.cpu for each in grown.ours])
    expected = min(each.wall for each in grown.ours) * LARGE / MIDDLE
    yield from _large(small, expected, rounds)
    yield from _read(small, middle, rounds)
    yield from _beside_sql(ready, middle, rounds)


def _sealing(small: Month, middle: Month) -> Pairs:
    roots: set[tuple[str, str]] = set()

    def run(month: Month) -> Callable[[int], None]:
        def seal(number: int) -> None:
            del number
            sealing.seal(month.slug, PERIOD)

        return seal

    def between() -> None:
        for month in (small, middle):
            roots.add((month.slug, _checked(month)))
            _unseal(month)

    pairs = measuring.interleave(SEALED, run(middle), run(small), between)
    recognition.expect("hashes of two months", len(roots), 2)  # however often they are sealed
    for month in (small, middle):
        sealing.seal(month.slug, PERIOD)
    return pairs


def _large(small: Month, expected: float, rounds: int) -> Iterator[Row]:
    if expected > LONGEST_SECONDS:
        said = f"seal a month of {LARGE:,} members: not measured, it would take {expected:.0f} s"
        yield Row("13", said, [])
        return
    large = _month(LARGE)
    sample = measuring.timed(lambda: sealing.seal(large.slug, PERIOD))
    _checked(large)
    yield _row("13", large, [sample.wall], [sample.cpu])
    yield from _read(small, large, rounds)
    _unseal(large)
    _forget("standings", {"p": _p(large.slug)})


def _row(goal: str, month: Month, walls: list[float], cpus: list[float]) -> Row:
    micros = 1_000_000 / month.size
    said = f"seal a month of {month.size:,} members ({min(walls):.1f} s at best): µs a member"
    each = [wall * micros for wall in walls]
    return Row(goal, said, each, minima=min(each), cpu=min(cpus) * micros)


def _read(small: Month, large: Month, rounds: int) -> Iterator[Row]:
    """The top of a sealed month, at both sizes by turns."""
    for limit in (1, TOP):
        pairs = measuring.interleave(rounds, _asking(large, limit), _asking(small, limit))
        grown = [ours.wall / theirs.wall for ours, theirs in zip(pairs.ours, pairs.theirs, strict=True)]
        best = min(each.wall for each in pairs.ours) / ASKED * 1000
        said = f"top {limit} of a sealed month: {large.size:,} members against {small.size:,} ({best:.2f} ms at best)"
        yield Row("13", said, grown, 1.3, at_most=True, minima=1 / pairs.of_minima, control=pairs.control)


def _asking(month: Month, limit: int) -> Callable[[int], None]:
    def ask(number: int) -> None:
        del number
        for _ in range(ASKED):
            _top(month, limit)

    return ask


def _beside_sql(ready: Machine, month: Month, rounds: int) -> Iterator[Row]:
    """The same question over raw activities, one row a point, all of them of that month."""
    with postgres.started(ready) as sql:
        if sql is None:
            yield Row("13", "top of a sealed month against SQL: not measured: no PostgreSQL here", [], 100.0)
            return
        _fill(sql, month)
        count = int(sql.ask("SELECT count(*) FROM activities")[0][0])
        for limit in (1, TOP):
            yield _against(sql, month, limit, count, rounds)


def _against(sql: Sql, month: Month, limit: int, count: int, rounds: int) -> Row:
    question = (
        "SELECT member, sum(points) AS score FROM activities "  # noqa: S608 (ours)
        f"WHERE published >= '{PERIOD}-01' AND published < '2026-11-01' "
        f"GROUP BY member ORDER BY score DESC LIMIT {limit}"
    )
    found, _ = sql.ask(question), _expect_top(month, limit)
    recognition.expect(
        "what SQL finds", [int(score) for _, score in found], list(month.scores.values())[:limit]
    )
    pairs = Pairs()
    for _ in range(max(9, rounds // 2)):
        ours = measuring.timed(lambda: _asking(month, limit)(0))
        pairs.ours.append(Sample(ours.wall / ASKED, ours.cpu / ASKED))
        pairs.theirs.append(Sample(sql.seconds(question), 0.0))
    best = min(each.wall for each in pairs.theirs) * 1000
    said = f"top {limit} of a sealed month against SQL over {count:,} activities ({best:.0f} ms at best)"
    return Row("13", said, pairs.speeds, 100.0, minima=pairs.of_minima, control=pairs.control)


def _fill(sql: Sql, month: Month) -> None:
    sql.copy(
        "scores (member text, score int)", (f"{member}\t{score}" for member, score in month.scores.items())
    )
    sql.run(
        "CREATE TABLE activities AS SELECT row_number() OVER () AS id, member, 1 AS points, "  # noqa: S608 (ours)
        f"timestamp '{PERIOD}-01' + random() * interval '31 days' AS published "
        "FROM scores, generate_series(1, score) ORDER BY random()"
    )
    sql.run("VACUUM ANALYZE activities")


def _month(size: int) -> Month:
    slug = f"sealed-{size}"
    recognition.found(slug, {})
    defining_boards.define(slug, {BOARD: DEFINITION}, clock.now())
    defining_titles.define(slug, {"best": _TITLE}, clock.now())
    chance = random.Random(size)  # noqa: S311 (scores, no secret)
    scores = {f"m{size:08}{number:016}": 1 + int(chance.lognormvariate(2.4, 1.1)) for number in range(size)}
    boards.fill(_p(slug), scores)
    best_first = dict(sorted(scores.items(), key=lambda each: -each[1]))
    boards.introduce(slug, list(best_first)[:TOP])
    while not sealing.count_first(slug, PERIOD):
        time.sleep(0)
    return Month(slug, best_first)


def _checked(month: Month) -> str:
    """The hash of a sealed month whose bytes say what they should."""
    seal = queries.revision(month.slug, PERIOD)
    recognition.expect("the root", queries.computed_root(seal), seal["root"])
    _expect_top(month, TOP)
    part = seals.part(seal["_id"], seals.BOARD, BOARD)
    recognition.expect("chunks of the list", len(seals.leaves(part)), -(-month.size // rules.CHUNK))
    last = seals.page(part, month.size - 1, 2)
    recognition.expect("the last line", [line["score"] for line in last], [min(month.scores.values())])
    held = list(mongo.collection(DATABASE, "title_holders").find({"community": month.slug}))
    recognition.expect("the holder's score", [each["score"] for each in held], [max(month.scores.values())])
    return str(seal["root"])


def _expect_top(month: Month, limit: int) -> None:
    found = [row["score"] for row in _top(month, limit)]
    recognition.expect("the top", found, list(month.scores.values())[:limit])


def _top(month: Month, limit: int) -> list[mongo.Document]:
    return queries.standing(month.slug, PERIOD, BOARD, number=None, first=0, limit=limit)


def _unseal(month: Month) -> None:
    """Forget a seal, so that the next one is the first again."""
    for seal in seals.revisions(month.slug, PERIOD):
        _forget("seal_chunks", {"seal": seal["_id"]})
    for name in ("seals", "title_holders", "facts", "work", "outbox"):
        _forget(name, {"community": month.slug})
    mongo.collection(DATABASE, "closings").delete_many({"_id": month.slug})


def _forget(name: str, query: mongo.Document) -> None:
    """Delete in pieces: a million at once take longer than the driver waits for an answer."""
    found = mongo.collection(DATABASE, name)
    while ids := [each["_id"] for each in found.find(query, {"_id": 1}).limit(PIECE)]:
        found.delete_many({"_id": {"$in": ids}})


def _p(slug: str) -> str:
    return standings.period_key(slug, BOARD, f"month:{PERIOD}")
