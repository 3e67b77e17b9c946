"""The fast path of the ingest accepts nothing that the contract refuses, and reads it as the contract does."""

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError

from services.activity.domain.deeds import Deed
from services.activity.schemas import activities, deeds, fast
from shared import http

KEY = b"a key of the village, 32 bytes.."
NOON = "2026-01-01T12:00:00Z"
PLAIN: dict[str, Any] = {
    "id": "1",
    "type": "Create",
    "actor": "ann",
    "object": "o",
    "published": NOON,
}

edges = st.sampled_from([0, 1, 99, 100, 101, 200, 201, 999, 1_000, 1_001])
texts = st.one_of(
    st.text(max_size=5),
    st.text(st.characters(), min_size=1, max_size=3),  # surrogates too
    edges.map(lambda length: "ї" * length),
    edges.map(lambda length: "😀" * length),
    st.sampled_from(["", "\0", "a/b#c d", "Create", "Like", "Undo", "null", "\ud800", "\ud83d\ude00"]),
)
numbers = st.one_of(
    st.integers(-3, 3),
    st.integers(),
    st.sampled_from(
        [2**53 - 1, 2**53, -(2**53) + 1, -(2**53), 2**63, 2**64, 10**30, -0.0, 1.0, 1.5, 1e3, 1e300]
    ),
    st.floats(),
)
zones = st.integers(-840, 840).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.one_of(
    st.datetimes(timezones=st.just(UTC)).map(datetime.isoformat),
    st.datetimes().map(datetime.isoformat),
    st.sampled_from(
        [
            "2026-01-01T00:00:00Z", "2026-01-01T00:00:00z", "2026-01-01t00:00:00Z", "2026-01-01 00:00:00Z",
            "2026-01-01T00:00:00+02:00", "2026-01-01T00:00:00+0200", "2026-01-01T00:00:00+02", "2026-01-01T00:00Z",
            "2026-01-01T00:00:00.1Z", "2026-01-01T00:00:00,1Z", "2026-01-01T00:00:00.123456789Z", "20260101T000000Z",
            "2026-01-01T00:00:00.999999Z", "2026-01-01T23:59:60Z", "2026-01-01T24:00:00Z", "2026-02-30T00:00:00Z",
            "2026-W01-1T00:00:00Z", "2026-01-01", "2026-01-01Z", "T00:00:00Z", "0001-01-01T00:00:00+14:00",
            "9999-12-31T23:59:59-14:00", "9998-12-31T23:59:59Z", "1970-01-01T00:00:00Z", "1969-12-31T23:59:59Z",
            "1970-01-01T00:00:00+00:01", "2026-01-01T00:00:00-00:00", "2026-01-01T00:00:00+25:00", "now", "1767225600",
            " 2026-01-01T00:00:00Z", "２０２６-01-01T00:00:00Z", "2026-01-01T00:00:00Z\n",
        ]
    ),
)  # fmt: skip
junk = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, texts, moments),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=3)),
    max_leaves=8,
)


def mostly(right: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """What is right, most of the time."""
    return st.one_of(right, right, right, right, right, right, st.none(), junk)


def records(required: dict[str, Any], **optional: Any) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with some of these fields, and perhaps one that nobody knows."""
    known = st.fixed_dictionaries(required, optional=optional)
    return st.one_of(
        known,
        known,
        st.builds(lambda one, more: {**more, **one}, known, st.dictionaries(texts, junk, max_size=2)),
    )


accounts = st.one_of(texts, records({"id": mostly(texts)}, network=mostly(texts)))
tags = st.lists(mostly(st.one_of(texts, records({"name": mostly(texts)}))), max_size=4)
objects = st.one_of(
    texts,
    records(
        {"id": mostly(texts)},
        type=mostly(texts),
        attributedTo=mostly(accounts),
        inReplyTo=mostly(st.one_of(texts, records({"id": mostly(texts)}))),
        tag=st.one_of(mostly(tags), st.sampled_from([49, 50, 51]).map(lambda count: ["t"] * count)),
        published=mostly(moments),
    ),
)
wild = records(
    {"id": mostly(texts), "type": mostly(texts), "published": mostly(moments)},
    actor=mostly(accounts),
    object=mostly(objects),
    updated=mostly(moments),
    sequence=mostly(numbers),
    value=mostly(numbers),
)
first, last = datetime(1970, 1, 2), datetime(2100, 1, 1)  # noqa: DTZ001 (the strategy adds zones)
good_moments = st.one_of(st.just(NOON), st.datetimes(first, last, timezones=zones).map(datetime.isoformat))
good_accounts = st.sampled_from(
    ["ann", {"id": "ann"}, {"id": "Ярина", "network": "mastodon", "more": []}, None]
)
good_tags = st.lists(st.sampled_from(["a", "ї" * 200, {"name": "b", "type": "Hashtag"}]), max_size=3)
good_objects = st.fixed_dictionaries(
    {"id": st.sampled_from(["o", "ї" * 1_000])},
    optional={
        "type": st.sampled_from(["Answer", None]),
        "attributedTo": good_accounts,
        "inReplyTo": st.sampled_from(["q", {"id": "q"}, None]),
        "tag": good_tags,
        "published": st.sampled_from([NOON, None]),
        "content": junk,
    },
)
good = st.fixed_dictionaries(
    {
        "id": st.sampled_from(["1", "a/b#c d"]),
        "type": st.sampled_from(["Create", "Like"]),
        "published": good_moments,
    },
    optional={
        "actor": good_accounts,
        "object": st.one_of(st.just("o"), good_objects),
        "updated": st.one_of(st.none(), good_moments),
        "sequence": st.integers(0, 3),
        "value": st.integers(-3, 3),
    },
)
names = st.sampled_from(["id", "type", "actor", "object", "published", "updated", "sequence", "value"])
of_objects = st.sampled_from(["id", "type", "attributedTo", "inReplyTo", "tag", "published"])
values = st.one_of(texts, accounts, objects, moments, numbers, tags, junk)


def spoilt(item: dict[str, Any], name: str, of_object: str, value: Any) -> dict[str, Any]:
    """The same with one field changed: its own, or one of its object."""
    if name == "object" and isinstance(item.get("object"), dict):
        return {**item, "object": {**item["object"], of_object: value}}
    return {**item, name: value}


nearly = st.builds(spoilt, good, names, of_objects, values)


def by_contract(written: bytes) -> Deed | None:
    """What marshmallow reads; None where it refuses."""
    try:
        return deed(activities.ACTIVITY.load(msgspec.json.decode(written)))
    except (ValidationError, msgspec.DecodeError, UnicodeDecodeError):
        return None


def deed(loaded: Any) -> Deed:
    return deeds.deed(loaded, deeds.Accounts(KEY, "village"))


def quickly(written: bytes) -> Deed | None:
    return fast.deed(msgspec.Raw(written), deeds.Accounts(KEY, "village"))


@settings(max_examples=800, deadline=None, derandomize=True, database=None)
@given(st.one_of(good, nearly, nearly, nearly, wild, junk), st.booleans())
@example(PLAIN, False)  # noqa: FBT003
@example({**PLAIN, "value": 1.0}, False)  # noqa: FBT003
@example({**PLAIN, "value": True}, False)  # noqa: FBT003
def test_what_is_read_fast_is_what_the_contract_reads(item: Any, escaped: bool) -> None:  # noqa: FBT001
    written = json.dumps(item, ensure_ascii=escaped).encode("utf-8", "surrogatepass")
    found = quickly(written)
    event("fast" if found else "not fast")
    if found is not None:
        assert found == by_contract(written)


@pytest.mark.parametrize(
    "written",
    [
        b'{"id":"1","id":"2","type":"Like","published":"2026-01-01T00:00:00Z"}',
        b'{"id":1,"id":"2","type":"Like","published":"2026-01-01T00:00:00Z"}',
        b'{"id":"2","type":"Like","published":"2026-01-01T00:00:00Z","actor":"ann","actor":null}',
        b'{"id":"2","type":"Like","published":"2026-01-01T00:00:00Z","object":{"id":"o","id":"p"}}',
        b'{"id":"2","type":"Like","published":"2026-01-01T00:00:00Z","value":1e0}',
        b'{"id":"2","type":"Like","published":"2026-01-01T00:00:00Z","value":-0}',
        b' {"id":"2","type":"Like","published":"2026-01-01T00:00:00Z"} ',
        b'{"id":"2","type":"Like","published":"2026-01-01T00:00:00Z","attributed_to":"x"}',
        b'{"id":"2","type":"Like","published":"2026-01-01T00:00:00Z"}{}',
        b'{"id":"\xff","type":"Like","published":"2026-01-01T00:00:00Z"}',
        b'{"id":"\xed\xa0\x80","type":"Like","published":"2026-01-01T00:00:00Z"}',
        b'{"id":"2","type":"Like","published":"2026-01-01T00:00:00Z","x":' + b"[" * 900 + b"]" * 900 + b"}",
        b"",
        b"NaN",
    ],
)  # fmt: skip
def test_json_that_no_encoder_writes_is_read_alike(written: bytes) -> None:
    found = quickly(written)
    assert found is None or found == by_contract(written)


def test_ordinary_activities_take_the_fast_path() -> None:
    described = {
        "id": "a/1", "type": "Answer", "attributedTo": {"id": "bob", "network": "mastodon"},
        "inReplyTo": {"id": "q"}, "tag": ["b", {"name": "a", "type": "Hashtag"}, "b"], "published": None,
    }  # fmt: skip
    item = {**PLAIN, "object": described, "updated": "2026-01-02T03:00:00+03:00", "sequence": 0, "value": -5}
    found = quickly(json.dumps(item).encode())
    assert found is not None
    assert found == by_contract(json.dumps(item).encode())
    assert (found.tags, found.parent, found.sequence, found.value) == (("a", "b"), "q", 0, -5)
    assert found.updated == datetime(2026, 1, 2, tzinfo=UTC)
    assert found.object_published == found.published  # a Create is when its object began


def test_an_account_on_a_network_is_another_member_than_the_id_alone() -> None:
    names = ["ann", {"id": "ann"}, {"id": "ann", "network": "mastodon"}, {"id": "ann", "network": "x"}]
    found = [quickly(json.dumps({**PLAIN, "actor": name}).encode()) for name in names]
    actors = [each.actor for each in found if each]
    assert actors[0] == actors[1]
    assert len(set(actors)) == 3


def test_the_actor_of_a_create_is_its_author_unless_another_is_named() -> None:
    like, create = deed({**_loaded(), "type": "Like"}), deed(_loaded())
    named = deed({**_loaded(), "object": {"id": "o", "attributed_to": {"id": "bob"}}})
    assert (like.author, create.author) == (None, create.actor)
    assert named.author not in {None, named.actor}


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-01-01T00:00:00.9999Z", datetime(2026, 1, 1, 0, 0, 0, 999_000, tzinfo=UTC)),
        ("2026-01-01T01:30:00+01:30", datetime(2026, 1, 1, tzinfo=UTC)),
        ("2026-01-01t00:00:00.5z", datetime(2026, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)),
        ("2025-12-31t19:30:00-04:30", datetime(2026, 1, 1, tzinfo=UTC)),
        ("1970-01-01T00:00:00Z", datetime(1970, 1, 1, tzinfo=UTC)),
    ],
)
def test_times_become_utc_cut_to_milliseconds(written: str, read: datetime) -> None:
    assert http.moment(written) == read
    assert http.moment(written).tzinfo is UTC


@pytest.mark.parametrize(
    "written",
    [
        "2026-01-01T00:00:00",
        "1969-12-31T23:59:59Z",
        "9999-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "soon",
        5,
        None,
    ],
)
def test_times_without_offset_or_out_of_range_are_refused(written: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        http.moment(written)


def _loaded() -> dict[str, Any]:
    return {
        "id": "1",
        "type": "Create",
        "actor": {"id": "ann"},
        "object": {"id": "o"},
        "published": datetime(2026, 1, 1, tzinfo=UTC),
    }
