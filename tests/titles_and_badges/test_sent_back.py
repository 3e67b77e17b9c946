"""What is shown can be sent back, as it is and with a change: `GET`, change a field, `PUT`."""

from typing import Any

import pytest

from tests.fixtures import Courier, Door

BADGE = {"name": "Poster", "criterion": {"kind": "count", "where": {"type": "Create"}}, "at": 3}
LEVELS = {**BADGE, "levels": [{"name": "bronze", "at": 1}], "expires_after": {"months": 12}}
BOARD = {
    "name": "Board",
    "points": [{"where": {"type": "Create"}, "points": 3}],
    "exclude": {"ranking": [{"member": "ann", "reason": "She is ours."}]},
    "seasons": [{"name": "winter", "from": "2026-01-01", "until": "2026-03-01"}],
    "from": "2026-01-01",
}
TITLE = {"name": "Title", "board": "full", "excluded": [{"member": "ann", "reason": "She asked for it."}]}


@pytest.mark.parametrize(
    ("path", "definition"),
    [
        ("badges/plain", BADGE),
        ("badges/levels", {name: each for name, each in LEVELS.items() if name != "at"}),
        ("boards/full", BOARD),
        ("boards/plain", {"name": "Plain", "points": [{"points": 1}]}),
        ("titles/full", TITLE),
    ],
)
def test_what_is_shown_can_be_sent_back_and_changed(
    activity: Door, badges: Door, courier: Courier, path: str, definition: dict[str, Any]
) -> None:
    activity("POST", "/v1/members", [{"id": "ann"}])
    courier.carry()
    badges("PUT", "/v1/boards/full", BOARD)
    assert badges("PUT", f"/v1/{path}", definition).status_code == 200
    shown = badges("GET", f"/v1/{path}").json
    assert badges("PUT", f"/v1/{path}", shown).json == shown
    changed = badges("PUT", f"/v1/{path}", {**shown, "name": "Another"})
    assert changed.json == {**shown, "name": "Another", "version": 2}
    elsewhere = badges("PUT", f"/v1/{path}-2", shown)
    assert (elsewhere.status_code, elsewhere.json["errors"][0]["pointer"]) == (422, "/slug")
