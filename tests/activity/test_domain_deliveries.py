"""Who learns of an activity, in which roles, at which version; who learns that it concerns him no longer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings

from services.activity.domain import deeds, deliveries, objects
from services.activity.domain.deliveries import NOTHING_SENT, Dispatch, Sent
from services.activity.domain.objects import Claim, Snapshot

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
STEADY = settings(max_examples=150, deadline=None, derandomize=True, database=None)


def later(hours: int) -> datetime:
    return NOON + timedelta(hours=hours)


def claim(name: str = "1", kind: str = "Create", hours: int = 0, **said: Any) -> Claim:
    """What an activity about `o` says of it."""
    told = {"object_type": None, "author": None, "parent": None, "object_published": None, "tags": ()}
    made = deeds.claim(activity=name, activity_type=kind, object_id="o", at=later(hours), **{**told, **said})
    assert made is not None
    return made


def snapshot(author: str | None) -> Snapshot:
    return objects.snapshot("o", {"o": claim(author=author, object_type="Answer")}, {})


def send(sent: Sent, actor: str | None, author: str | None, **how: bool) -> Dispatch | None:
    how = {"alive": True, "changed": False, **how}
    return deliveries.dispatch(sent, actor=actor, snapshot=snapshot(author), **how)


@pytest.mark.parametrize(
    ("actor", "author", "roles"),
    [
        ("m1", "m2", {"m1": ("actor",), "m2": ("author",)}),
        ("m1", "m1", {"m1": ("actor", "author")}),
        ("m1", None, {"m1": ("actor",)}),
        (None, "m2", {"m2": ("author",)}),
        ("p1", "m2", {"m2": ("author",)}),
        ("m1", "p2", {"m1": ("actor",)}),
        ("p1", "p1", {}),
        (None, None, {}),
    ],
)
def test_it_concerns_who_did_it_and_who_wrote_what_it_is_about(
    actor: str | None, author: str | None, roles: dict[str, tuple[str, ...]]
) -> None:
    assert deliveries.recipients(actor, snapshot(author)) == roles


def test_without_an_object_it_concerns_the_actor() -> None:
    assert deliveries.recipients("m1", None) == {"m1": ("actor",)}


def test_what_still_holds_is_not_sent_again() -> None:
    first = send(NOTHING_SENT, "m1", "m2", changed=True)
    assert first is not None
    assert first.sent.version == 1
    assert send(first.sent, "m1", "m2") is None
    again = send(first.sent, "m1", "m2", changed=True)
    assert again is not None
    assert (again.sent.version, again.recorded, again.retracted) == (2, first.recorded, [])


def test_who_is_concerned_no_longer_gets_a_retraction_and_every_version_after_it() -> None:
    first = send(NOTHING_SENT, "m1", "m2", changed=True)
    assert first is not None
    second = send(first.sent, "m1", "m3")
    assert second is not None
    assert (set(second.recorded), second.retracted) == ({"m1", "m3"}, ["m2"])
    third = send(second.sent, "m1", "m3", changed=True)
    assert third is not None
    assert (third.sent.version, third.retracted) == (3, ["m2"])
    back = send(third.sent, "m1", "m2")
    assert back is not None
    assert (set(back.recorded), back.retracted, back.sent.version) == ({"m1", "m2"}, ["m3"], 4)


def test_a_retraction_reaches_all_who_were_ever_told_at_a_higher_version() -> None:
    first = send(NOTHING_SENT, "m1", "m2", changed=True)
    assert first is not None
    gone = deliveries.dispatch(first.sent, actor="m1", snapshot=None, alive=False, changed=True)
    assert gone is not None
    assert (gone.recorded, sorted(gone.retracted), gone.sent.version) == ({}, ["m1", "m2"], 2)
    assert deliveries.dispatch(gone.sent, actor="m1", snapshot=None, alive=False, changed=False) is None
    again = deliveries.dispatch(gone.sent, actor="m1", snapshot=None, alive=False, changed=True)
    assert again is not None
    assert (sorted(again.retracted), again.sent.version) == (["m1", "m2"], 3)
