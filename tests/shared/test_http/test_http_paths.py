"""Any string is an id, wherever it stands in a path."""

from io import BytesIO
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

IDS = [
    "plain",
    "a/b",
    "a//b",
    "/x",
    "x/",
    "//",
    "#1",
    "a?b",
    "a?limit=1",
    "a&b=c",
    "a+b c",
    "%2F",
    "%",
    "100%25",
    "пост 7",
    "😀",
    ".",
    "..",
    "../things",
    "a;b",
    "a\\b",
    '"<>',
    "\n\t\0",
    "a" * 1000,
    "https://qa.example/questions/7#answer-8",
    "e\u0301",
    "$gt",
    "parts",
]


@pytest.mark.parametrize("thing_id", IDS)
def test_an_id_at_the_end_of_a_path_comes_through(
    client: FlaskClient, server: dict[str, str], thing_id: str
) -> None:
    answer = client.get(f"/v1/things/{quote(thing_id, safe='')}", headers=server)
    assert answer.status_code == 200
    assert answer.json == {"id": thing_id}


@pytest.mark.parametrize("thing_id", IDS)
def test_an_id_in_the_middle_of_a_path_comes_through(
    client: FlaskClient, server: dict[str, str], thing_id: str
) -> None:
    path = f"/v1/things/{quote(thing_id, safe='')}/parts/{quote(thing_id, safe='')}"
    answer = client.put(path, headers=server)
    assert answer.json == {"thing": thing_id, "part": thing_id, "community": "demo"}


@pytest.mark.parametrize("thing_id", IDS)
def test_an_address_that_we_build_leads_back_to_the_id(
    app: Flask, client: FlaskClient, server: dict[str, str], thing_id: str
) -> None:
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        path = adapter.build("things.keep_part", {"thing_id": thing_id, "part_id": thing_id}, method="PUT")
    assert client.put(path, headers=server).json["thing"] == thing_id


@pytest.mark.parametrize("path", ["a/b", "a//b", "/x", "x/", "a/parts", "a/parts/b/c"])
def test_slashes_may_stay_as_they_are_at_the_end_of_a_path(
    client: FlaskClient, server: dict[str, str], path: str
) -> None:
    assert client.get(f"/v1/things/{path}", headers=server).json == {"id": path}


def test_bytes_beyond_ascii_may_stay_as_they_are(client: FlaskClient, server: dict[str, str]) -> None:
    raw = "/v1/things/пост".encode().decode("latin-1")
    answer = client.get("/", headers=server, environ_overrides={"RAW_URI": raw})
    assert answer.json == {"id": "пост"}


@pytest.mark.parametrize("path", ["%ff", "%C3", "%ED%A0%80", "%", "a%2", "%zz", "100%"])
def test_a_path_that_is_not_utf_8_is_a_bad_request(
    client: FlaskClient, server: dict[str, str], path: str
) -> None:
    for address in (f"/v1/things/{path}", f"/v1/things/{path}/parts/x"):
        answer = (
            client.put(address, headers=server) if "parts" in address else client.get(address, headers=server)
        )
        assert answer.status_code == 400
        assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    "path", ["/v1/things/", "/v1//things", "//v1/things/x", "/v1/things/a/parts/", "/V1/things"]
)
def test_there_is_nothing_beside_the_routes(client: FlaskClient, server: dict[str, str], path: str) -> None:
    answer = client.put("/", headers=server, environ_overrides={"RAW_URI": path})
    assert answer.status_code in {404, 405}


def test_the_query_string_is_left_alone(client: FlaskClient, server: dict[str, str]) -> None:
    answer = client.get("/v1/things?limit=2&colour=%2F%3F+a", headers=server)
    assert "colour=%2F%3F+a" in answer.headers["Link"]


@pytest.mark.parametrize("raw", ["http://proxy.example/v1/things/a%2Fb?light=1", "/v1/things/a%2Fb?light=1"])
def test_a_proxy_may_write_the_whole_address(client: FlaskClient, server: dict[str, str], raw: str) -> None:
    answer = client.get("/", headers=server, environ_overrides={"RAW_URI": raw, "QUERY_STRING": "light=1"})
    assert answer.json == {"id": "a/b"}


def test_a_service_may_live_below_a_prefix(client: FlaskClient, server: dict[str, str]) -> None:
    overrides = {"RAW_URI": "/laurel%20api/v1/things/a%2Fb", "SCRIPT_NAME": "/laurel api"}
    assert client.get("/", headers=server, environ_overrides=overrides).json == {"id": "a/b"}


def test_a_server_that_decodes_paths_still_leads_to_the_right_id(app: Flask, server: dict[str, str]) -> None:
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/v1/things/100%/пост".encode().decode("latin-1"),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(),
        "HTTP_AUTHORIZATION": server["Authorization"],
    }
    body = b"".join(app.wsgi_app(environ, lambda *_: None))
    assert body == '{"id":"100%/пост"}'.encode()
