"""The community of a token, shown and changed."""

from typing import Any

from tests.fixtures import Door

COMMUNITY = "/v1/community"
ALWAYS = "1970-01-01T00:00:00.000Z"


def test_a_community_is_shown_and_changed(activity: Door) -> None:
    shown = activity("GET", COMMUNITY).json
    assert shown["slug"] == activity.community
    assert shown["time_zones"] == [{"zone": "Europe/Kyiv", "since": ALWAYS}]
    changed = activity(
        "PATCH", COMMUNITY, {"name": "Спільнота", "locale": "uk-UA", "time_zone": "America/New_York"}
    ).json
    assert (changed["name"], changed["locale"], changed["time_zone"]) == (
        "Спільнота",
        "uk-UA",
        "America/New_York",
    )
    assert [each["zone"] for each in changed["time_zones"]] == ["Europe/Kyiv", "America/New_York"]
    assert activity("PATCH", COMMUNITY, {}).json == changed
    corrected = activity(
        "PATCH", COMMUNITY, {"time_zone": "Asia/Tokyo", "since": "1970-01-01T00:00:00Z"}
    ).json
    assert corrected["time_zones"][0] == {"zone": "Asia/Tokyo", "since": ALWAYS}


WRONG: list[tuple[Any, str]] = [
    ({"name": ""}, "/name"),
    ({"locale": "English"}, "/locale"),
    ({"slug": "other"}, "/slug"),
    ({"since": "now"}, "/since"),
    *(
        ({"time_zone": zone}, "/time_zone")
        for zone in ("", "Mars/Base", "europe/kyiv", "+02:00", "../etc/passwd")
    ),
    # Names that mean another zone on each machine, or none.
    *(({"time_zone": zone}, "/time_zone") for zone in ("localtime", "posixrules", "Factory")),
    ({"time_zone": {"$ne": 1}}, "/time_zone"),
]


def test_a_community_is_changed_to_what_makes_sense_alone(activity: Door) -> None:
    before = activity("GET", COMMUNITY).json
    for change, place in WRONG:
        answer = activity("PATCH", COMMUNITY, change)
        places = [each["pointer"] for each in answer.json["errors"]]
        assert (change, answer.status_code, places) == (change, 422, [place])
    assert activity("GET", COMMUNITY).json == before
