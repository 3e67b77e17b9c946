"""Who may do what: kinds of token, communities, origins, revocations."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask.views import MethodView

from shared import auth, clock, http

PREFLIGHT = {"Origin": "https://shop.example", "Access-Control-Request-Method": "GET"}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer   "},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": "Bearer a b c"},
        {"Authorization": "Bearer не-токен".encode().decode("latin-1")},
    ],
)
def test_without_a_token_that_holds_nothing_is_answered(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.get("/v1/things", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert answer.mimetype == "application/problem+json"


def test_a_token_of_another_house_is_refused(client: FlaskClient, tmp_path: Path) -> None:
    auth.make_keys(tmp_path)
    token = auth.mint(tmp_path / "signing-key.pem", community="demo", kind="admin", now=clock.now())
    assert client.get("/v1/things", headers=bearer(token)).status_code == 401


def test_an_expired_token_is_refused(client: FlaskClient, mint: Callable[..., str]) -> None:
    token = mint(now=clock.now() - timedelta(hours=2))
    answer = client.get("/v1/things", headers=bearer(token))
    assert answer.status_code == 401
    assert "expired" in answer.json["detail"]


@pytest.mark.parametrize("kind", ["server", "rep"])
def test_a_kind_that_is_not_named_is_refused(
    client: FlaskClient, mint: Callable[..., str], kind: str
) -> None:
    assert client.delete("/v1/things/x", headers=bearer(mint(kind))).status_code == 403
    assert client.delete("/v1/things/x", headers=bearer(mint("admin"))).status_code == 204


def test_the_community_is_the_tokens(client: FlaskClient, mint: Callable[..., str]) -> None:
    answer = client.put("/v1/things/a/parts/b", headers=bearer(mint(community="other")))
    assert answer.json["community"] == "other"


def test_a_revoked_token_and_an_unknown_community_are_refused(
    client: FlaskClient, server: dict[str, str], service: SimpleNamespace
) -> None:
    asked = []
    service.standing = lambda community, token_id: asked.append((community, token_id)) or "revoked"
    assert client.get("/v1/things", headers=server).status_code == 401
    assert asked[0][0] == "demo"
    service.standing = lambda *_: "unknown-community"
    assert client.get("/v1/things", headers=server).status_code == 403


@pytest.mark.parametrize("standing", [None, "", "OK", True])
def test_any_answer_but_ok_closes_the_door(
    client: FlaskClient, server: dict[str, str], service: SimpleNamespace, standing: Any
) -> None:
    service.standing = lambda *_: standing
    assert client.get("/v1/things", headers=server).status_code == 403


def test_nothing_is_asked_of_the_service_before_the_token_holds(
    client: FlaskClient, service: SimpleNamespace
) -> None:
    service.standing = lambda *_: pytest.fail("asked")
    assert client.get("/v1/things", headers=bearer("nonsense")).status_code == 401


def test_a_browser_reads_from_its_own_origin(client: FlaskClient, browser: dict[str, str]) -> None:
    answer = client.get("/v1/things", headers=browser)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert {"etag", "link"} <= {
        name.strip().lower() for name in answer.headers["Access-Control-Expose-Headers"].split(",")
    }
    assert {"Origin", "Authorization"} <= set(answer.vary.as_set(preserve_casing=True))
    assert answer.headers["Timing-Allow-Origin"] == "https://shop.example"


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "https://evil.example",
        "http://shop.example",
        "https://shop.example:8443",
        "https://SHOP.example",
        "https://shop.example.evil.example",
        "https://shop.example/",
        "",
    ],
)
def test_a_browser_elsewhere_is_refused_and_may_read_why(
    client: FlaskClient, browser: dict[str, str], origin: str | None
) -> None:
    headers = {"Authorization": browser["Authorization"]} | ({} if origin is None else {"Origin": origin})
    answer = client.get("/v1/things", headers=headers)
    assert answer.status_code == 403
    assert answer.headers.get("Access-Control-Allow-Origin") == (origin or None)
    assert "Timing-Allow-Origin" not in answer.headers
    assert set(answer.json) == {"type", "title", "status", "detail", "request_id"}


def test_a_browser_may_read_that_its_token_does_not_hold(client: FlaskClient) -> None:
    answer = client.get("/v1/things", headers={**bearer("nonsense"), "Origin": "https://shop.example"})
    assert answer.status_code == 401
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert "Origin" in answer.vary


def test_a_browser_may_read_what_is_wrong_with_its_request(
    client: FlaskClient, browser: dict[str, str]
) -> None:
    answer = client.get("/v1/things/missing", headers=browser)
    assert answer.status_code == 404
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"


def test_a_browser_never_writes(client: FlaskClient, browser: dict[str, str]) -> None:
    for method, path in [("POST", "/v1/things"), ("DELETE", "/v1/things/x"), ("PUT", "/v1/things/a/parts/b")]:
        assert client.open(path, method=method, headers=browser, json={}).status_code == 403


def test_a_server_token_is_not_shared_with_pages(client: FlaskClient, server: dict[str, str]) -> None:
    answer = client.get("/v1/things", headers={**server, "Origin": "https://shop.example"})
    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", ["/v1/things", "/v1/things/a%2Fb", "/v1/nowhere"])
def test_a_browser_asks_first_without_a_token(client: FlaskClient, path: str) -> None:
    answer = client.options(path, headers=PREFLIGHT)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == "https://shop.example"
    assert answer.headers["Access-Control-Allow-Methods"] == "GET"
    assert "Authorization" in answer.headers["Access-Control-Allow-Headers"]
    assert "If-None-Match" in answer.headers["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer.headers
    assert "Origin" in answer.headers["Vary"]


def test_options_names_the_methods(client: FlaskClient) -> None:
    answer = client.options("/v1/things")
    assert {"GET", "POST"} <= set(answer.headers["Allow"].replace(" ", "").split(","))
    assert client.options("/v1/nowhere").status_code == 404


def test_head_is_a_read_like_get(
    client: FlaskClient, server: dict[str, str], browser: dict[str, str], mint: Callable[..., str]
) -> None:
    answer = client.head("/v1/things", headers=server)
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["ETag"] == client.get("/v1/things", headers=server).headers["ETag"]
    assert client.head("/v1/things", headers=browser).status_code == 200
    assert client.head("/v1/things").status_code == 401
    assert client.head("/v1/things", headers=bearer(mint("rep"))).status_code == 403


def test_an_endpoint_without_kinds_is_not_opened_by_accident(create: Callable[..., Flask]) -> None:
    careless = http.Blueprint("careless")

    @careless.get("/careless")
    def careless_view() -> dict[str, str]:
        return {}

    with pytest.raises(RuntimeError, match="GET /v1/careless declares no kind"):
        create(careless)


def test_the_methods_of_a_class_have_kinds_and_limits_of_their_own(
    create: Callable[..., Flask], mint: Callable[..., str]
) -> None:
    classy = http.Blueprint("classy")

    @classy.route("/classy")
    class Classy(MethodView):
        @http.requires("server")
        def get(self) -> dict[str, bool]:
            return {"read": True}

        @http.requires("admin")
        @http.body_limit(4)
        def put(self) -> dict[str, int]:
            return {"written": http.body()}

    client = create(classy).test_client()
    server, admin = bearer(mint()), bearer(mint("admin"))
    assert client.get("/v1/classy", headers=server).json == {"read": True}
    assert client.head("/v1/classy", headers=server).status_code == 200
    assert client.put("/v1/classy", headers=server, json=1).status_code == 403
    assert client.put("/v1/classy", headers=admin, json=1).json == {"written": 1}
    assert client.put("/v1/classy", headers=admin, json=12345).status_code == 413


def test_a_class_with_one_method_that_names_no_kinds_is_refused(create: Callable[..., Flask]) -> None:
    classy = http.Blueprint("classy")

    @classy.route("/classy")
    class Classy(MethodView):
        @http.requires("server")
        def get(self) -> dict[str, bool]:
            return {}

        def delete(self) -> dict[str, bool]:
            return {}

    with pytest.raises(RuntimeError, match="DELETE /v1/classy declares no kind"):
        create(classy)


def test_kinds_above_the_route_are_refused(create: Callable[..., Flask]) -> None:
    misplaced = http.Blueprint("misplaced")

    @http.requires("server")
    @misplaced.get("/misplaced")
    def misplaced_view() -> dict[str, str]:
        return {}

    with pytest.raises(RuntimeError, match=r"not in the OpenAPI document"):
        create(misplaced)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_no_endpoint_lets_a_publishable_token_write(create: Callable[..., Flask], method: str) -> None:
    careless = http.Blueprint("careless")

    @getattr(careless, method)("/careless")
    @http.requires("server", "publishable")
    def careless_view() -> dict[str, str]:
        return {}

    with pytest.raises(RuntimeError, match="let a publishable token write"):
        create(careless)


def test_a_kind_that_does_not_exist_is_an_error_where_it_stands() -> None:
    with pytest.raises(ValueError, match="sever"):
        http.requires("sever")
    with pytest.raises(ValueError, match="at least one"):
        http.requires()
