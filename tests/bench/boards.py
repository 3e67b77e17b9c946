"""Goals 7 to 9 and 13: a board of a million members against one of ten thousand; its answers against constants."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from flask import Flask, Response
from pymongo import monitoring

from services.titles_and_badges import app as badges_app
from services.titles_and_badges import wsgi
from services.titles_and_badges.domain.boards.ranking import Tree
from services.titles_and_badges.queries import boards as queries
from services.titles_and_badges.repository import DATABASE
from services.titles_and_badges.repository.boards import standings, trees
from services.titles_and_badges.repository.boards.standings import Standing
from services.titles_and_badges.use_cases import defining_boards
from shared import auth, clock, mongo
from tests.bench import measuring, recognition, table
from tests.bench.machine import Machine
from tests.bench.measuring import Pairs
from tests.bench.table import Row

SIZES = (10_000, 1_000_000)
BOARD = "votes"
NOW, PAST = "month:2026-11", "month:2026-10"
DEFINITION = {"name": "Votes", "points": [{"role": "author"}], "windows": ["month", "all"]}
#: Members asked about in one round.
ASKED = 40
_CHUNK = 20_000
_REACHED = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Crowded:
    """A community with a board of so many members, and some of them near its top, in its middle and at its end."""

    slug: str
    size: int
    members: Sequence[str]

    @property
    def p(self) -> str:
        """Its present period."""
        return standings.period_key(self.slug, BOARD, NOW)


def rows(ready: Machine, rounds: int) -> Iterator[Row]:
    """Goals 7, 8 and 9, and the parts of 13 that are a board's."""
    small, large = (_crowded(size) for size in SIZES)
    yield from _flat(small, large, rounds)
    scores = {member: each.score for (_, member), each in _standings(large).items()}
    known: Callable[[str], object] = lambda member: trees.one(large.p, [scores[member]]).place(  # noqa: E731
        scores[member], "competition"
    )
    yield _beside_find_one("rank of a score that is known", large, known, rounds)
    yield _beside_find_one(
        "rank: his score, then its nodes", large, lambda member: _rank(large, member), rounds
    )
    yield from _answers(ready, large, rounds)


def _flat(small: Crowded, large: Crowded, rounds: int) -> Iterator[Row]:
    asks: list[tuple[str, str, Callable[[Crowded, str, int], object]]] = [
        ("7", "rank", lambda on, member, _: _rank(on, member)),
        ("7", "rank + 3 neighbours on each side", lambda on, member, _: _near(on, member)),
        (
            "7",
            "my place as the door answers it",
            lambda on, member, _: queries.rank(on.slug, BOARD, NOW, member),
        ),
        ("7", "page of 50 in the middle, by place", lambda on, _, number: _page(on, on.size // 2 + number)),
        ("13", "top 100", lambda on, *_: queries.standing(on.slug, BOARD, NOW, limit=100)),
        ("13", "top 100 of a past month", lambda on, *_: queries.standing(on.slug, BOARD, PAST, limit=100)),
        ("13", "top 1 of a past month", lambda on, *_: queries.standing(on.slug, BOARD, PAST, limit=1)),
    ]
    for goal, what, ask in asks:
        yield _growth(goal, what, small, large, ask, rounds)


def _growth(
    goal: str,
    what: str,
    small: Crowded,
    large: Crowded,
    ask: Callable[[Crowded, str, int], object],
    rounds: int,
) -> Row:
    """How many times as long it takes on the large board."""

    def run(on: Crowded) -> Callable[[int], None]:
        def all_of_them(number: int) -> None:
            for index, member in enumerate(on.members[:ASKED]):
                ask(on, member, number * ASKED + index)

        return all_of_them

    pairs = measuring.interleave(rounds, run(large), run(small))
    times = [large.wall / small.wall for large, small in zip(pairs.ours, pairs.theirs, strict=True)]
    each = min(sample.wall for sample in pairs.ours) / ASKED * 1000
    said = f"{what}: {large.size:,} members against {small.size:,} ({each:.2f} ms at best)"
    return Row(goal, said, times, 1.3, at_most=True, minima=1 / pairs.of_minima, control=pairs.control)


def _beside_find_one(what: str, large: Crowded, ask: Callable[[str], object], rounds: int) -> Row:
    stored = mongo.collection(DATABASE, "standings")

    def find(number: int) -> None:
        del number
        for member in large.members[:ASKED]:
            stored.find_one({"_id": f"{large.p}:{member}"})

    def rank(number: int) -> None:
        del number
        for member in large.members[:ASKED]:
            ask(member)

    pairs = measuring.interleave(rounds, rank, find)
    times = [ours.wall / theirs.wall for ours, theirs in zip(pairs.ours, pairs.theirs, strict=True)]
    said = f"{what}: against find_one by _id"
    return Row("8", said, times, 2.0, at_most=True, minima=1 / pairs.of_minima, control=pairs.control)


def _standings(on: Crowded) -> dict[tuple[str, str], Standing]:
    return standings.load((on.p, member) for member in on.members)


def _answers(ready: Machine, large: Crowded, rounds: int) -> Iterator[Row]:
    """The door against a Flask that returns constant bytes, called as gunicorn calls them, without a network."""
    commands = _Commands()
    monitoring.register(commands)  # of connections that are made from now on
    badges_app.connect(ready.settings, "api")
    door = wsgi.wire_api(ready.settings)
    token = auth.mint(ready.settings.need_signing_key(), community=large.slug, kind="server", now=clock.now())
    path = f"/v1/boards/{BOARD}/standings?window=month&period=2026-11&limit=20"
    first = _call(door, path, token)
    body, tag = first[2], first[1]["ETag"]
    constant = Flask("constant")
    constant.add_url_rule(
        path.partition("?")[0], "constant", lambda: Response(body, mimetype="application/json")
    )
    recognition.expect("the answer's status", first[0], "200")
    for what, headers, status in (("200", {}, "200"), ("304", {"If-None-Match": tag}, "304")):
        recognition.expect("the status", _call(door, path, token, headers)[0], status)
        pairs = _against(door, constant, path, token, headers, rounds)
        yield table.of_speed(
            "9", f"GET of a board, {what}: against Flask returning constant bytes", pairs, 0.7
        )
    before, until, count = commands.count, time.monotonic() + 5.0, 0
    while time.monotonic() < until:
        count += 1
        _call(door, path, token, {"If-None-Match": tag})
    asked = (commands.count - before) / count
    yield Row(
        "9",
        f"commands to the database for each of {count:,} answers of 304 in 5 s",
        [asked],
        0.1,
        at_most=True,
    )


def _against(
    door: Flask, constant: Flask, path: str, token: str, headers: dict[str, str], rounds: int
) -> Pairs:
    def many(app: Flask) -> Callable[[int], None]:
        def ask(number: int) -> None:
            del number
            for _ in range(200):
                _call(app, path, token, headers)

        return ask

    return measuring.interleave(rounds, many(door), many(constant))


class _Commands(monitoring.CommandListener):
    """Counts what is asked of the database."""

    def __init__(self) -> None:
        self.count = 0

    def started(self, event: monitoring.CommandStartedEvent) -> None:  # noqa: ARG002
        """One more."""
        self.count += 1

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Nothing to count."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Nothing to count."""


def _call(
    app: Flask, path: str, token: str, headers: dict[str, str] | None = None
) -> tuple[str, dict[str, str], bytes]:
    route, _, query = path.partition("?")
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": route,
        "RAW_URI": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in (headers or {}).items()},
    }
    said: list[Any] = []
    body = b"".join(app.wsgi_app(environ, lambda status, found, _=None: said.extend((status, dict(found)))))
    return said[0].split()[0], said[1], body


def _rank(on: Crowded, member: str) -> int:
    standing = standings.load([(on.p, member)])[on.p, member]
    return trees.one(on.p, [standing.score]).place(standing.score, "competition")


def _near(on: Crowded, member: str) -> list[Standing]:
    standing = standings.load([(on.p, member)])[on.p, member]
    trees.one(on.p, [standing.score]).place(standing.score, "competition")
    return standings.around(on.p, standing.key, 3)


def _page(on: Crowded, rank: int) -> object:
    return queries.standing(on.slug, BOARD, NOW, limit=50, rank=rank)


def _crowded(size: int) -> Crowded:
    slug = f"bench-{size}"
    recognition.found(slug)
    defining_boards.define(slug, {BOARD: DEFINITION}, clock.now())
    chance = random.Random(size)  # noqa: S311 (scores, no secret)
    members = [f"m{size:08}{number:016}" for number in range(size)]
    scores = {member: int(chance.lognormvariate(5, 1.6)) for member in members}
    fill(standings.period_key(slug, BOARD, NOW), scores)
    fill(standings.period_key(slug, BOARD, PAST), {member: score + 1 for member, score in scores.items()})
    ordered = sorted(members, key=lambda member: -scores[member])
    some = [
        ordered[size * percent // 100 + offset] for offset in range(ASKED // 3 + 1) for percent in (5, 50, 99)
    ]
    _expect_places(slug, some, scores)
    introduce(slug, some)
    return Crowded(slug, size, some)


def fill(p: str, scores: dict[str, int]) -> None:
    """A period as the projector would have left it, in bulk."""
    tree = Tree({})
    chunk = []
    for number, (member, score) in enumerate(scores.items(), start=1):
        tree.add(score, 1)
        standing = Standing(member, score, 1, _REACHED + timedelta(seconds=number % 86_400), hidden=False)
        chunk.append(standings.written(p, standing))
        if len(chunk) == _CHUNK or number == len(scores):
            standings.bulk(chunk)
            chunk = []
    trees.keep({p: tree})


def introduce(slug: str, members: Sequence[str]) -> None:
    """Profiles of those who are asked about."""
    mongo.collection(DATABASE, "profiles").insert_many(
        [
            {"_id": member, "community": slug, "revision": 1, "external_id": member, "name": "Somebody"}
            for member in members
        ],
        ordered=False,
    )


def _expect_places(slug: str, members: Sequence[str], scores: dict[str, int]) -> None:
    """The places that the tree says are those that counting finds."""
    every = list(scores.values())
    p = standings.period_key(slug, BOARD, NOW)
    for member in members[:3]:
        found = trees.one(p, [scores[member]]).place(scores[member], "competition")
        counted = 1 + sum(each > scores[member] for each in every)
        recognition.expect("a place", str(found), str(counted))
