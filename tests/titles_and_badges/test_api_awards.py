"""What is held, why, what is missing: as widgets and managers read it."""

import re
from typing import Any

import pytest

from tests.fixtures import Courier, Door

PAGE = "https://shop.example"
POSTER = {"name": "Poster", "criterion": {"kind": "count", "where": {"type": "Create"}}, "at": 1}
LIKED = {"name": "Liked", "criterion": {"kind": "object-score"}, "at": 2}


def deed(name: str, actor: str, day: int, kind: str = "Create", about: str | None = None) -> dict[str, Any]:
    """What somebody did on a day of January."""
    return {
        "id": name,
        "type": kind,
        "actor": actor,
        "object": about or f"object of {name}",
        "published": f"2026-01-{day:02}T00:00:00Z",
    }


def walk(door: Door, address: str) -> list[Any]:
    """All items, from page to page by the Link header alone."""
    items: list[Any] = []
    following: str | None = address
    while following is not None:
        answer = door("GET", following)
        assert answer.status_code == 200, answer.json
        items += answer.json["items"]
        found = re.search(r'<([^>]+)>; rel="next"', answer.headers["Link"])
        following = found.group(1) if found else None
    return items


def widget(door: Door, path: str) -> Any:
    """Ask as a page of the community's own asks."""
    token = door.token("publishable", origins=[PAGE])
    return door("GET", path, headers={"Authorization": f"Bearer {token}", "Origin": PAGE})


@pytest.fixture
def posters(activity: Door, badges: Door, courier: Courier) -> Door:
    """Twelve members who hold Poster, in two ties, one with a second badge."""
    badges("PUT", "/v1/badges/poster", POSTER)
    badges("PUT", "/v1/badges/liked", LIKED)
    people = [deed(f"c{number:02}", f"m{number:02}", 1 + number % 2) for number in range(12)]
    likes = [deed(f"l{number}", f"m{number:02}", 5, "Like", "object of c00") for number in (1, 2)]
    activity("POST", "/v1/activities", people + likes)
    courier.carry()
    return badges


def test_latest_and_holders_are_paged_without_gaps_or_repeats(posters: Door) -> None:
    every = walk(posters, "/v1/awards?limit=200")
    holders = walk(posters, "/v1/badges/poster/holders?limit=200")
    assert (len(every), len(holders)) == (13, 12)
    moments = [each["awarded_at"] for each in every]
    assert moments == sorted(moments, reverse=True)
    assert {each["badge"] for each in holders} == {"poster"}
    for limit in (1, 5, 12):
        assert walk(posters, f"/v1/awards?limit={limit}") == every
        assert walk(posters, f"/v1/badges/poster/holders?limit={limit}") == holders


def test_a_members_badges_are_paged_too(posters: Door, activity: Door, courier: Courier) -> None:
    names = ("a", "b", "c", "d")
    for name in names:
        posters("PUT", f"/v1/badges/{name}", POSTER)
    courier.carry()
    every = walk(posters, "/v1/members/m00/badges")
    assert {each["badge"] for each in every} == {*names, "poster", "liked"}
    assert walk(posters, "/v1/members/m00/badges?limit=1") == every
    # The row at which a page ended may be gone when the next one is asked for.
    first = posters("GET", "/v1/members/m00/badges?limit=1").json
    activity("DELETE", "/v1/activities/l1")
    courier.carry()
    rest = posters("GET", f"/v1/members/m00/badges?cursor={first['next']}").json
    assert (first["items"][0]["badge"], len(rest["items"])) == ("liked", 5)


def test_a_cursor_of_another_list_is_refused(posters: Door) -> None:
    cursor = posters("GET", "/v1/awards?limit=1").json["next"]
    for path in ("/v1/badges/poster/holders", "/v1/badges/liked/holders", "/v1/members/m00/badges"):
        answer = posters("GET", f"{path}?cursor={cursor}")
        assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "cursor")
    for path in ("/v1/badges/nope/holders", "/v1/members/nope/badges", "/v1/members/nope/progress"):
        assert posters("GET", path).status_code == 404


def test_what_did_not_change_is_not_sent_again(posters: Door, activity: Door, courier: Courier) -> None:
    paths = ["/v1/awards", "/v1/badges", "/v1/badges/liked", "/v1/badges/liked/holders", "/v1/members/m00/badges",
             "/v1/members/m00/badges/liked", "/v1/members/m00/progress"]  # fmt: skip
    tags = {path: widget(posters, path).headers["ETag"] for path in paths}
    for path, tag in tags.items():
        again = posters("GET", path, headers={"If-None-Match": tag})
        assert (path, again.status_code, again.data) == (path, 304, b"")
        assert posters("HEAD", path).headers["ETag"] == tag
    activity("DELETE", "/v1/activities/l1")
    courier.carry()
    for path, tag in tags.items():
        assert (path, posters("GET", path).headers["ETag"] != tag) == (path, True)


def test_why_names_the_deeds(posters: Door) -> None:
    why = posters("GET", "/v1/members/m00/badges/liked").json
    assert (why["held"], why["value"], why["counted"], why["missing"]) == (True, 2, 2, None)
    assert why["member"] == {"id": "m00", "name": None}
    award = why["awards"][0]
    assert (award["decided_by"], award["awarded_at"]) == ("l2", "2026-01-05T00:00:00.000Z")
    assert [(each["activity"], each["decided"]) for each in why["evidence"]] == [("l2", True), ("l1", False)]


def test_why_not_says_what_is_missing(posters: Door) -> None:
    why = posters("GET", "/v1/members/m01/badges/liked").json
    assert (why["held"], why["awards"], why["evidence"]) == (False, [], [])
    assert why["missing"] == {"level": None, "at": 2, "value": 0, "missing": 2, "object": None}
    assert posters("GET", "/v1/members/m00/badges/nope").status_code == 404
    assert posters("GET", "/v1/members/nope/badges/liked").status_code == 404


def test_evidence_is_bounded_and_counted(badges: Door, activity: Door, courier: Courier) -> None:
    badges("PUT", "/v1/badges/many", {**POSTER, "at": 30})
    activity(
        "POST", "/v1/activities", [deed(f"c{number:02}", "ann", 1 + number // 2) for number in range(40)]
    )
    courier.carry()
    why = badges("GET", "/v1/members/ann/badges/many").json
    assert (len(why["evidence"]), why["counted"], why["value"]) == (20, 40, 40)
    assert why["evidence"][0]["activity"] == "c29"


def test_progress_shows_the_closest_first(badges: Door, activity: Door, courier: Courier) -> None:
    for slug, at in (("far", 100), ("near", 3), ("done", 1), ("nearer", 4)):
        badges("PUT", f"/v1/badges/{slug}", {**POSTER, "at": at})
    badges("PUT", "/v1/badges/given", {"name": "Given", "criterion": {"kind": "manual"}})
    activity("POST", "/v1/activities", [deed(f"c{number}", "ann", 1) for number in range(2)])
    courier.carry()
    found = badges("GET", "/v1/members/ann/progress").json["items"]
    assert [(each["badge"], each["share"]) for each in found] == [
        ("near", 0.6667),
        ("nearer", 0.5),
        ("far", 0.02),
    ]
    assert found[0]["missing"] == {"level": None, "at": 3, "value": 2, "missing": 1, "object": None}


def test_a_live_badge_that_is_lost_says_when(badges: Door, activity: Door, courier: Courier) -> None:
    badges("PUT", "/v1/badges/live", {**LIKED, "policy": "live"})
    badges("PUT", "/v1/badges/sticky", LIKED)
    activity(
        "POST",
        "/v1/activities",
        [
            deed("c", "ann", 1, about="o"),
            deed("l1", "bob", 2, "Like", "o"),
            deed("l2", "cid", 3, "Like", "o"),
            deed("d1", "dan", 4, "Dislike", "o"),
        ],
    )
    courier.carry()
    assert [each["badge"] for each in badges("GET", "/v1/members/ann/badges").json["items"]] == ["sticky"]
    lost = badges("GET", "/v1/members/ann/badges/live").json
    assert lost["held"] is False
    assert lost["awards"][0]["awarded_at"] == "2026-01-03T00:00:00.000Z"
    assert lost["awards"][0]["revoked_at"] == "2026-01-04T00:00:00.000Z"
    activity("POST", "/v1/activities", deed("l3", "eve", 5, "Like", "o"))
    courier.carry()
    won = badges("GET", "/v1/members/ann/badges/live").json
    assert [(each["awarded_at"][:10], each["revoked_at"]) for each in won["awards"]] == [("2026-01-05", None)]


def test_who_opted_out_is_shown_to_nobody(posters: Door, activity: Door, courier: Courier) -> None:
    for number in (0, 3, 4, 5, 6):
        activity("PUT", f"/v1/members/m{number:02}", {"opted_out": True, "since": "2026-02-01T00:00:00Z"})
    courier.carry()
    visible = {f"m{number:02}" for number in (1, 2, 7, 8, 9, 10, 11)}
    for limit in (1, 3, 7, 200):
        for path in ("/v1/awards", "/v1/badges/poster/holders"):
            items = walk(posters, f"{path}?limit={limit}")
            assert {each["member"]["id"] for each in items} == visible
            assert len(items) == len(visible)
    for path in ("badges", "badges/poster", "progress"):
        assert widget(posters, f"/v1/members/m00/{path}").status_code == 404
        assert widget(posters, f"/v1/members/m01/{path}").status_code == 200
    assert posters("GET", "/v1/members/m00/badges/poster").json["excluded"] == "the member opted out"


def test_bots_earn_nothing_and_are_told_so(posters: Door, activity: Door, courier: Courier) -> None:
    activity("PUT", "/v1/members/m00", {"role": "bot"})
    courier.carry()
    assert posters("GET", "/v1/members/m00/badges").json["items"] == []
    assert posters("GET", "/v1/members/m00/badges/poster").json["excluded"] == "bots earn nothing"


def test_a_merge_equals_a_history_in_which_the_survivor_did_everything(
    badges: Door, activity: Door, courier: Courier
) -> None:
    met = {"kind": "distinct", "of": "people", "role": "author"}
    definitions = {
        "posters": {**POSTER, "at": 3},
        "liked": LIKED,
        "met": {"name": "Met", "criterion": met, "at": 2},
    }
    for slug, definition in definitions.items():
        badges("PUT", f"/v1/badges/{slug}", definition)

    def history(ann: str, bob: str) -> list[dict[str, Any]]:
        return [
            deed(f"{ann} c1", ann, 1, about=f"{ann} o"),
            deed(f"{ann} c2", bob, 2, about=f"{ann} p"),
            deed(f"{ann} c3", bob, 3),
            deed(f"{ann} l1", "cid", 4, "Like", f"{ann} o"),
            deed(f"{ann} l2", bob, 5, "Like", f"{ann} o"),  # her own, once they are one
            deed(f"{ann} l3", "dan", 6, "Like", f"{ann} p"),
        ]

    activity("POST", "/v1/activities", [*history("ann", "bob"), *history("one", "one")])
    courier.carry()
    assert activity("POST", "/v1/members/bob/merge", {"into": "ann"}).status_code == 200
    courier.carry()

    def seen(name: str) -> list[str]:
        paths = ["badges", "progress", *(f"badges/{slug}" for slug in definitions)]
        answers = [badges("GET", f"/v1/members/{name}/{path}").text for path in paths]
        # Their credentials are two, each with an address of its own.
        answers = [re.sub(r"/credentials/[\w-]{22}", "/credentials/…", answer) for answer in answers]
        return [re.sub(rf"\b{name}\b", "ann", answer) for answer in answers]

    assert seen("ann") == seen("one")
    assert badges("GET", "/v1/members/bob/badges").json == badges("GET", "/v1/members/ann/badges").json
    assert '"badge":"posters"' in seen("ann")[0]
    assert len([each for each in walk(badges, "/v1/awards") if each["member"]["id"] == "bob"]) == 0


def test_an_erased_member_holds_nothing_and_others_keep_theirs(
    posters: Door, activity: Door, courier: Courier
) -> None:
    activity("POST", "/v1/members/m02/merge", {"into": "m01"})
    courier.carry()
    activity("DELETE", "/v1/members/m01")
    courier.carry()
    for name in ("m01", "m02"):
        assert posters("GET", f"/v1/members/{name}/badges").status_code == 404
    shown = {each["member"]["id"] for each in walk(posters, "/v1/awards")}
    assert shown == {f"m{number:02}" for number in range(12)} - {"m01", "m02"}
    # Two votes came from one person then; who he was is forgotten, that there were two votes is not.
    why = posters("GET", "/v1/members/m00/badges/liked").json
    assert (why["held"], why["value"]) == (True, 2)
    activity("POST", "/v1/activities", deed("again", "m01", 20))
    courier.carry()
    assert posters("GET", "/v1/members/m01/badges").status_code == 404
    assert "m01" not in posters("GET", "/v1/awards").text
