"""Months become bytes that never change: once, whoever dies, whoever is at it at the same time, whatever comes late."""

from typing import Any

import pytest

from services.titles_and_badges.queries import seals as queries
from services.titles_and_badges.repository import closings, seals, titles
from services.titles_and_badges.use_cases import closing, sealing
from shared import clock, mongo
from tests.fixtures import BADGES, Courier, Door
from tests.interleaving import held
from tests.titles_and_badges.months import BOARD, CROWD, OCTOBER, SEPTEMBER, TITLE, Village, bytes_of, holders


@pytest.fixture
def village(activity: Door, courier: Courier) -> Village:
    return Village(activity, courier)


def test_a_month_is_sealed_with_its_inputs_standings_holders_and_a_hash_over_all_of_it(
    village: Village, badges: Door
) -> None:
    village.define()
    village.likes("ann", CROWD[:3])
    village.likes("bob", CROWD[:2])
    village.likes("cid", CROWD[:1])
    village.likes("dan", CROWD, day="2026-11-02")  # another month
    village.seal()
    seal = village.sealed()
    assert holders(badges) == [(OCTOBER, "ann", 1), (OCTOBER, "bob", 2)]
    manifest = seals.manifest(seal["_id"])
    assert (manifest["time_zone"], manifest["from"], manifest["until"]) == (
        "Europe/Kyiv", "2026-09-30T21:00:00.000Z", "2026-10-31T22:00:00.000Z",
    )  # fmt: skip
    assert [(each["slug"], each["version"], each["ties"]) for each in manifest["boards"]] == [
        ("liked", 1, "competition")
    ]
    rows = badges("GET", f"/v1/periods/{OCTOBER}/boards/liked").json["items"]
    assert [(row["member"]["id"], row["rank"], row["score"]) for row in rows] == [
        ("ann", 1, 30), ("bob", 2, 20), ("cid", 3, 10),
    ]  # fmt: skip
    assert queries.computed_root(seal) == seal["root"]
    assert village.kinds() == ["period.sealed", "title.awarded", "title.awarded"]


def test_sealing_again_gives_the_same_bytes_and_announces_nothing(village: Village) -> None:
    village.define()
    village.likes("ann", CROWD[:3])
    village.seal()
    before, root = bytes_of(village.sealed()), village.sealed()["root"]
    village.told()
    village.seal()
    assert (village.sealed()["revision"], village.sealed()["root"]) == (1, root)
    assert bytes_of(village.sealed()) == before
    assert village.kinds() == []


def test_a_job_killed_between_any_two_steps_is_taken_over_and_the_second_holder_is_awarded(
    village: Village, badges: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    village.define(
        **{"most-liked": TITLE, "dearest": {**TITLE, "measure": {"gives": [{"where": {"type": "Like"}}]}}}
    )
    village.likes("ann", CROWD[:3])
    village.likes("bob", CROWD[:2])
    village.courier.carry()
    closing.order(village.community, [OCTOBER])
    steps = 0
    while sealing.step(village.community, OCTOBER, clock.now()):
        steps += 1
        assert village.sealed() is None or steps == 6  # nothing shows before the end
        die_in_the_middle(village, monkeypatch)
    assert steps == 6  # inputs, board, measure, two titles, the end
    assert holders(badges) == [(OCTOBER, "ann", 1), (OCTOBER, "bob", 2)]
    assert holders(badges, "dearest") == holders(badges)
    assert village.kinds() == ["period.sealed", *["title.awarded"] * 4]


def die_in_the_middle(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a process that is killed inside a step, having written a part of it: after its first holder, for one."""

    def dies(*_: Any, **__: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(seals, "go_on", dies)
        dying.setattr(titles, "write_holders", dies)
        try:
            sealing.step(village.community, OCTOBER, clock.now())
        except SystemExit:
            return


def test_two_sealers_that_begin_from_one_moment_seal_once(village: Village, badges: Door) -> None:
    village.define()
    village.likes("ann", CROWD[:3])
    village.courier.carry()
    closing.order(village.community, [OCTOBER])

    def one_step() -> bool:
        return sealing.step(village.community, OCTOBER, clock.now())

    while True:
        with held(one_step, closings, "load") as other:
            went_on = one_step()
        if not (went_on or other.result()):
            break
    assert village.sealed()["revision"] == 1
    assert holders(badges) == [(OCTOBER, "ann", 1)]
    assert village.kinds() == ["period.sealed", "title.awarded"]


def test_months_are_sealed_in_order_whatever_the_order_of_the_orders(village: Village, badges: Door) -> None:
    village.define(**{"most-liked": {**TITLE, "holders": 1, "cooldown": 1}})
    for day in ("2026-09-10", "2026-10-10"):
        village.likes("ann", CROWD[:3], day=day)
        village.likes("bob", CROWD[:2], day=day)
    village.courier.carry()
    closing.order(village.community, [OCTOBER, SEPTEMBER])
    village.courier.carry()  # the jobs process does it by itself
    assert holders(badges) == [(OCTOBER, "bob", 1), (SEPTEMBER, "ann", 1)]


def test_a_list_longer_than_a_chunk_is_sealed_whole_though_it_changes_in_between(
    village: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.titles_and_badges.domain.sealing.CHUNK", 2)
    village.define()
    for number, name in enumerate(("ann", "bob", "cid", "dan", "eve")):
        village.likes(name, CROWD[: 1 + number // 2])
    village.courier.carry()
    mongo.transact(BADGES, lambda: closings.order(village.community, [OCTOBER]))
    for _ in range(3):
        assert sealing.step(village.community, OCTOBER, clock.now())
    village.likes("zoe", CROWD)
    village.courier.carry()
    while sealing.step(village.community, OCTOBER, clock.now()):
        pass
    part = seals.part(village.sealed()["_id"], seals.BOARD, "liked")
    rows = list(seals.lines(part))
    assert [(row["score"], row["rank"]) for row in rows] == [
        (60, 1),
        (30, 2),
        (20, 3),
        (20, 3),
        (10, 5),
        (10, 5),
    ]
    assert queries.computed_root(village.sealed()) == village.sealed()["root"]


@pytest.mark.parametrize(
    ("ties", "ranks"),
    [("competition", [1, 2, 2, 4]), ("dense", [1, 2, 2, 3]), ("ordinal", [1, 2, 3, 4])],
)
def test_places_of_50_20_20_10_are_sealed_by_the_boards_policy(
    village: Village, ties: str, ranks: list[int]
) -> None:
    village.define({**BOARD, "ties": ties})
    for name, number in (("ann", 5), ("bob", 2), ("cid", 2), ("dan", 1)):
        village.likes(name, CROWD[:number])
    village.seal()
    rows = seals.lines(seals.part(village.sealed()["_id"], seals.BOARD, "liked"))
    assert [row["rank"] for row in rows] == ranks


def test_a_community_without_boards_has_nothing_to_seal(village: Village) -> None:
    village.likes("ann", CROWD)
    village.seal()
    assert village.sealed() is None
    assert village.kinds() == []


def test_a_month_waits_for_what_is_being_counted(village: Village) -> None:
    village.define()
    village.likes("ann", CROWD[:3])
    village.courier.work_off()
    village.courier.deliver()
    assert not sealing.count_first(village.community, OCTOBER)  # credits are not on the board yet
    while not sealing.count_first(village.community, OCTOBER):
        pass
    sealing.seal(village.community, OCTOBER)
    assert len(list(seals.lines(seals.part(village.sealed()["_id"], seals.BOARD, "liked")))) == 1
