"""What looks arranged is not sealed until somebody has decided; decisions carry a reason and can be undone."""

from typing import Any

import pytest

from services.titles_and_badges.use_cases import comparing
from tests.fixtures import Courier, Door
from tests.titles_and_badges.months import OCTOBER, TITLE, Village

CROWD = [f"fan{number}" for number in range(6)]


@pytest.fixture
def village(activity: Door, courier: Courier) -> Village:
    """`ann` is liked by a crowd, `ringo` and `ringa` by one another alone, and more often."""
    found = Village(activity, courier)
    found.define(**{"most-liked": {**TITLE, "holders": 1}})
    found.likes("ann", CROWD[:4])
    for number in range(6):
        found.likes("ringo", ["ringa"], day=f"2026-10-1{number}")
        found.likes("ringa", ["ringo"], day=f"2026-10-1{number}")
    return found


def holders(badges: Door) -> list[str]:
    return [each["member"]["id"] for each in badges("GET", "/v1/titles/most-liked/holders").json["items"]]


def open_holds(badges: Door) -> dict[str, Any]:
    """Those that wait, by their members."""
    return {each["member"]["id"]: each for each in badges("GET", "/v1/holds?state=open").json["items"]}


def decide(badges: Door, hold: Any, decision: str, reason: str = "I asked them.") -> Any:
    return badges("POST", f"/v1/holds/{hold['id']}/decision", {"decision": decision, "reason": reason})


def test_a_ring_is_held_and_the_month_is_sealed_without_it_visibly(village: Village, badges: Door) -> None:
    village.seal()
    assert holders(badges) == ["ann"]
    waiting = open_holds(badges)
    assert {name: (each["rule"], each["count"], each["of"]) for name, each in waiting.items()} == {
        "ringo": ("ring", 6, 6), "ringa": ("ring", 6, 6),
    }  # fmt: skip
    assert waiting["ringo"]["detail"] == "in a circle of members who give to one another: 6 of 6"
    assert badges("GET", f"/v1/periods/{OCTOBER}").json["held"] == 12
    rows = badges("GET", f"/v1/periods/{OCTOBER}/boards/liked").json["items"]
    assert [row["member"]["id"] for row in rows] == ["ann"]


def test_a_decision_makes_a_revision_and_its_undoing_another(village: Village, badges: Door) -> None:
    village.seal()
    hold = open_holds(badges)["ringo"]
    counted = decide(badges, hold, "count")
    assert (counted.status_code, counted.json["state"]) == (200, "counted")
    assert [(each["decision"], each["reason"]) for each in counted.json["decisions"]] == [
        ("count", "I asked them.")
    ]
    village.seal_what_is_late()
    assert (holders(badges), village.sealed()["revision"]) == (["ringo"], 2)
    assert decide(badges, hold, "undo", "They did not tell the truth.").json["state"] == "open"
    village.seal_what_is_late()
    assert (holders(badges), village.sealed()["revision"]) == (["ann"], 3)
    left_out = decide(badges, hold, "leave-out", "Arranged.").json
    assert [each["decision"] for each in left_out["decisions"]] == ["count", "undo", "leave-out"]
    village.seal_what_is_late()
    assert badges("GET", f"/v1/periods/{OCTOBER}").json["held"] == 6  # ringa's still wait
    assert village.kinds().count("title.corrected") == 2  # ann lost it once, ringo once


def test_what_was_decided_stays_decided_when_the_month_is_sealed_again(
    village: Village, badges: Door
) -> None:
    village.seal()
    decide(badges, open_holds(badges)["ringo"], "count")
    village.seal()
    village.seal()
    assert list(open_holds(badges)) == ["ringa"]
    assert holders(badges) == ["ringo"]


def test_what_is_held_is_left_out_also_by_whoever_counts_everybody_from_scratch(
    village: Village, badges: Door
) -> None:
    village.seal()
    assert open_holds(badges)
    assert [drift for step in comparing.compare(village.community) for drift in step.drift] == []


def test_a_decision_needs_a_reason_and_something_to_decide(village: Village, badges: Door) -> None:
    village.seal()
    hold = open_holds(badges)["ringo"]
    assert decide(badges, hold, "count", "").status_code == 422
    assert decide(badges, hold, "perhaps").status_code == 422
    assert decide(badges, {"id": "0" * 32}, "count").status_code == 404
    assert decide(badges, hold, "undo").status_code == 409
    assert (
        Door(badges.client, badges.settings, badges.community, "server")("GET", "/v1/holds").status_code
        == 403
    )


def test_an_ordinary_month_holds_nothing(activity: Door, courier: Courier, badges: Door) -> None:
    ordinary = Village(activity, courier)
    ordinary.define()
    ordinary.likes("ann", CROWD)
    ordinary.seal()
    assert open_holds(badges) == {}
    assert ordinary.sealed()["held"] == 0
