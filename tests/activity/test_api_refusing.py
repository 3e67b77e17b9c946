"""What the door of `activity` refuses, each item with every place, and what goes through all the same."""

import json
from typing import Any

from tests.fixtures import Door

ACTIVITIES = "/v1/activities"


def deed(name: Any, **more: Any) -> dict[str, Any]:
    """A like by Ann, or what `more` makes of it."""
    return {"id": name, "type": "Like", "actor": "ann", "published": "2026-01-01T00:00:00Z", **more}


def raw(activity: Door, body: bytes, media_type: str = "application/json") -> Any:
    """Post bytes as they are."""
    return activity("POST", ACTIVITIES, data=body, headers={"Content-Type": media_type})


def pointers(problem: Any) -> list[str]:
    """Where the faults are."""
    return [place["pointer"] for place in problem["errors"]]


NOT_JSON = [
    b"",
    b"{",
    b"[1,]",
    b"null x",
    b"[] []",
    b"\xef\xbb\xbf[]",
    b"[]\x00",
    b'{"id": "a"}, {"id": "b"}',
    b'{"value": NaN}',
    b'{"value": 1e400}',
    b"[" * 100_000,
    b'{"x":' * 100_000,
    b'[{"id": "a", "x": ' + b"[" * 50_000 + b"]" * 50_000 + b"}]",
    b"\xff\xfe",
]


def test_what_is_not_json_is_refused_as_a_whole(activity: Door) -> None:
    for body in NOT_JSON:
        answer = raw(activity, body)
        assert (body[:24], answer.status_code) == (body[:24], 400)
        assert answer.mimetype == "application/problem+json"


def test_an_item_that_is_bad_by_the_letter_is_refused_alone(activity: Door) -> None:
    good = b'{"id": "good", "type": "Join", "actor": "ann", "published": "2026-01-01T00:00:00Z"}'
    for bad in (b'{"id": "\\ud800"}', b'{"id": "x", "value": NaN}'):
        answer = raw(activity, b"[" + bad + b"," + good + b"]")
        assert answer.status_code == 200
        assert next(result["status"] for result in answer.json["results"]) == "refused"
        assert answer.json["results"][0]["problem"]["status"] == 400
        assert answer.json["results"][1]["status"] in {"accepted", "duplicate"}


def test_only_json_is_taken_and_it_goes_by_several_names(activity: Door) -> None:
    for media_type in ("text/plain", "application/xml", "application/x-www-form-urlencoded", ""):
        assert raw(activity, b"[]", media_type).status_code == 415
    for media_type in ("application/activity+json", "application/ld+json", "application/json; charset=utf-8"):
        assert raw(activity, b"[]", media_type).status_code == 200


REFUSED: list[tuple[Any, list[str]]] = [
    ({"id": "x"}, ["/type", "/published"]),
    (deed(""), ["/id"]),
    (deed("x" * 1_001), ["/id"]),
    ({**deed("x"), "id": {"$gt": ""}}, ["/id"]),
    ({**deed("x"), "id": 7}, ["/id"]),
    (deed("x", type=""), ["/type"]),
    (deed("x", type={"$ne": "Like"}), ["/type"]),
    (deed("x", actor=7), ["/actor"]),
    (deed("x", actor={"$gt": ""}), ["/actor/id"]),
    (deed("x", actor={"id": {"$ne": 1}}), ["/actor/id"]),
    (deed("x", actor={"id": "a", "network": ""}), ["/actor/network"]),
    (deed("x", actor=""), ["/actor/id"]),
    (deed("x", object={"type": "Note"}), ["/object/id"]),
    (deed("x", object={"id": "o", "tag": ["a", 1]}), ["/object/tag/1"]),
    (deed("x", object={"id": "o", "tag": ["t"] * 51}), ["/object/tag"]),
    (deed("x", object={"id": "o", "attributedTo": []}), ["/object/attributedTo"]),
    (deed("x", object={"id": "o", "inReplyTo": {"id": 1}}), ["/object/inReplyTo/id"]),
    (deed("x", published="yesterday"), ["/published"]),
    (deed("x", published="2026-01-01T00:00:00"), ["/published"]),
    (deed("x", published="1969-12-31T23:59:59Z"), ["/published"]),
    (deed("x", published="0001-01-01T00:00:00+14:00"), ["/published"]),
    (deed("x", published=1_767_225_600), ["/published"]),
    (deed("x", updated=""), ["/updated"]),
    (deed("x", value=1.5), ["/value"]),
    (deed("x", value=1.0), ["/value"]),
    (deed("x", value=True), ["/value"]),
    (deed("x", value="7"), ["/value"]),
    (deed("x", value=10**30), ["/value"]),
    (deed("x", value=10**12 + 1), ["/value"]),
    (deed("x", sequence=-1), ["/sequence"]),
    (deed("x", type="Undo", object=None), ["/object"]),
    (7, [""]),
    (None, [""]),
    ([], [""]),
]


def test_a_refusal_names_every_place(activity: Door) -> None:
    results = activity("POST", ACTIVITIES, [item for item, _ in REFUSED]).json["results"]
    for (item, places), result in zip(REFUSED, results, strict=True):
        assert (item, result["status"], pointers(result["problem"])) == (item, "refused", places)
    assert activity("GET", ACTIVITIES).json["items"] == []


def test_one_alone_is_refused_with_the_same_places(activity: Door) -> None:
    for item, places in REFUSED:
        if isinstance(item, dict):
            answer = activity("POST", ACTIVITIES, item)
            assert (item, answer.status_code, pointers(answer.json)) == (item, 422, places)


def test_good_items_go_through_though_others_are_bad(activity: Door) -> None:
    answer = activity("POST", ACTIVITIES, [deed("good"), {"id": "bad"}, 7, deed("good too")]).json
    assert (answer["accepted"], answer["duplicate"], answer["refused"]) == (2, 0, 2)
    assert [result["id"] for result in answer["results"]] == ["good", "bad", None, "good too"]
    assert activity("GET", f"{ACTIVITIES}/good%20too").status_code == 200
    problem = answer["results"][1]["problem"]
    assert (problem["status"], problem["type"]) == (422, "urn:laurel:problem:invalid")


def test_bytes_that_are_no_text_spoil_their_own_item_alone(activity: Door) -> None:
    bad = b'{"id": "\xff", "type": "Like", "published": "2026-01-01T00:00:00Z"}'
    huge = (
        b'{"id": "huge", "type": "Like", "published": "2026-01-01T00:00:00Z", "value": ' + b"9" * 5_000 + b"}"
    )
    answer = raw(activity, b"[" + b",".join([bad, json.dumps(deed("good")).encode(), huge]) + b"]").json
    assert [result["status"] for result in answer["results"]] == ["refused", "accepted", "refused"]


def test_a_batch_of_more_than_a_thousand_changes_nothing(activity: Door) -> None:
    answer = activity("POST", ACTIVITIES, [deed(f"a{number}") for number in range(1_001)])
    assert answer.status_code == 413
    assert "1001" in answer.json["detail"]
    assert activity("GET", ACTIVITIES).json["items"] == []


def test_a_body_of_more_than_two_megabytes_is_refused(activity: Door) -> None:
    assert raw(activity, b"[" + b" " * 2**21 + b"]").status_code == 413
    assert raw(activity, b"[" + b" " * (2**21 - 2) + b"]").status_code == 200


def test_what_looks_like_a_query_is_a_string_or_nothing(activity: Door) -> None:
    activity("POST", ACTIVITIES, [deed("a"), deed("$where", type="$gt", actor="{$ne: 1}", object="$$ROOT")])
    assert activity("GET", f"{ACTIVITIES}/%24where").json["actor"] == "{$ne: 1}"
    assert activity("GET", f"{ACTIVITIES}/%7B%22%24gt%22%3A%22%22%7D").status_code == 404
    assert activity("DELETE", f"{ACTIVITIES}/%7B%22%24gt%22%3A%22%22%7D").status_code == 204
    assert len(activity("GET", ACTIVITIES).json["items"]) == 2
