"""Bodies are bounded and JSON, however they come."""

from io import BytesIO
from typing import NoReturn

import pytest
from flask.testing import FlaskClient
from gunicorn.http.errors import InvalidChunkSize
from werkzeug.test import TestResponse

from shared.http import bodies

SMALL, LARGE = "/v1/things", "/v1/batch"


def json_of(size: int) -> bytes:
    return b'[" ' + b"x" * (size - 6) + b' "]'


def send_chunked(client: FlaskClient, path: str, headers: dict[str, str], body: bytes) -> TestResponse:
    return client.post(
        path,
        headers={**headers, "Transfer-Encoding": "chunked"},
        input_stream=BytesIO(body),
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True},
    )


@pytest.mark.parametrize(("path", "limit"), [(SMALL, bodies.BODY), (LARGE, bodies.BATCH)])
def test_a_body_above_the_limit_is_refused(
    client: FlaskClient, server: dict[str, str], path: str, limit: int
) -> None:
    fits = client.post(path, headers=server, data=json_of(limit), content_type="application/json")
    assert fits.status_code != 413
    answer = client.post(path, headers=server, data=json_of(limit + 1), content_type="application/json")
    assert answer.status_code == 413
    assert answer.json["title"] == "Too large"


@pytest.mark.parametrize(("path", "limit"), [(SMALL, bodies.BODY), (LARGE, bodies.BATCH)])
def test_a_chunked_body_has_the_same_limit(
    client: FlaskClient, server: dict[str, str], path: str, limit: int
) -> None:
    assert send_chunked(client, path, server, json_of(limit)).status_code != 413
    answer = send_chunked(client, path, server, json_of(limit * 3))
    assert answer.status_code == 413
    assert answer.mimetype == "application/problem+json"
    assert answer.json["title"] == "Too large"


def test_a_chunked_body_that_fits_is_read(client: FlaskClient, server: dict[str, str]) -> None:
    assert send_chunked(client, LARGE, server, b"[1, 2, 3]").json == {"items": 3}


def test_chunks_that_cannot_be_read_are_the_callers_fault(
    client: FlaskClient, server: dict[str, str]
) -> None:
    class Broken(BytesIO):
        def readinto(self, *_: object) -> NoReturn:
            size = b"zz"
            raise InvalidChunkSize(size)

    answer = client.post(
        LARGE,
        headers={**server, "Transfer-Encoding": "chunked"},
        input_stream=Broken(),
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert (answer.status_code, answer.json["title"]) == (400, "Malformed")


def test_no_byte_of_a_body_is_read_for_a_stranger(client: FlaskClient) -> None:
    class Untouched(BytesIO):
        def read(self, *_: object) -> NoReturn:
            pytest.fail("read")

    answer = client.post(
        LARGE,
        headers={"Transfer-Encoding": "chunked"},
        input_stream=Untouched(),
        content_type="application/json",
        environ_overrides={"wsgi.input_terminated": True},
    )
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "application/json; charset=utf-8",
        "application/activity+json",
        "APPLICATION/LD+JSON",
    ],
)
def test_json_by_its_three_names_is_taken(
    client: FlaskClient, server: dict[str, str], content_type: str | None
) -> None:
    assert client.post(LARGE, headers=server, data=b"[1]", content_type=content_type).json == {"items": 1}


@pytest.mark.parametrize(
    "content_type",
    [
        None,
        "",
        "text/plain",
        "text/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/problem+json",
        "application/xml",
        "nonsense",
    ],
)
def test_anything_else_is_not(client: FlaskClient, server: dict[str, str], content_type: str | None) -> None:
    for path in (SMALL, LARGE):
        answer = client.post(path, headers=server, data=b"[1]", content_type=content_type)
        assert answer.status_code == 415
        assert answer.mimetype == "application/problem+json"


def test_a_compressed_body_is_not_taken(client: FlaskClient, server: dict[str, str]) -> None:
    headers = {**server, "Content-Encoding": "gzip"}
    assert (
        client.post(LARGE, headers=headers, data=b"\x1f\x8b", content_type="application/json").status_code
        == 415
    )


def test_a_write_without_a_body_needs_no_type(client: FlaskClient, server: dict[str, str]) -> None:
    assert client.put("/v1/things/a/parts/b", headers=server).status_code == 200
