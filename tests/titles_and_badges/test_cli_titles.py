"""`laurel titles-and-badges seal` and `… titles`."""

import csv
import io
import json
from collections.abc import Callable

import pytest

from services.titles_and_badges.domain import sealing
from services.titles_and_badges.repository import seals
from services.titles_and_badges.use_cases import closing
from shared import clock, kafka, mongo
from shared.events import activity as events
from shared.events.activity import PeriodClosing
from tests.fixtures import BADGES, Courier, Door, Said
from tests.titles_and_badges.months import OCTOBER, SEPTEMBER, TITLE, Village

CROWD = [f"fan{number}" for number in range(6)]
Laurel = Callable[..., Said]


@pytest.fixture
def village(activity: Door, courier: Courier) -> Village:
    return Village(activity, courier)


def seal(laurel: Laurel, village: Village, *arguments: str) -> Said:
    return laurel("titles-and-badges", "seal", "--community", village.community, "--wait", "20", *arguments)


def rows(said: Said) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(said.out)))


def test_a_month_is_sealed_and_its_holders_listed_by_period_and_revision(
    village: Village, laurel: Laurel
) -> None:
    village.define()
    village.likes("ann", CROWD[:3])
    village.likes("bob", CROWD[:2], day="2026-09-10")
    village.courier.carry()
    said = seal(laurel, village, "--period", OCTOBER, "--period", SEPTEMBER)
    assert said.code == 0, said.err
    assert said.out.splitlines()[0].startswith(f"{SEPTEMBER} sealed, revision 1, root ")
    village.likes("cid", CROWD)
    village.courier.carry()
    assert "revision 2" in seal(laurel, village, "--period", OCTOBER).out
    assert f"{OCTOBER} is sealed already, revision 2" in seal(laurel, village, "--period", OCTOBER).out
    listed = laurel("titles-and-badges", "titles", "--community", village.community, "--format", "csv")
    assert listed.out.splitlines() == [
        "title,period,revision,place,member,score,status",
        f"most-liked,{SEPTEMBER},1,1,bob,20,held",
        f"most-liked,{OCTOBER},2,1,cid,60,held",
        f"most-liked,{OCTOBER},2,2,ann,30,held",
    ]


def test_a_holder_of_an_earlier_revision_stays_in_the_list(village: Village, laurel: Laurel) -> None:
    village.define(**{"most-liked": {**TITLE, "holders": 1}})
    village.likes("ann", CROWD[:1])
    village.seal()
    village.likes("bob", CROWD)
    village.seal()
    listed = rows(laurel("titles-and-badges", "titles", "--community", village.community))
    assert [(row["member"], row["status"], row["revision"]) for row in listed] == [
        ("bob", "held", "2"), ("ann", "corrected", "2"),
    ]  # fmt: skip
    as_json = laurel("titles-and-badges", "titles", "--community", village.community, "--format", "json")
    assert [json.loads(line)["member"] for line in as_json.out.splitlines()] == ["bob", "ann"]


def test_a_month_that_is_not_over_is_refused_with_its_end(village: Village, laurel: Laurel) -> None:
    village.define()
    this_month = f"{clock.now():%Y-%m}"
    said = seal(laurel, village, "--period", OCTOBER, "--period", this_month)
    assert said.code == 1
    assert f"{this_month} is not over: it ends at" in said.err
    assert village.sealed() is None  # nothing of it was done


def test_a_month_in_its_grace_is_refused_with_its_end(village: Village, laurel: Laurel) -> None:
    village.define()
    mongo.collection(BADGES, "communities").update_one(
        {"_id": village.community}, {"$set": {"grace_hours": 24 * 300}}
    )
    said = seal(laurel, village, "--period", OCTOBER)
    assert said.code == 1
    assert f"{OCTOBER} is over and in its grace, for what comes late, until 2027-" in said.err


def test_what_is_no_month_or_no_community_is_refused(village: Village, laurel: Laurel) -> None:
    assert "A month is written like 2026-10." in seal(laurel, village, "--period", "October").err
    said = laurel("titles-and-badges", "seal", "--community", "nobody", "--period", OCTOBER)
    assert (said.code, "There is no community 'nobody'" in said.err) == (1, True)


def test_a_rehearsal_says_who_would_hold_what_and_keeps_nothing(village: Village, laurel: Laurel) -> None:
    village.define(**{
        "most-liked": {**TITLE, "holders": 1},
        "dearest": {**TITLE, "measure": {"gives": [{"where": {"type": "Like"}}]}},
    })  # fmt: skip
    village.likes("ann", CROWD[:2])
    village.courier.carry()
    said = rows(seal(laurel, village, "--period", OCTOBER, "--dry-run"))
    assert [(row["title"], row["member"], row["change"]) for row in said] == [
        ("dearest", "ann", "gains it"), ("most-liked", "ann", "gains it"),
    ]  # fmt: skip
    assert village.sealed() is None
    village.seal()
    village.likes("bob", CROWD)
    village.courier.carry()
    said = rows(seal(laurel, village, "--period", OCTOBER, "--dry-run"))
    assert [(row["title"], row["member"], row["change"]) for row in said] == [
        ("dearest", "bob", "gains it"), ("dearest", "ann", "moves"),
        ("most-liked", "bob", "gains it"), ("most-liked", "ann", "loses it"),
    ]  # fmt: skip


def test_the_hash_is_computed_again_from_the_bytes_and_from_an_export(
    village: Village, laurel: Laurel
) -> None:
    village.define()
    village.likes("ann", CROWD[:3])
    village.seal()
    root = village.sealed()["root"]
    said = seal(laurel, village, "--period", OCTOBER, "--verify")
    assert (said.code, said.out) == (
        0,
        f"{OCTOBER}, revision 1: the bytes have the root {root}, as sealed.\n",
    )
    exported = [
        line.encode() + b"\n"
        for line in seal(laurel, village, "--period", OCTOBER, "--export").out.splitlines()
    ]
    manifest, board, title = exported[:1], exported[1:2], exported[2:]
    assert sealing.root_of_export((lines, 1_000) for lines in (manifest, board, title)) == root
    mongo.collection(BADGES, "seal_chunks").update_one(
        {"part": seals.part(village.sealed()["_id"], seals.BOARD, "liked")},
        {"$set": {"lines": board[0].replace(b'"score":30', b'"score":90')}},
    )
    said = seal(laurel, village, "--period", OCTOBER, "--verify")
    assert (said.code, f"not {root}" in said.err) == (1, True)


def test_it_is_said_where_activity_has_not_said_that_nothing_is_pending(
    village: Village, laurel: Laurel
) -> None:
    village.define()
    village.courier.carry()
    assert "has not said" in seal(laurel, village, "--period", OCTOBER).err
    said = [PeriodClosing(community=village.community, period=OCTOBER, until=clock.now())]
    for topic in (events.EVENTS, events.PROFILES):
        for number in range(kafka.PARTITIONS):
            closing.note(topic.name, number, said)
    assert seal(laurel, village, "--period", OCTOBER).err == ""
