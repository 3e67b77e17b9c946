"""Members through the door: declared, merged, linked, erased."""

from typing import Any

import pytest

from tests.fixtures import Courier, Door

ACTIVITIES, MEMBERS = "/v1/activities", "/v1/members"
ALWAYS = "1970-01-01T00:00:00.000Z"


def deed(name: str, actor: Any, kind: str = "Create", **more: Any) -> dict[str, Any]:
    """What somebody did."""
    described = {"id": f"of {name}", "type": "Note"}
    return {
        "id": name,
        "type": kind,
        "actor": actor,
        "object": described,
        "published": "2026-01-01T00:00:00Z",
        **more,
    }


def pointers(answer: Any) -> list[str]:
    """Where the faults are."""
    return [place["pointer"] for place in answer.json["errors"]]


def test_who_is_named_exists(activity: Door) -> None:
    activity("POST", ACTIVITIES, deed("a", "ann", object={"id": "o", "attributedTo": "bob"}))
    assert [each["id"] for each in activity("GET", MEMBERS).json["items"]] == ["ann", "bob"]
    ann = activity("GET", f"{MEMBERS}/ann").json
    assert ann == {
        "id": "ann",
        "name": None,
        "role": "member",
        "opted_out": False,
        "roles": [],
        "opt_outs": [],
        "time_zones": [],
        "pauses": [],
        "joined": None,
        "identities": [],
        "also_known_as": [],
    }


def test_what_is_said_first_holds_since_always(activity: Door) -> None:
    said = activity("PUT", f"{MEMBERS}/ann", {"name": "Ann", "role": "staff", "opted_out": True}).json
    assert (said["name"], said["role"], said["opted_out"]) == ("Ann", "staff", True)
    assert said["roles"] == [{"role": "staff", "since": ALWAYS}]
    assert said["opt_outs"] == [{"opted_out": True, "since": ALWAYS}]
    changed = activity("PUT", f"{MEMBERS}/ann", {"role": "member"}).json
    assert changed["name"] == "Ann"
    assert [each["role"] for each in changed["roles"]] == ["staff", "member"]
    assert changed["roles"][1]["since"] > "2026-01-01"


def test_what_is_said_with_a_date_holds_from_then_on(activity: Door) -> None:
    dated = {"role": "bot", "since": "2026-03-01T02:00:00+02:00"}
    said = activity("PUT", f"{MEMBERS}/ann", dated).json
    assert said["roles"] == [{"role": "bot", "since": "2026-03-01T00:00:00.000Z"}]
    future = activity("PUT", f"{MEMBERS}/bob", {"opted_out": True, "since": "2990-01-01T00:00:00Z"}).json
    assert future["opted_out"] is False


def test_who_is_found_to_be_a_bot_has_always_been_one(activity: Door) -> None:
    activity("PUT", f"{MEMBERS}/ann", {"role": "staff"})
    said = activity("PUT", f"{MEMBERS}/ann", {"role": "bot"}).json
    assert said["roles"] == [{"role": "bot", "since": ALWAYS}]


def test_saying_it_again_changes_nothing(activity: Door) -> None:
    said = {"id": "ann", "name": "Ann", "role": "staff", "since": "2026-01-01T00:00:00Z"}
    assert activity("POST", MEMBERS, said).status_code == 201
    again = activity("POST", MEMBERS, said)
    assert (again.status_code, again.json) == (200, {"id": "ann", "status": "duplicate"})
    assert activity("PUT", f"{MEMBERS}/ann", {}).json["name"] == "Ann"


def test_a_batch_of_members_is_answered_item_by_item(activity: Door) -> None:
    answer = activity(
        "POST",
        MEMBERS,
        [
            {"id": "c", "name": "C"},
            {"id": "c", "name": "D"},
            {"id": "c", "name": "D"},
            {"name": "no id"},
            7,
            {"id": "d", "role": "king"},
            {"id": {"$gt": ""}},
        ],
    ).json
    assert (answer["accepted"], answer["duplicate"], answer["refused"]) == (2, 1, 4)
    found = [
        [place["pointer"] for place in result.get("problem", {}).get("errors", [])]
        for result in answer["results"]
    ]
    assert found == [[], [], [], ["/id"], [], ["/role"], ["/id"]]
    assert activity("GET", f"{MEMBERS}/c").json["name"] == "D"
    assert activity("GET", f"{MEMBERS}/d").status_code == 404


def test_a_thousand_members_at_once_and_no_more(activity: Door) -> None:
    many = [{"id": f"m{number}", "name": "Many"} for number in range(1_001)]
    assert activity("POST", MEMBERS, many).status_code == 413
    assert activity("POST", MEMBERS, many[:1_000]).json["accepted"] == 1_000
    assert activity("POST", MEMBERS, many[:1_000]).json["duplicate"] == 1_000


WRONG: list[tuple[Any, list[str]]] = [
    ({"role": "king"}, ["/role"]),
    ({"name": ""}, ["/name"]),
    ({"name": "x" * 201}, ["/name"]),
    ({"name": None}, ["/name"]),
    ({"opted_out": 1}, ["/opted_out"]),
    ({"opted_out": "yes"}, ["/opted_out"]),
    ({"since": "2026-01-01"}, ["/since"]),
    ({"admin": True, "$set": {}}, ["/$set", "/admin"]),
    ([], [""]),
]


def test_what_cannot_be_said_of_a_member_is_refused_with_its_place(activity: Door) -> None:
    for said, places in WRONG:
        answer = activity("PUT", f"{MEMBERS}/ann", said)
        assert (said, answer.status_code, sorted(pointers(answer))) == (said, 422, places)
    assert activity("GET", f"{MEMBERS}/ann").status_code == 404


def test_a_single_member_is_answered_like_a_single_activity(activity: Door) -> None:
    assert activity("POST", MEMBERS, {"name": "no id"}).status_code == 422
    assert activity("POST", MEMBERS, 7).status_code == 400
    assert activity("PUT", f"{MEMBERS}/{'x' * 1_001}", {}).status_code == 422


def test_a_merge_moves_everything_to_the_survivor(activity: Door) -> None:
    activity("POST", ACTIVITIES, [deed("a", "ann"), deed("b", "bob"), deed("l", "bob", "Like")])
    merged = activity("POST", f"{MEMBERS}/bob/merge", {"into": "ann"})
    assert (merged.status_code, merged.json["also_known_as"]) == (200, ["bob"])
    assert activity("POST", f"{MEMBERS}/bob/merge", {"into": "ann"}).json == merged.json
    assert activity("GET", f"{MEMBERS}/bob").json == merged.json
    shown = [each["actor"] for each in activity("GET", ACTIVITIES).json["items"]]
    assert shown == ["ann", "ann", "ann"]
    assert activity("GET", f"{ACTIVITIES}/b").json["object"]["attributedTo"] == "ann"
    assert [each["id"] for each in activity("GET", MEMBERS).json["items"]] == ["ann"]


def test_a_merge_goes_one_way_and_only_once(activity: Door) -> None:
    activity("POST", MEMBERS, [{"id": name} for name in ("ann", "bob", "cid")])
    activity("POST", f"{MEMBERS}/bob/merge", {"into": "ann"})
    for loser, survivor, status in (
        ("ann", "bob", 409),
        ("bob", "cid", 409),
        ("ann", "ann", 409),
        ("ann", "nope", 404),
        ("nope", "ann", 404),
    ):
        answer = activity("POST", f"{MEMBERS}/{loser}/merge", {"into": survivor})
        assert (loser, survivor, answer.status_code) == (loser, survivor, status)
        assert status == 409 or "'nope'" in answer.json["detail"]
    assert activity("POST", f"{MEMBERS}/ann/merge", {"into": "cid"}).json["id"] == "cid"
    assert activity("GET", f"{MEMBERS}/bob").json["id"] == "cid"
    assert activity("POST", f"{MEMBERS}/cid/merge", {"into": "bob"}).status_code == 409
    assert activity("POST", f"{MEMBERS}/ann/merge", {}).status_code == 422


def test_what_is_said_under_an_old_id_is_said_of_the_survivor(activity: Door) -> None:
    activity("POST", MEMBERS, [{"id": "ann"}, {"id": "bob"}])
    activity("POST", f"{MEMBERS}/bob/merge", {"into": "ann"})
    assert activity("PUT", f"{MEMBERS}/bob", {"opted_out": True}).json["id"] == "ann"
    assert activity("GET", f"{MEMBERS}/ann").json["opted_out"] is True
    batch = [{"id": "ann", "name": "Ann"}, {"id": "bob", "name": "Bobby"}, {"id": "bob", "name": "Bobby"}]
    assert activity("POST", MEMBERS, batch).json["accepted"] == 2
    assert activity("GET", f"{MEMBERS}/ann").json["name"] == "Bobby"


@pytest.mark.parametrize("linked_first", [True, False])
def test_an_account_on_a_network_is_the_member_before_and_after(
    activity: Door, *, linked_first: bool
) -> None:
    activity("PUT", f"{MEMBERS}/ann", {})
    link = f"{MEMBERS}/ann/identities/fediverse%2Fx/%40ann%40example.org"
    account = {"id": "@ann@example.org", "network": "fediverse/x"}
    if linked_first:
        activity("PUT", link)
    activity("POST", ACTIVITIES, deed("a", account))
    if not linked_first:
        assert activity("GET", f"{ACTIVITIES}/a").json["actor"] == account
        activity("PUT", link)
    activity("POST", ACTIVITIES, deed("b", account))
    assert activity("PUT", link).json["identities"] == [
        {"network": "fediverse/x", "account": "@ann@example.org"}
    ]
    assert [each["actor"] for each in activity("GET", ACTIVITIES).json["items"]] == ["ann", "ann"]
    assert [each["id"] for each in activity("GET", MEMBERS).json["items"]] == ["ann"]


def test_an_account_is_linked_to_one_member_who_is_known(activity: Door) -> None:
    activity("POST", MEMBERS, [{"id": "ann"}, {"id": "bob"}])
    assert activity("PUT", f"{MEMBERS}/ann/identities/x/1").status_code == 200
    assert activity("PUT", f"{MEMBERS}/bob/identities/x/1").status_code == 409
    unknown = activity("PUT", f"{MEMBERS}/nope/identities/x/2")
    assert unknown.status_code == 404
    assert "'nope'" in unknown.json["detail"]
    too_long = activity("PUT", f"{MEMBERS}/ann/identities/{'x' * 101}/1")
    assert (too_long.status_code, pointers(too_long)) == (422, ["network"])


def test_an_account_is_never_a_member_of_the_same_letters(activity: Door) -> None:
    said: list[Any] = [
        "4711",
        {"id": "4711", "network": "x"},
        {"id": "4711", "network": "y"},
        # What parts community, network and id inside must not be forged from them.
        {"id": "b\0c", "network": "a"},
        {"id": "c", "network": "a\0b"},
        "\0\0c",
        {"id": "c", "network": "\0"},
    ]
    activity("POST", ACTIVITIES, [deed(f"a{number}", actor) for number, actor in enumerate(said)])
    for number in range(len(said)):
        activity("PUT", f"{MEMBERS}/m{number}", {})
    for number, actor in enumerate(said):
        assert activity("GET", f"{ACTIVITIES}/a{number}").json["actor"] == actor
    activity("PUT", f"{MEMBERS}/m1/identities/x/4711")
    shown = [activity("GET", f"{ACTIVITIES}/a{number}").json["actor"] for number in range(len(said))]
    assert shown == ["4711", "m1", *said[2:]]


def test_erasure_forgets_who_it_was(activity: Door) -> None:
    activity("POST", MEMBERS, [{"id": "ann", "name": "Ann Example"}, {"id": "bob"}])
    activity("PUT", f"{MEMBERS}/ann/identities/x/ann-on-x")
    activity("POST", ACTIVITIES, [deed("a", "ann"), deed("l", "bob", "Like", object="of a")])
    assert activity("DELETE", f"{MEMBERS}/ann").status_code == 204
    assert activity("DELETE", f"{MEMBERS}/ann").status_code == 204
    assert activity("DELETE", f"{MEMBERS}/never-was").status_code == 204
    assert activity("GET", f"{MEMBERS}/ann").status_code == 404
    assert [each["id"] for each in activity("GET", MEMBERS).json["items"]] == ["bob"]
    left = activity("GET", f"{ACTIVITIES}/a").json
    assert left["actor"] is None
    assert "attributedTo" not in left["object"]
    assert activity("GET", f"{ACTIVITIES}/l").json["actor"] == "bob"


def test_who_was_erased_does_not_come_back(activity: Door) -> None:
    activity("PUT", f"{MEMBERS}/ann", {"name": "Ann"})
    activity("PUT", f"{MEMBERS}/ann/identities/x/1")
    activity("PUT", f"{MEMBERS}/bob", {})
    activity("DELETE", f"{MEMBERS}/ann")
    activity("POST", ACTIVITIES, [deed("a", "ann"), deed("b", {"id": "1", "network": "x"})])
    assert [each["actor"] for each in activity("GET", ACTIVITIES).json["items"]] == [None, None]
    assert activity("PUT", f"{MEMBERS}/ann", {"name": "Ann"}).status_code == 409
    batch = activity("POST", MEMBERS, [{"id": "ann", "name": "Ann"}, {"id": "cid"}]).json
    assert [each["status"] for each in batch["results"]] == ["refused", "accepted"]
    assert activity("POST", f"{MEMBERS}/bob/merge", {"into": "ann"}).status_code == 404
    assert activity("POST", f"{MEMBERS}/ann/merge", {"into": "bob"}).status_code == 409
    assert activity("PUT", f"{MEMBERS}/bob/identities/x/1").status_code == 409
    assert activity("GET", f"{MEMBERS}/ann").status_code == 404


def test_erasing_by_an_old_id_erases_the_survivor(activity: Door, courier: Courier) -> None:
    activity("POST", ACTIVITIES, [deed("a", "ann"), deed("b", "bob")])
    activity("POST", f"{MEMBERS}/bob/merge", {"into": "ann"})
    activity("DELETE", f"{MEMBERS}/bob")
    courier.carry()
    for name in ("ann", "bob"):
        assert activity("GET", f"{MEMBERS}/{name}").status_code == 404
    assert [each["actor"] for each in activity("GET", ACTIVITIES).json["items"]] == [None, None]
