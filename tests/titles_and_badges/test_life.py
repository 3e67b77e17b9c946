"""The life of a definition: previews, changes with a date, recomputes after a preview, silent back-fills."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from services.titles_and_badges.repository import DATABASE
from shared import mongo, outbox
from tests.fixtures import Courier, Door, Said

BADGE = "/v1/badges/liked"


def liked(at: int = 2, weight: int = 1, **more: Any) -> dict[str, Any]:
    criterion = {"kind": "object-score", "weights": {"Like": weight}}
    return {"name": "Liked", "description": "", "criterion": criterion, "at": at, "policy": "live", **more}


def likes(author: str, *fans: str, year: int = 2026) -> list[dict[str, Any]]:
    """A post and who likes it, one a day."""
    post = {"id": f"post {author}", "type": "Create", "actor": author, "object": f"by {author}"}
    votes = [
        {"id": f"{fan} {author}", "type": "Like", "actor": fan, "object": f"by {author}",
         "published": f"{year}-01-{day:02}T12:00:00Z"}
        for day, fan in enumerate(fans, 2)
    ]  # fmt: skip
    return [{**post, "published": "2026-01-01T12:00:00Z"}, *votes]


def held(badges: Door, *members: str) -> list[str]:
    return [each for each in members if badges("GET", f"/v1/members/{each}/badges").json["items"]]


def stored(community: str) -> list[Any]:
    """All that a preview must leave as it is."""
    rooms = ("facts", "tallies", "object_tallies", "awards", "badges", "communities", "work", "outbox")
    which: dict[str, Any] = {"$or": [{"community": community}, {"_id": community}]}
    return [list(mongo.collection(DATABASE, room).find(which)) for room in rooms]


def test_a_preview_says_who_gains_and_loses_and_changes_nothing(
    badges: Door, activity: Door, courier: Courier
) -> None:
    activity(
        "POST", "/v1/activities", [*likes("ann", "a", "b", "c"), *likes("bob", "a"), *likes("cy", "a", "b")]
    )
    courier.carry()
    before = stored(courier.community)
    first = badges("POST", f"{BADGE}/preview", liked()).json
    assert (first["gain"], first["lose"], first["keep"], first["notifications"]) == (2, 0, 0, 2)
    assert sorted((each["member"]["id"], each["awarded_at"][:10]) for each in first["gains"]) == [
        ("ann", "2026-01-03"), ("cy", "2026-01-03"),
    ]  # fmt: skip
    assert first["cost"]["facts"] == 6  # the likes, and nothing else
    assert stored(courier.community) == before
    badges("PUT", BADGE, liked())
    courier.carry()
    assert held(badges, "ann", "bob", "cy") == ["ann", "cy"]
    second = badges("POST", f"{BADGE}/preview", liked(at=3)).json
    assert (second["gain"], second["lose"], second["keep"]) == (0, 1, 1)
    assert [each["member"]["id"] for each in second["losses"]] == ["cy"]
    limited = badges("POST", f"{BADGE}/preview", liked(at=1, most_holders=1)).json
    assert (limited["gain"], limited["lose"], limited["keep"]) in {(0, 1, 1), (1, 2, 0)}


def test_what_was_done_before_keeps_its_value_when_weights_change(
    badges: Door, activity: Door, courier: Courier
) -> None:
    badges("PUT", BADGE, liked(at=4))
    activity("POST", "/v1/activities", [*likes("ann", "a", "b", "c"), *likes("bob", "a", "b", "c", "d")])
    courier.carry()
    assert held(badges, "ann", "bob") == ["bob"]
    assert badges("PUT", BADGE, liked(at=4, weight=2)).json["version"] == 2
    courier.carry()
    assert held(badges, "ann", "bob") == ["bob"]  # three likes of one are three
    assert badges("GET", "/v1/members/ann/badges/liked").json["value"] == 3
    activity("POST", "/v1/activities", likes("ann", "later", year=2990)[1:])
    courier.carry()
    assert badges("GET", "/v1/members/ann/badges/liked").json["value"] == 5
    assert held(badges, "ann", "bob") == ["ann", "bob"]


def test_a_change_holds_from_its_date_on(badges: Door, activity: Door, courier: Courier) -> None:
    badges("PUT", BADGE, liked(at=10))
    activity("POST", "/v1/activities", likes("ann", "a", "b", "c"))
    courier.carry()
    dated = liked(at=10, weight=5, effective="2026-01-04T00:00:00Z")
    preview = badges("POST", f"{BADGE}/preview", {**dated, "at": 7}).json
    assert (preview["gain"], preview["lose"]) == (1, 0)
    badges("PUT", BADGE, dated)
    courier.carry()
    assert badges("GET", "/v1/members/ann/badges/liked").json["value"] == 7  # one, one, five


def test_a_recompute_happens_only_after_its_preview(badges: Door, activity: Door, courier: Courier) -> None:
    badges("PUT", BADGE, liked())
    badges("PUT", "/v1/badges/other", liked())
    activity("POST", "/v1/activities", likes("ann", "a", "b", "c"))
    courier.carry()
    wanted = liked(at=4)
    assert badges("PUT", BADGE, {**wanted, "recompute": "guessed"}).status_code == 409
    other = badges("POST", f"{BADGE}/preview", liked(at=5)).json["id"]
    assert badges("PUT", BADGE, {**wanted, "recompute": other}).status_code == 409
    preview = badges("POST", f"{BADGE}/preview", wanted).json["id"]
    assert badges("PUT", "/v1/badges/other", {**wanted, "recompute": preview}).status_code == 409
    badges("PUT", "/v1/badges/third", liked())  # the rules are others now
    assert badges("PUT", BADGE, {**wanted, "recompute": preview}).status_code == 409
    courier.carry()
    preview = badges("POST", f"{BADGE}/preview", wanted).json
    assert (preview["lose"], held(badges, "ann")) == (1, ["ann"])
    badges("DELETE", "/v1/badges/third")
    badges("DELETE", "/v1/badges/other")
    courier.carry()
    preview = badges("POST", f"{BADGE}/preview", wanted).json
    assert badges("PUT", BADGE, {**wanted, "recompute": preview["id"]}).status_code == 200
    courier.carry()
    shown = badges("GET", "/v1/members/ann/badges/liked").json
    assert (shown["held"], shown["value"]) == (False, 3)


def test_what_cannot_hold_from_a_date_on_asks_for_a_recompute(badges: Door) -> None:
    badges("PUT", BADGE, liked())
    for change in (
        {"repeat": "object"},
        {"policy": "sticky"},
        {"criterion": {"kind": "count"}},
        {"at": ..., "levels": [{"name": "a", "at": 1}]},
    ):
        changed = {name: value for name, value in {**liked(), **change}.items() if value is not ...}
        assert badges("PUT", BADGE, changed).status_code == 409, change
    assert badges("PUT", BADGE, liked(name="Better words")).status_code == 200
    assert badges("GET", BADGE).json["name"] == "Better words"


def announced(community: str) -> list[tuple[str, bool]]:
    parcels = [each for each in outbox.by_turns(DATABASE, 10_000) if each["community"] == community]
    messages = [message for parcel in parcels for message in outbox.messages(parcel)]
    return [
        (each["badge"], each.get("silent", False))
        for each in (json.loads(message.value or b"{}") for message in messages)
    ]


def test_a_back_fill_can_be_silent_and_what_comes_later_is_news(
    badges: Door, activity: Door, courier: Courier
) -> None:
    activity("POST", "/v1/activities", [*likes("ann", "a", "b"), *likes("bob", "a")])
    courier.carry()
    badges("PUT", BADGE, liked(announce=False))
    courier.carry()
    activity("POST", "/v1/activities", likes("bob", "late", year=2990)[1:])
    courier.carry()
    assert announced(courier.community) == [("liked", True), ("liked", False)]


def test_an_operator_previews_a_file(
    laurel: Callable[..., Said], activity: Door, courier: Courier, tmp_path: Path
) -> None:
    activity("POST", "/v1/activities", likes("ann", "a", "b"))
    courier.carry()
    file = tmp_path / "badges.json"
    file.write_text(json.dumps({"badges": [{"slug": "liked", **liked()}, {"slug": "other", **liked(at=9)}]}))
    said = laurel("titles-and-badges", "preview", str(file), "--community", courier.community)
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert [(each["badge"], each["gain"], each["complete"]) for each in lines] == [
        ("liked", 1, True),
        ("other", 0, True),
    ]
    assert said.code == 0


def test_a_preview_follows_chains_and_of_a_chain_asks_what_is_held(
    badges: Door, activity: Door, courier: Courier
) -> None:
    activity("POST", "/v1/activities", [*likes("ann", "a", "b", "c"), *likes("bob", "a", "b")])
    badges("PUT", BADGE, liked())
    courier.carry()
    chain = {"name": "Chain", "criterion": {"kind": "chain", "all": [{"badge": "liked"}]}, "policy": "live"}
    seen = badges("POST", "/v1/badges/chain/preview", chain).json
    assert (seen["gain"], seen["lose"], seen["keep"], seen["chains"]) == (2, 0, 0, [])
    badges("PUT", "/v1/badges/chain", chain)
    courier.carry()
    assert badges("POST", "/v1/badges/chain/preview", chain).json["keep"] == 2
    narrower = badges("POST", f"{BADGE}/preview", liked(at=3)).json
    assert narrower["chains"] == [{"badge": "chain", "gain": 0, "lose": 1}]
    assert narrower["notifications"] == 2
    circle = {**chain, "criterion": {"kind": "chain", "all": [{"badge": "chain"}]}}
    assert badges("POST", "/v1/badges/chain/preview", circle).status_code == 422
