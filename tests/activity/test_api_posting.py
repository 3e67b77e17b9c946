"""Activities through the door: one, a batch, again, edited, undone, and everything that cannot be read."""

from typing import Any
from urllib.parse import quote

from tests.fixtures import Door

ACTIVITIES = "/v1/activities"
FOREVER = "2026-02-01T00:00:00Z"


def deed(name: str, **more: Any) -> dict[str, Any]:
    """A like by Ann, or what `more` makes of it."""
    return {
        "id": name,
        "type": "Like",
        "actor": "ann",
        "object": "post",
        "published": "2026-01-01T00:00:00Z",
        **more,
    }


def address(name: str) -> str:
    """Where an activity is read; dots are hidden from clients that resolve them."""
    return f"{ACTIVITIES}/{quote(name, safe='').replace('.', '%2E')}"


def post(activity: Door, sent: Any) -> Any:
    """Post, and return the body of a 2xx."""
    answer = activity("POST", ACTIVITIES, sent)
    assert answer.status_code in {200, 201}, answer.json
    return answer.json


def statuses(answer: Any) -> list[str]:
    """What became of each item."""
    return [result["status"] for result in answer["results"]]


def pointers(problem: Any) -> list[str]:
    """Where the faults are."""
    return [place["pointer"] for place in problem["errors"]]


def test_one_activity_is_accepted_once(activity: Door) -> None:
    first = activity("POST", ACTIVITIES, deed("a"))
    again = activity("POST", ACTIVITIES, deed("a"))
    assert (first.status_code, first.json) == (201, {"id": "a", "status": "accepted"})
    assert (again.status_code, again.json) == (200, {"id": "a", "status": "duplicate"})


def test_a_batch_is_answered_item_by_item_in_order(activity: Door) -> None:
    names = [f"a{number}" for number in range(1_000)]
    first = post(activity, [deed(name) for name in names])
    again = post(activity, [deed(name) for name in reversed(names)])
    assert (first["accepted"], first["duplicate"], first["refused"]) == (1_000, 0, 0)
    assert [result["id"] for result in first["results"]] == names
    assert (again["accepted"], again["duplicate"]) == (0, 1_000)
    assert [result["id"] for result in again["results"]] == names[::-1]


def test_an_empty_batch_is_a_batch(activity: Door) -> None:
    assert post(activity, []) == {"accepted": 0, "duplicate": 0, "refused": 0, "results": []}


def test_the_same_content_in_another_form_is_a_duplicate(activity: Door) -> None:
    written = deed("a", object={"id": "o", "type": "Note", "tag": ["x", "y"], "inReplyTo": "p"}, value=3)
    post(activity, written)
    forms: list[dict[str, Any]] = [
        dict(reversed(written.items())),
        {**written, "published": "2026-01-01T02:00:00+02:00"},
        {**written, "published": "2026-01-01T00:00:00.000900Z"},  # below what is kept
        {**written, "actor": {"id": "ann"}, "summary": "ignored", "@context": ["x"]},
        {**written, "updated": FOREVER},
        {**written, "object": {**written["object"], "tag": ["y", {"type": "Hashtag", "name": "x"}, "y"]}},
        {**written, "object": {**written["object"], "inReplyTo": {"id": "p", "type": "Note"}}},
    ]
    assert statuses(post(activity, forms)) == ["duplicate"] * len(forms)


def test_other_content_needs_a_later_updated(activity: Door) -> None:
    post(activity, deed("a"))
    without = activity("POST", ACTIVITIES, deed("a", value=1))
    assert without.status_code == 409
    assert "updated" in without.json["detail"]
    assert activity("POST", ACTIVITIES, deed("a", value=1, updated=FOREVER)).status_code == 201
    assert activity("GET", address("a")).json["value"] == 1
    earlier = activity("POST", ACTIVITIES, deed("a", value=2, updated="2026-01-31T23:59:59Z"))
    assert earlier.status_code == 409
    assert (
        post(activity, deed("a"))["status"] == "duplicate"
    )  # what was replaced is known, and stays replaced
    assert activity("GET", address("a")).json["value"] == 1


def test_one_id_several_times_in_a_batch_is_taken_in_turn(activity: Door) -> None:
    answer = post(
        activity,
        [deed("a"), deed("a"), deed("a", value=1), deed("a", value=2, updated=FOREVER), deed("b")],
    )
    assert statuses(answer) == ["accepted", "duplicate", "refused", "accepted", "accepted"]
    assert answer["results"][2]["problem"]["status"] == 409
    assert activity("GET", address("a")).json["value"] == 2


IDS = [
    "a/b", "/leading", "trailing/", "a//b", "..", ".", "a/../b", "%2F", "%", "a#b?c=d&e", " spaced ", "a\nb", "a\x00b",
    "Привіт, світе", "👍🏽", "\u202e", '"', "\\", "$where", "$", "a.b", "a:b:c", "x" * 1_000, "ї" * 1_000, "👍" * 1_000,
]  # fmt: skip


def test_an_id_may_hold_any_character(activity: Door) -> None:
    everywhere = [{"actor": name, "object": {"id": name, "inReplyTo": name}} for name in IDS]
    answer = post(activity, [deed(name, **more) for name, more in zip(IDS, everywhere, strict=True)])
    assert answer["accepted"] == len(IDS)
    for name in IDS:
        read = activity("GET", address(name)).json
        assert (read["id"], read["actor"]) == (name, name)
        assert (read["object"]["id"], read["object"]["inReplyTo"]) == (name, name)
        assert activity("DELETE", address(name)).status_code == 204
        assert activity("GET", address(name)).status_code == 404
        assert activity("DELETE", address(name)).status_code == 204


def test_a_slash_in_the_last_id_of_a_path_need_not_be_encoded(activity: Door) -> None:
    post(activity, deed("https://example.org/likes/1"))
    assert activity("GET", f"{ACTIVITIES}/https://example.org/likes/1").status_code == 200


def test_an_activity_reads_back_as_it_was_said(activity: Door) -> None:
    said = {
        "id": "a",
        "type": "Create",
        "actor": {"id": "4711", "network": "mastodon"},
        "object": {
            "id": "o",
            "type": "Answer",
            "attributedTo": {"id": "bob"},
            "inReplyTo": {"id": "q"},
            "tag": ["b", {"type": "Hashtag", "name": "#a"}],
            "published": "2025-12-31T23:00:00-01:00",
        },
        "published": "2026-01-01T01:30:00.123456+01:30",
        "sequence": 2**53 - 1,
        "value": -(10**12),
    }
    post(activity, said)
    assert activity("GET", address("a")).json == {
        "id": "a",
        "type": "Create",
        "actor": {"id": "4711", "network": "mastodon"},
        "object": {
            "id": "o",
            "type": "Answer",
            "attributedTo": "bob",
            "inReplyTo": "q",
            "tag": ["#a", "b"],
            "published": "2026-01-01T00:00:00.000Z",
        },
        "published": "2026-01-01T00:00:00.123Z",
        "updated": None,
        "sequence": 2**53 - 1,
        "value": -(10**12),
    }


def test_nobody_may_have_done_it(activity: Door) -> None:
    post(
        activity, [deed("a", actor=None), {key: value for key, value in deed("b").items() if key != "actor"}]
    )
    assert activity("GET", address("a")).json["actor"] is None
    assert activity("GET", address("b")).json["actor"] is None
    assert activity("GET", "/v1/members").json["items"] == []


def test_who_creates_is_the_author_unless_another_is_named(activity: Door) -> None:
    post(
        activity,
        [deed("a", type="Create"), deed("b", type="Create", object={"id": "o", "attributedTo": "bob"})],
    )
    assert activity("GET", address("a")).json["object"]["attributedTo"] == "ann"
    assert activity("GET", address("b")).json["object"]["attributedTo"] == "bob"


def test_undo_retracts(activity: Door) -> None:
    post(activity, deed("a"))
    undo = deed("u", type="Undo", object={"id": "a", "type": "Like"})
    first, again = activity("POST", ACTIVITIES, undo), activity("POST", ACTIVITIES, undo)
    assert (first.status_code, again.status_code) == (201, 200)
    assert activity("GET", address("a")).status_code == 404
    assert statuses(post(activity, [deed("b"), deed("u2", type="Undo", object="b")])) == ["accepted"] * 2
    assert activity("GET", address("b")).status_code == 404


def test_a_retraction_may_come_first_and_is_final(activity: Door) -> None:
    assert activity("DELETE", address("a")).status_code == 204
    assert post(activity, deed("a"))["status"] == "accepted"
    assert post(activity, deed("a"))["status"] == "duplicate"
    assert post(activity, deed("a", value=1, updated=FOREVER))["status"] == "accepted"
    assert activity("GET", address("a")).status_code == 404
    assert activity("GET", ACTIVITIES).json["items"] == []


def test_an_id_that_is_too_long_cannot_be_retracted(activity: Door) -> None:
    answer = activity("DELETE", address("x" * 1_001))
    assert answer.status_code == 422
    assert pointers(answer.json) == ["activity_id"]
