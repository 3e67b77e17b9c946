"""Lists and single reads of `activity`: every row once, whatever the page size; ETags; HEAD."""

import re
from typing import Any

from tests.fixtures import Door

ACTIVITIES, MEMBERS = "/v1/activities", "/v1/members"


def fill(activity: Door) -> list[str]:
    """23 activities in three ties; their ids, the latest first, as the list must show them."""
    moments = ["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"]
    deeds = [
        {"id": f"a/{number:02} ї", "type": "Like", "actor": f"m{number:02}", "published": moments[number % 3]}
        for number in range(23)
    ]
    assert activity("POST", ACTIVITIES, deeds).json["accepted"] == 23
    return [
        each["id"] for each in sorted(deeds, key=lambda each: (each["published"], each["id"]), reverse=True)
    ]


def next_address(answer: Any) -> str | None:
    """Where the Link header says that the next page is."""
    found = re.search(r'<([^>]+)>; rel="next"', answer.headers["Link"])
    return found.group(1) if found else None


def walk(activity: Door, address: str) -> list[Any]:
    """All items, from page to page by the Link header alone."""
    items: list[Any] = []
    following: str | None = address
    while following is not None:
        answer = activity("GET", following)
        assert answer.status_code == 200
        assert 'rel="first"' in answer.headers["Link"]
        assert bool(answer.json["next"]) == bool(next_address(answer))
        items += answer.json["items"]
        following = next_address(answer)
    return items


def test_pages_are_complete_and_repeat_nothing_under_ties(activity: Door) -> None:
    expected = fill(activity)
    for limit in (1, 2, 7, 22, 23, 200):
        assert [each["id"] for each in walk(activity, f"{ACTIVITIES}?limit={limit}")] == expected
        members = [each["id"] for each in walk(activity, f"{MEMBERS}?limit={limit}")]
        assert members == [f"m{number:02}" for number in range(23)]


def test_a_page_holds_where_rows_come_and_go_meanwhile(activity: Door) -> None:
    expected = fill(activity)
    first = activity("GET", f"{ACTIVITIES}?limit=5")
    activity("DELETE", f"{ACTIVITIES}/{expected[4].replace('/', '%2F')}")
    activity("POST", ACTIVITIES, {"id": "newest", "type": "Like", "published": "2026-02-01T00:00:00Z"})
    rest = walk(activity, str(next_address(first)))
    assert [each["id"] for each in rest] == expected[5:]


def test_a_retracted_activity_is_not_listed(activity: Door) -> None:
    fill(activity)
    activity("DELETE", f"{ACTIVITIES}/never-came")
    activity("DELETE", f"{ACTIVITIES}/a%2F00%20ї")
    assert len(activity("GET", f"{ACTIVITIES}?limit=200").json["items"]) == 22


def test_a_cursor_goes_with_ids_of_any_length(activity: Door) -> None:
    names = [character * 1_000 for character in ("ї", "👍", "/", '"')]
    said = {"type": "Like", "published": "2026-01-01T00:00:00Z"}
    activity("POST", ACTIVITIES, [{**said, "id": name, "actor": name} for name in names])
    assert {each["id"] for each in walk(activity, f"{ACTIVITIES}?limit=1")} == set(names)
    assert {each["id"] for each in walk(activity, f"{MEMBERS}?limit=1")} == set(names)


def test_a_cursor_that_is_not_ours_is_refused(activity: Door) -> None:
    for cursor in ("", "x", "W10", "%00", "null", "WyJhY3Rpdml0aWVzIiwxLDJd", "x" * 9_000):
        for path in (ACTIVITIES, MEMBERS):
            answer = activity("GET", f"{path}?cursor={cursor}")
            assert (cursor, answer.status_code) == (cursor, 422)
            assert answer.json["errors"][0]["pointer"] == "cursor"


def test_a_cursor_of_another_list_is_refused(activity: Door) -> None:
    fill(activity)
    of_members = activity("GET", f"{MEMBERS}?limit=1").json["next"]
    assert activity("GET", f"{ACTIVITIES}?cursor={of_members}").status_code == 422


def test_a_limit_has_bounds(activity: Door) -> None:
    for limit in ("0", "-1", "201", "x", "1.5", ""):
        answer = activity("GET", f"{ACTIVITIES}?limit={limit}")
        assert (limit, answer.status_code) == (limit, 422)
        assert answer.json["errors"][0]["pointer"] == "limit"


def test_what_did_not_change_is_not_sent_again(activity: Door) -> None:
    fill(activity)
    for path in (ACTIVITIES, MEMBERS, "/v1/community", f"{MEMBERS}/m01", f"{ACTIVITIES}/a%2F01%20ї"):
        first = activity("GET", path)
        again = activity("GET", path, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
    before = activity("GET", ACTIVITIES).headers["ETag"]
    activity("DELETE", f"{ACTIVITIES}/a%2F01%20ї")
    assert activity("GET", ACTIVITIES, headers={"If-None-Match": before}).status_code == 200


def test_head_is_get_without_the_body(activity: Door) -> None:
    fill(activity)
    for path in (f"{ACTIVITIES}?limit=3", f"{MEMBERS}/m01", "/v1/community"):
        get, head = activity("GET", path), activity("HEAD", path)
        assert (head.status_code, head.data) == (200, b"")
        assert head.headers["ETag"] == get.headers["ETag"]
        assert head.headers.get("Link") == get.headers.get("Link")


def test_what_is_not_there_is_404(activity: Door) -> None:
    for path in (f"{ACTIVITIES}/nope", f"{MEMBERS}/nope", "/v1/nope"):
        assert activity("GET", path).status_code == 404
    assert "'nope'" in activity("GET", f"{MEMBERS}/nope").json["detail"]
    assert activity("PUT", ACTIVITIES, []).status_code == 405
