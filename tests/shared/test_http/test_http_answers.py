"""What every answer carries: ETags, request ids, traces, headers for caches and browsers."""

from collections.abc import Callable

import pytest
from flask import Blueprint, Flask, Response
from flask.testing import FlaskClient

from shared import telemetry

INCOMING = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def test_a_read_that_is_asked_again_is_answered_with_304(client: FlaskClient, server: dict[str, str]) -> None:
    first = client.get("/v1/things", headers=server)
    etag = first.headers["ETag"]
    assert not etag.startswith("W/")
    again = client.get("/v1/things", headers={**server, "If-None-Match": f'"other", {etag}'})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == etag
    assert again.headers["Cache-Control"] == "private, no-cache"
    assert "Authorization" in again.headers["Vary"]
    other = client.get("/v1/things?limit=1", headers={**server, "If-None-Match": etag})
    assert other.status_code == 200


def test_a_read_is_its_holders_alone(client: FlaskClient, server: dict[str, str]) -> None:
    answer = client.get("/v1/things", headers=server)
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert {"Authorization", "Origin"} <= set(answer.vary.as_set(preserve_casing=True))


def test_a_write_and_a_refusal_are_not_kept(client: FlaskClient, server: dict[str, str]) -> None:
    made = client.post("/v1/things", headers=server, json={"id": "x"})
    assert made.status_code == 201
    assert "ETag" not in made.headers
    for answer in (made, client.get("/v1/things")):
        assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "path", ["/v1/things", "/nowhere", "/livez", "/openapi.json", "/docs", "/docs/swagger-ui.css"]
)
def test_browsers_are_kept_from_guessing(client: FlaskClient, server: dict[str, str], path: str) -> None:
    answer = client.get(path, headers=server)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_a_sane_request_id_is_kept(client: FlaskClient, server: dict[str, str]) -> None:
    answer = client.get("/v1/trace", headers={**server, "X-Request-Id": "job-7.A_b"})
    assert answer.headers["X-Request-Id"] == "job-7.A_b"
    assert answer.json["request_id"] == "job-7.A_b"


@pytest.mark.parametrize("given", [None, "", " ", "a b", "ä", "x" * 65, "a\tb", "<script>", "a;b"])
def test_any_other_is_replaced(client: FlaskClient, server: dict[str, str], given: str | None) -> None:
    headers = server if given is None else {**server, "X-Request-Id": given}
    one, two = (client.get("/v1/trace", headers=headers).headers["X-Request-Id"] for _ in range(2))
    assert one != two
    assert one != given
    assert len(one) <= 64


def test_a_request_is_a_step_in_the_callers_trace(client: FlaskClient, server: dict[str, str]) -> None:
    told = client.get("/v1/trace", headers={**server, "traceparent": INCOMING}).json["traceparent"]
    assert told.split("-")[1] == INCOMING.split("-")[1]
    assert told.split("-")[2] != INCOMING.split("-")[2]
    alone = client.get("/v1/trace", headers=server).json["traceparent"]
    assert alone.split("-")[1] != INCOMING.split("-")[1]
    assert telemetry.current_traceparent() is None


def test_a_line_is_left_for_each_request_without_its_path(
    client: FlaskClient, server: dict[str, str], capfd: pytest.CaptureFixture[str]
) -> None:
    client.get("/v1/things/ann%40example.org", headers=server)
    written = "".join(capfd.readouterr())
    assert "/v1/things/<any_id:thing_id>" in written
    assert "ann" not in written
    assert server["Authorization"][7:] not in written


def test_text_stays_text(client: FlaskClient, server: dict[str, str]) -> None:
    answer = client.get("/v1/things/%D0%BF%F0%9F%98%80", headers=server)
    assert answer.data == '{"id":"п😀"}'.encode()
    assert answer.mimetype == "application/json"


def test_a_page_is_for_whoever_looks(create: Callable[..., Flask]) -> None:
    pages = Blueprint("pages", __name__)

    @pages.get("/people/<id:name>")
    def person(name: str) -> Response:
        return Response(f"<p>{name}", mimetype="text/html", headers={"Cache-Control": "public, max-age=60"})

    client = create(pages=[pages]).test_client()
    answer = client.get("/people/a%2Fb")
    assert (answer.status_code, answer.data) == (200, b"<p>a/b")
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert client.get("/people/a%2Fb", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304
