"""Lists page by page: every row once, and no cursor that we did not write."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from shared.errors import Invalid
from shared.http import decode_cursor, encode_cursor

POSITION = st.lists(st.text() | st.integers(), max_size=4)


def pages(client: FlaskClient, headers: dict[str, str], address: str) -> Iterator[TestResponse]:
    while address:
        answer = client.get(address, headers=headers)
        yield answer
        links = dict(reversed(part.split("; ")) for part in answer.headers["Link"].split(", "))
        address = links.get('rel="next"', "").strip("<>")


def test_following_the_links_shows_every_row_once(client: FlaskClient, server: dict[str, str]) -> None:
    found = list(pages(client, server, "/v1/things?colour=a%2Fb%26c&limit=3"))
    assert [row["id"] for page in found for row in page.json["items"]] == [str(n) for n in range(7)]
    assert [len(page.json["items"]) for page in found] == [3, 3, 1]
    assert all('rel="first"' in page.headers["Link"] for page in found)
    assert all("colour=a%2Fb%26c" in page.headers["Link"] for page in found)
    assert found[-1].json["next"] is None
    assert 'rel="next"' not in found[-1].headers["Link"]


def test_a_page_that_ends_with_the_last_row_has_no_next(client: FlaskClient, server: dict[str, str]) -> None:
    answer = client.get("/v1/things?limit=7", headers=server)
    assert len(answer.json["items"]) == 7
    assert answer.json["next"] is None


def test_the_cursor_in_the_body_is_the_one_in_the_link(client: FlaskClient, server: dict[str, str]) -> None:
    answer = client.get("/v1/things?limit=3", headers=server)
    assert f"cursor={answer.json['next']}>" in answer.headers["Link"]


@given(POSITION)
def test_a_cursor_brings_back_its_position(position: list[str | int]) -> None:
    shape = [type(part) for part in position]
    assert decode_cursor(encode_cursor("things", *position), "things", *shape) == tuple(position)


def test_a_time_in_a_cursor_stays_a_time() -> None:
    moment = datetime(2026, 5, 1, 12, 0, 0, 123_000, tzinfo=UTC)
    assert decode_cursor(encode_cursor("things", moment, "x"), "things", datetime, str) == (moment, "x")


def test_no_cursor_is_the_first_page() -> None:
    assert decode_cursor(None, "things", int) is None


def cursor_of(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!",
        "zz",
        "пост",
        "\x00",
        cursor_of(""),
        cursor_of("7"),
        cursor_of("{}"),
        cursor_of("[]"),
        cursor_of('["things"]'),
        cursor_of('["things","7"]'),
        cursor_of('["things",7,7]'),
        cursor_of('["things",true]'),
        cursor_of('["things",7.5]'),
        cursor_of('["things",null]'),
        cursor_of('["things",{"$gt":""}]'),
        cursor_of('["others",7]'),
        cursor_of("[" * 5000),
        encode_cursor("things", 7) + "AAAA",
        "A" * 100_000,
        encode_cursor("things", 7)[:-1] + "/",
    ],
)
def test_a_cursor_that_we_did_not_write_is_refused_by_name(
    client: FlaskClient, server: dict[str, str], cursor: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        decode_cursor(cursor, "things", int)
    assert refusal.value.errors[0]["pointer"] == "cursor"
    answer = client.get("/v1/things", query_string={"cursor": cursor}, headers=server)
    assert answer.status_code == 422


@given(st.text() | st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_whatever_comes_as_a_cursor_is_a_position_or_a_refusal(cursor: str) -> None:
    try:
        position = decode_cursor(cursor, "things", datetime, int)
    except Invalid:
        return
    assert position is not None
