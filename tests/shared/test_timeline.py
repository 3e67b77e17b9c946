"""What holds, and from when."""

from datetime import UTC, datetime, timedelta

from shared import timeline

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def later(hours: int) -> datetime:
    return NOON + timedelta(hours=hours)


def test_what_holds_at_a_moment() -> None:
    changes = [(later(0), "bot"), (later(2), "member")]
    hours = (-1, 0, 1, 2, 3)
    held = [timeline.at(changes, later(each), "staff") for each in hours]
    assert held == ["staff", "bot", "bot", "member", "member"]


def test_a_document_without_a_timeline_has_an_empty_one() -> None:
    document = {"roles": [[NOON, "bot"]], "pauses": None}
    assert timeline.stored(document, "roles") == [(NOON, "bot")]
    assert timeline.stored(document, "pauses") == timeline.stored(document, "zones") == []
