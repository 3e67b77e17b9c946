"""One shape of error, and nothing in it that is not the caller's business."""

import json
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse


def shown(answer: TestResponse) -> dict[str, Any]:
    assert answer.mimetype == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["status"] == answer.status_code
    assert answer.json["request_id"] == answer.headers["X-Request-Id"]
    assert answer.json["type"].startswith("urn:laurel:problem:")
    assert answer.json["title"]
    assert answer.json["detail"]
    return answer.json


def places(answer: TestResponse) -> list[str]:
    return [place["pointer"] for place in shown(answer)["errors"]]


def test_every_fault_in_a_body_is_pointed_at(client: FlaskClient, server: dict[str, str]) -> None:
    sent = {"size": 12, "parts": [{"name": "a"}, {}, {"name": 7}], "by_name": {"a/b~": "x"}, "extra": 1}
    answer = client.post("/v1/things", headers=server, json=sent)
    assert answer.status_code == 422
    assert set(places(answer)) == {
        "/id",
        "/size",
        "/parts/1/name",
        "/parts/2/name",
        "/by_name/a~1b~0/value",
        "/extra",
    }


@pytest.mark.parametrize("sent", [[], "text", 7, None, True])
def test_a_body_of_another_form_is_pointed_at_as_a_whole(
    client: FlaskClient, server: dict[str, str], sent: Any
) -> None:
    answer = client.post(
        "/v1/things", headers={**server, "Content-Type": "application/json"}, data=json.dumps(sent)
    )
    assert answer.status_code == 422
    assert places(answer) == [""]


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "limit=", "limit=1e3", "limit=%00"])
def test_a_wrong_parameter_is_named(client: FlaskClient, server: dict[str, str], query: str) -> None:
    answer = client.get(f"/v1/things?{query}", headers=server)
    assert answer.status_code == 422
    assert places(answer) == ["limit"]


def test_a_parameter_that_a_list_does_not_know_is_named(client: FlaskClient, server: dict[str, str]) -> None:
    answer = client.get("/v1/things?colourr=red&limit=3", headers=server)
    assert answer.status_code == 422
    assert places(answer) == ["colourr"]
    assert "takes the query parameters limit, cursor, colour" in answer.json["detail"]


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "trace"), ("PUT", "things/1/parts/2"), ("POST", "things")]
)
def test_a_parameter_where_none_is_taken_is_named_too(
    client: FlaskClient, server: dict[str, str], method: str, path: str
) -> None:
    answer = client.open(f"/v1/{path}?limit=3&as=x", method=method, headers=server, json={"id": "1"})
    assert (answer.status_code, places(answer)) == (422, ["limit", "as"])


@pytest.mark.parametrize("path", ["docs", "openapi.json", "livez", "metrics"])
def test_pages_for_everybody_ignore_what_others_add(client: FlaskClient, path: str) -> None:
    assert client.get(f"/{path}?utm_source=news").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{'a': 1}",
        b'{"id": "\xff"}',
        b'{"id": NaN}',
        b'{"id": "\\ud800"}',
        b"[" * 100_000,
        b'{"a":' * 40_000,
        b"\x00",
        b"\xef\xbb\xbf{}",
        b'{"id": "x"} trailing',
        b"1" * 100_000,
    ],
)
def test_what_is_not_json_is_malformed(client: FlaskClient, server: dict[str, str], body: bytes) -> None:
    for path in ("/v1/things", "/v1/batch"):
        answer = client.post(path, headers=server, data=body, content_type="application/json")
        assert answer.status_code == 400
        assert shown(answer)["title"] == "Malformed"


def test_no_such_address_and_no_such_thing(client: FlaskClient, server: dict[str, str]) -> None:
    assert shown(client.get("/nowhere"))["type"] == "urn:laurel:problem:not-found"
    answer = client.get("/v1/things/missing", headers=server)
    assert shown(answer)["type"] == "urn:laurel:problem:not-found"
    assert "'missing'" in answer.json["detail"]


def test_a_method_that_is_not_taken_names_those_that_are(client: FlaskClient, server: dict[str, str]) -> None:
    answer = client.patch("/v1/things", headers=server)
    assert answer.status_code == 405
    assert shown(answer)["title"] == "Method not allowed"
    assert {"GET", "POST"} <= set(answer.headers["Allow"].replace(" ", "").split(","))


def test_an_unknown_method_is_a_problem_too(client: FlaskClient, server: dict[str, str]) -> None:
    answer = client.open("/v1/things", method="BREW", headers=server)
    assert answer.status_code == 405
    shown(answer)


def test_a_refusal_keeps_its_reason_and_places(client: FlaskClient, server: dict[str, str]) -> None:
    answer = client.get("/v1/failures/conflict", headers=server)
    assert answer.status_code == 409
    assert shown(answer)["detail"] == "It is taken."
    assert answer.json["errors"] == [{"pointer": "/id", "detail": "taken"}]


def test_a_schema_that_refuses_inside_a_view_is_invalid(client: FlaskClient, server: dict[str, str]) -> None:
    answer = client.get("/v1/failures/schema", headers=server)
    assert answer.status_code == 422
    assert places(answer) == ["/a~1b/~0"]


@pytest.mark.parametrize("kind", ["away", "far-away", "unavailable"])
def test_a_server_that_is_away_asks_for_patience(
    client: FlaskClient, server: dict[str, str], kind: str
) -> None:
    answer = client.get(f"/v1/failures/{kind}", headers=server)
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    shown(answer)
    assert "secret" not in answer.text


@pytest.mark.parametrize("kind", ["fault", "our-fault"])
def test_a_fault_tells_the_caller_nothing_and_the_log_all(
    client: FlaskClient, server: dict[str, str], kind: str, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = client.get(f"/v1/failures/{kind}", headers=server)
    assert answer.status_code == 500
    shown(answer)
    assert "secret" not in answer.text
    assert "ann@" not in answer.text
    assert "the secret" in "".join(capfd.readouterr())


def test_a_fault_while_asking_for_the_standing_is_a_problem(
    client: FlaskClient, server: dict[str, str], service: SimpleNamespace
) -> None:
    def broken(*_: object) -> NoReturn:
        message = "the secret host"
        raise ConnectionResetError(message)

    service.standing = broken
    answer = client.get("/v1/things", headers=server)
    assert answer.status_code == 500
    assert "secret" not in answer.text
