"""Alive, ready, counted."""

import threading
from types import SimpleNamespace
from typing import NoReturn

import pytest
from flask.testing import FlaskClient

from shared.http import health


def test_a_process_lives_though_its_database_is_away(client: FlaskClient, service: SimpleNamespace) -> None:
    def away() -> NoReturn:
        message = "mongodb://secret-host is away"
        raise ConnectionError(message)

    assert client.get("/readyz").status_code == 200
    service.ready = away
    service.standing = lambda *_: pytest.fail("asked")
    assert client.get("/livez").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.mimetype == "application/problem+json"
    assert "secret-host" not in answer.text


def test_a_process_that_stops_is_alive_but_takes_nothing_new(
    client: FlaskClient, server: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_stopping", threading.Event())
    health.begin_shutdown()
    assert client.get("/readyz").status_code == 503
    assert client.get("/livez").status_code == 200
    assert client.get("/v1/things", headers=server).status_code == 200


def test_nobody_keeps_the_answer(client: FlaskClient) -> None:
    assert client.get("/readyz").headers["Cache-Control"] == "no-store"


def test_requests_are_counted_by_route(client: FlaskClient, server: dict[str, str]) -> None:
    for number in range(3):
        client.get(f"/v1/things/id-{number}", headers=server)
    client.get("/nowhere/at/all")
    text = client.get("/metrics").text
    assert 'route="/v1/things/<any_id:thing_id>",service="test",status="2xx"' in text
    assert 'route="unmatched",service="test",status="4xx"' in text
    assert "id-1" not in text
    assert "nowhere" not in text
