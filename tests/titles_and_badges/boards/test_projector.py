"""The projector: whatever comes in whatever order, wherever it dies: lists, trees and places are what sorting finds."""

import contextlib
import random
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.titles_and_badges.domain.boards import accounts as rules_of_accounts
from services.titles_and_badges.repository import DATABASE
from services.titles_and_badges.repository.boards import accounts, standings, trees
from services.titles_and_badges.use_cases import crediting, projecting, recognising
from shared import clock, lease, mongo
from tests.titles_and_badges.boards.playing import Game, Interrupted, step

pytestmark = pytest.mark.takes(40)

TIES = ("competition", "dense", "ordinal")
#: Where a step may die: in the middle of its writes, after them, before its marks are gone.
PLACES = (
    (standings, "keep"),
    (trees, "keep"),
    (standings, "keep_shown"),
    (accounts, "forget_marks"),
)


def interruption(chance: random.Random) -> Any:
    """A step that is under way dies at one of these places."""

    @contextlib.contextmanager
    def interrupted() -> Iterator[None]:
        room, name = chance.choice(PLACES)
        untouched = getattr(room, name)

        def die(*_: Any, **__: Any) -> None:
            raise Interrupted

        setattr(room, name, die)
        try:
            yield
        finally:
            setattr(room, name, untouched)

    return interrupted


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(chance=st.randoms(use_true_random=False), count=st.integers(1, 30), ties=st.sampled_from(TIES))
def test_lists_trees_and_places_are_what_sorting_finds(
    databases: object, chance: random.Random, count: int, ties: str
) -> None:
    assert databases
    Game(chance, ties).play(count, interruption(chance))


def caught(monkeypatch: pytest.MonkeyPatch, games: int = 12) -> bool:
    """Whether any of some histories shows that a variant is wrong."""
    for seed in range(games):
        chance = random.Random(seed)  # noqa: S311 (a history, no secret)
        try:
            Game(chance, "competition").play(30, interruption(chance))
        except (AssertionError, KeyError, LookupError):
            monkeypatch.undo()
            return True
    return False


def late_is_folded_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules_of_accounts, "comes_in_order", lambda *_: True)


def retracted_deeds_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crediting, "_counted_in", lambda _document: [])


def scores_are_added_without_taking_off_what_was_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    stand = projecting._stand  # noqa: SLF001 (what is broken here)

    def adding(changes: Any) -> None:
        stand({row: {key: (None, now) for key, (_, now) in each.items()} for row, each in changes.items()})

    monkeypatch.setattr(projecting, "_stand", adding)


def the_tree_forgets_to_take_off_old_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    add = trees.Tree.add
    monkeypatch.setattr(trees.Tree, "add", lambda tree, score, count: add(tree, score, abs(count)))


def who_reached_it_first_is_never_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    def latest(_row: Any, before: Any, parts: Any) -> Any:
        now = [each.reached for _, each in parts.values() if each is not None]
        return max([*now, *([before.reached] if before else [])], default=clock.BEGINNING)

    monkeypatch.setattr(projecting, "_reached", latest)


def marks_are_forgotten_in_a_transaction_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    project = projecting.project

    def in_two(held: Any, community: str, due: Any, now: Any) -> None:
        marks = accounts.oldest_marks(community, 50)
        keys = [accounts.read(name) for each in marks for name in each.credits]
        accounts.forget_marks(marks)
        project(held, community, [*due, *keys], now)

    monkeypatch.setattr(projecting, "project", in_two)


def who_is_excluded_is_ranked_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = projecting._shown  # noqa: SLF001 (what is broken here)

    def ranked(*given_: Any) -> Any:
        found = shown(*given_)
        return found._replace(parts={key: part._replace(hidden=False) for key, part in found.parts.items()})

    monkeypatch.setattr(projecting, "_shown", ranked)


def test_an_unbroken_one_is_not(databases: object, monkeypatch: pytest.MonkeyPatch) -> None:
    assert databases
    assert not caught(monkeypatch)


@pytest.mark.parametrize(
    "breaking",
    [
        late_is_folded_on,
        retracted_deeds_stay,
        scores_are_added_without_taking_off_what_was_shown,
        the_tree_forgets_to_take_off_old_scores,
        who_reached_it_first_is_never_taken_back,
        marks_are_forgotten_in_a_transaction_of_their_own,
        who_is_excluded_is_ranked_all_the_same,
    ],
)
def test_a_broken_variant_is_caught(
    databases: object, breaking: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert databases
    breaking(monkeypatch)
    assert caught(monkeypatch)


def test_several_projectors_and_consumers_count_each_deed_once(databases: object) -> None:
    assert databases
    game = Game(random.Random(1), "competition")  # noqa: S311
    game.definition |= {"cap_a_day": None, "by_giver": None, "points": [{"role": "author"}]}
    game.definition = {name: value for name, value in game.definition.items() if value is not None}
    game.define()
    deeds = [game.deed(number, 1, game.member("a")) for number in range(800)]
    stop = threading.Event()
    faults: list[BaseException] = []

    def consume(part: int) -> None:
        ours = deeds[part::4]
        for start in range(0, len(ours), 20):
            recognising.recognise(part, ours[start : start + 20], {})

    def project() -> None:
        projector = projecting.Projector()
        while not stop.is_set():
            projector.turn()
            projector.release()

    def watched(work_: Any, *given_: Any) -> None:
        try:
            work_(*given_)
        except BaseException as fault:  # noqa: BLE001 (shown below)
            faults.append(fault)

    consumers = [threading.Thread(target=watched, args=(consume, part)) for part in range(4)]
    projectors = [threading.Thread(target=watched, args=(project,)) for _ in range(2)]
    for each in (*consumers, *projectors):
        each.start()
    for each in consumers:
        each.join()
    stop.set()
    for each in projectors:
        each.join()
    game.settle()
    assert faults == []
    (row,) = standings.rows(game.slug, "votes", "all")
    assert (row["member"], row["score"]) == (game.member("a"), 800)


def test_who_lost_the_lease_ends_no_step(databases: object) -> None:
    assert databases
    game = Game(random.Random(1), "competition")  # noqa: S311
    game.define()
    recognising.recognise(0, [game.deed(1, 1)], {})
    late, now = projecting.Projector(), projecting.Projector()
    assert late.hold()
    mongo.collection(DATABASE, lease.COLLECTION).update_one(
        {"_id": projecting.LEASE}, {"$set": {"until": clock.BEGINNING}}
    )
    assert now.hold()
    with pytest.raises(lease.Lost):
        late.step(clock.now())
    assert projecting.is_behind(game.slug)
    now.release()


def test_a_quiet_day_moves_rolling_boards_on(databases: object) -> None:
    assert databases
    game = Game(random.Random(1), "competition")  # noqa: S311
    game.definition["windows"] = ["last-7-days", "month", "all"]
    game.define()
    deed = msgspec.structs.replace(game.deed(1, 1), type="Like", published=clock.now())
    recognising.recognise(0, [deed], {})
    game.settle()
    rows = lambda: [row["score"] for row in standings.rows(game.slug, "votes", "last-7-days")]  # noqa: E731
    assert rows() == [60]
    while step(clock.now() + timedelta(days=6)):
        pass
    assert rows() == [60]
    while step(clock.now() + timedelta(days=7)):
        pass
    assert rows() == []
    assert [row["score"] for row in standings.rows(game.slug, "votes", "all")] == [60]
