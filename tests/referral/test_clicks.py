"""Clicks as an admin reads them, and judging them anew by a newer classifier."""

import csv
from collections.abc import Callable
from datetime import timedelta

import pytest

from services.referral.domain import robots, visits
from services.referral.use_cases import reclassifying
from shared import clock, mongo, work
from tests.fixtures import REFERRAL, Courier, Door, Said
from tests.referral.doors import CHROME, Clicker, a_link, classes, clicks, keeping

NEWER = f"{CHROME} TestBot/1"


def clicked_under_an_older_classifier(referral: Door, monkeypatch: pytest.MonkeyPatch) -> str:
    """Two people and a robot that the older classifier did not know, all on one link."""
    code = a_link(referral)
    with monkeypatch.context() as older:
        older.setattr(robots, "kind", lambda user_agent: None if user_agent else robots.NO_USER_AGENT)
        older.setattr(visits, "VERSION", "an older one")
        for number, user_agent in enumerate((CHROME, NEWER, CHROME)):
            Clicker(referral, user_agent, f"192.0.2.{number}")(code)
        assert classes(referral) == ["person", "person", "person"]
    return code


def test_history_is_judged_anew_and_the_difference_is_shown(
    referral: Door, courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A preview changes nothing; what was ordered is done in steps that a process may die between."""
    clicked_under_an_older_classifier(referral, monkeypatch)
    courier.carry()
    difference = {
        "classifier": robots.VERSION,
        "looked_at": 3,
        "complete": True,
        "changed": 1,
        "changes": [{"before": "person", "after": "robot", "reason": "robot", "clicks": 1}],
        "ordered": False,
    }
    assert referral("POST", "/v1/clicks/reclassification", {}).json == difference
    assert classes(referral) == ["person", "person", "person"]
    ordered = referral("POST", "/v1/clicks/reclassification", {"apply": True})
    assert ordered.json == {**difference, "ordered": True}
    monkeypatch.setattr(reclassifying, "_PAGE", 1)
    courier.carry()
    found = clicks(referral)
    assert [each["class"] for each in reversed(found)] == ["person", "robot", "person"]
    assert {each["classifier"] for each in found} == {robots.VERSION}
    assert referral("POST", "/v1/clicks/reclassification", {}).json["changed"] == 0


def test_a_repeat_is_one_no_more_when_who_came_before_was_a_robot(
    referral: Door, courier: Courier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever seemed to come again came first."""
    code, browser = a_link(referral), Clicker(referral, NEWER)
    with monkeypatch.context() as older:
        older.setattr(robots, "kind", lambda _: None)
        browser(code)
        browser.user_agent = CHROME
        browser(code)
        assert classes(referral) == ["person", "repeat"]
    referral("POST", "/v1/clicks/reclassification", {"apply": True})
    courier.carry()
    assert classes(referral) == ["robot", "person"]


def test_only_the_clicks_of_a_span_are_judged_anew(referral: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a moment on, before another."""
    clicked_under_an_older_classifier(referral, monkeypatch)
    later, earlier = (clock.text(clock.now() + timedelta(hours=hours)) for hours in (1, -1))
    assert referral("POST", "/v1/clicks/reclassification", {"since": later}).json["looked_at"] == 0
    assert referral("POST", "/v1/clicks/reclassification", {"until": earlier}).json["looked_at"] == 0
    both = referral("POST", "/v1/clicks/reclassification", {"since": earlier, "until": later}).json
    assert (both["looked_at"], both["changed"]) == (3, 1)


def test_clicks_are_listed_by_class_and_link_and_in_pages(referral: Door) -> None:
    """The latest first."""
    code, other = a_link(referral), a_link(referral, "bea")
    for number in range(3):
        Clicker(referral, address=f"192.0.2.{number}")(code)
    Clicker(referral, "Twitterbot/1.0")(other)
    assert len(clicks(referral)) == 4
    (preview,) = clicks(referral, **{"class": "preview"})
    assert (preview["link"], preview["kind"], preview["advocate"]) == (other, "social-preview", "bea")
    assert len(clicks(referral, link=code.upper())) == 3
    first = referral("GET", "/v1/clicks?limit=3").json
    second = referral("GET", f"/v1/clicks?limit=3&cursor={first['next']}").json
    times = [each["time"] for each in (*first["items"], *second["items"])]
    assert (len(times), times, second["next"]) == (4, sorted(times, reverse=True), None)
    assert referral("GET", "/v1/clicks?class=nothing").status_code == 422


def test_an_operator_lists_clicks(referral: Door, laurel: Callable[..., Said]) -> None:
    """As CSV, with the community's own ids."""
    code = a_link(referral)
    Clicker(referral)(code)
    keeping(referral).turn()
    said = laurel("referral", "clicks", "--community", referral.community, "--format", "csv")
    (row,) = csv.DictReader(said.out.splitlines())
    assert (row["link"], row["class"], row["reason"], row["advocate"]) == (code, "person", "browser", "ann")
    assert laurel("referral", "clicks", "--community", "nowhere").code == 1


def test_an_operator_destroys_keys(referral: Door, laurel: Callable[..., Said]) -> None:
    """One that is not there is not destroyed."""
    del referral
    mongo.collection(REFERRAL, "click_keys").insert_one(
        {"_id": "address/2019-01", "wrapped": b"x", "made": clock.now()}
    )
    said = laurel("referral", "forget-clicks", "address/2019-01", "address/1999-01")
    assert "1 of 2 keys" in said.out
    assert (said.code, said.err.strip()) == (1, "laurel: There is no key of the name 'address/1999-01'.")
    again = laurel("referral", "forget-clicks", "address/2019-01")
    assert (again.code, again.out.strip()) == (0, "0 of 1 keys are destroyed.")
    left = mongo.collection(REFERRAL, "click_keys").find_one({"_id": "address/2019-01"})
    assert left is not None
    assert "wrapped" not in left


def test_a_mark_of_a_span_without_clicks_is_done_at_once(referral: Door, courier: Courier) -> None:
    """Nothing is left of it."""
    referral("POST", "/v1/clicks/reclassification", {"apply": True})
    courier.carry()
    assert work.pending(REFERRAL, referral.community, reclassifying.RECLASSIFY) == 0
