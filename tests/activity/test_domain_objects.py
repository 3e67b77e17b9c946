"""What an activity says, and what is known of its object."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise, permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.activity.domain import deeds, objects
from services.activity.domain.deeds import Deed
from services.activity.domain.objects import Claim

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


def test_who_creates_knows_better_than_who_says_more_than_who_says_it_later() -> None:
    ranked = [
        claim("9", "Like", 9, object_type="Answer"),
        claim("8", "Like", 8, author="x"),
        claim("7", "Like", 7, author="x", object_type="Answer"),
        claim("6", "Create", 0),
        claim("5", "Create", 0, object_type="Answer"),
        claim("4", "Update", 0, author="x"),
        claim("1", "Create", 0, author="x", object_type="Answer"),
        claim("2", "Create", 0, author="x", object_type="Answer"),
        claim("0", "Create", 1, author="x", object_type="Answer"),
    ]
    for worse, better in pairwise(ranked):
        assert objects.best([better, worse]) == objects.best([worse, better]) == {"o": better}


def test_who_only_names_an_object_claims_nothing() -> None:
    told: dict[str, Any] = {
        "object_type": None,
        "author": None,
        "parent": "p",
        "object_published": NOON,
        "tags": (),
    }
    assert deeds.claim(activity="1", activity_type="Like", object_id="o", at=NOON, **told) is None


@STEADY
@given(st.lists(st.tuples(st.sampled_from(["Create", "Like"]), st.integers(0, 2), st.booleans()), max_size=5))
def test_the_best_claim_does_not_depend_on_the_order(said: Sequence[tuple[str, int, bool]]) -> None:
    claims = [
        claim(str(number), kind, hours, author="x" if knows else None, object_type="Answer")
        for number, (kind, hours, knows) in enumerate(said)
    ]
    assert len({repr(objects.best(order)) for order in permutations(claims)}) == 1


def test_a_snapshot_resolves_members_and_tells_what_is_above() -> None:
    claims = {"o": claim(author="ann", parent="q"), "q": claim(author="bob", object_type="Question")}
    found = objects.snapshot("o", claims, {"ann": "bob"})
    assert found.parent is not None
    assert (found.object.author, found.parent.author, found.parent.type) == ("bob", "bob", "Question")
    assert found.digest != objects.snapshot("o", claims, {}).digest
    unknown = objects.snapshot("o", {"o": claims["o"]}, {}).parent
    assert unknown is not None
    assert (unknown.id, unknown.author) == ("q", None)


@pytest.mark.parametrize(
    "other",
    [
        {"author": "bob"},
        {"object_type": "Note"},
        {"parent": "q"},
        {"object_published": NOON},
        {"tags": ("a",)},
    ],
)
def test_a_digest_changes_with_whatever_a_delivery_carries(other: dict[str, Any]) -> None:
    said: dict[str, Any] = {"author": "ann", "object_type": "Answer"}
    snapshots = [objects.snapshot("o", {"o": claim(**each)}, {}) for each in (said, said, {**said, **other})]
    assert snapshots[0].digest == snapshots[1].digest != snapshots[2].digest


FIELDS: dict[str, Any] = {
    "id": "1", "type": "Like", "actor": "m1", "object": "o", "object_type": None, "author": None,
    "parent": None, "object_published": None, "tags": (), "published": NOON, "updated": None,
    "sequence": None, "value": None,
}  # fmt: skip


def test_a_digest_tells_contents_apart_but_not_stamps() -> None:
    digest = deeds.deed(**FIELDS).digest
    assert deeds.deed(**{**FIELDS, "updated": later(1)}).digest == digest
    for name in FIELDS.keys() - {"id", "updated"}:
        other = later(1) if name in {"published", "object_published"} else 7 if name == "value" else "x"
        assert deeds.deed(**{**FIELDS, name: other}).digest != digest, name


def test_a_claim_is_as_late_as_the_last_edit() -> None:
    create: dict[str, Any] = {**FIELDS, "type": "Create"}
    claims = [
        _claim(deeds.deed(**create)),
        _claim(deeds.deed(**{**create, "updated": later(1)})),
    ]
    assert [each.rank[1] for each in claims] == [NOON, later(1)]
    assert deeds.deed(**FIELDS).claim() is None
    assert deeds.deed(**{**create, "object": None}).claim() is None


def _claim(deed: Deed) -> Claim:
    made = deed.claim()
    assert made is not None
    return made
