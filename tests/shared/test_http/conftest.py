"""A small service on the chassis: every way to declare an endpoint, without a server behind it."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import flask
import marshmallow
import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from marshmallow import fields, validate

from shared import auth, clock, errors, http, telemetry

ORIGIN = "https://shop.example"


class AwayError(ConnectionError):
    """What a driver raises when its server is away."""


class FarAwayError(AwayError):
    """A kind of it."""


class Part(marshmallow.Schema):
    """A part of a thing."""

    name = fields.String(required=True)


class Thing(marshmallow.Schema):
    """A thing."""

    id = fields.String(required=True)
    size = fields.Integer(validate=validate.Range(1, 9))
    parts = fields.List(fields.Nested(Part))
    by_name = fields.Dict(keys=fields.String(), values=fields.Integer())


class ThingQuery(http.PageQuery):
    """A page of things of one colour."""

    colour = fields.String(load_default=None)


class ThingLook(marshmallow.Schema):
    """In which light."""

    light = fields.String()


THING = Thing()
FAILURES = {
    "fault": KeyError("the secret of ann@example.org"),
    "our-fault": errors.Fault("the secret place"),
    "away": AwayError("the secret host"),
    "far-away": FarAwayError("the secret host"),
    "unavailable": errors.Unavailable("the secret host"),
    "conflict": errors.Conflict("It is taken.", errors=[{"pointer": "/id", "detail": "taken"}]),
    "schema": marshmallow.ValidationError({"a/b": {"~": ["wrong"]}}),
}
blueprint = http.Blueprint("things", description="Things")


@blueprint.get("/things")
@http.requires("server", "publishable")
@blueprint.arguments(ThingQuery, location="query", as_kwargs=True)
@blueprint.response(200, http.page_of(Thing))
def list_things(limit: int, cursor: str | None, colour: str | None) -> Response:
    """List the things.

    They are numbers.
    """
    del colour
    after = http.decode_cursor(cursor, "things", int) or (-1,)
    rows = [{"id": str(number)} for number in range(after[0] + 1, 7)][: limit + 1]
    return http.page(rows, limit=limit, kind="things", position=lambda row: (int(row["id"]),), schema=THING)


@blueprint.post("/things")
@http.requires("server")
@blueprint.arguments(Thing)
@blueprint.response(201, Thing)
def make_thing(sent: Any) -> dict[str, Any]:
    """Make a thing."""
    return sent


@blueprint.get("/things/<any_id:thing_id>")
@http.requires("server", "publishable")
@blueprint.arguments(ThingLook, location="query")
@blueprint.response(200, Thing)
def show_thing(look: dict[str, str], thing_id: str) -> dict[str, str]:
    """Show a thing."""
    del look
    if thing_id == "missing":
        kind = "thing"
        raise errors.NotFound(kind, thing_id)
    return {"id": thing_id}


@blueprint.delete("/things/<any_id:thing_id>")
@blueprint.response(204)
@http.requires("admin")
def drop_thing(thing_id: str) -> Response:
    """Drop a thing."""
    del thing_id
    return http.nothing()


@blueprint.put("/things/<id:thing_id>/parts/<id:part_id>")
@http.requires("server")
def keep_part(thing_id: str, part_id: str) -> Response:
    """Keep a part."""
    return http.respond({"thing": thing_id, "part": part_id, "community": http.community()})


@blueprint.post("/batch")
@http.body_limit(http.BATCH)
@http.requires("server")
@blueprint.body(http.one_or_many(Thing, 1000))
def batch() -> Response:
    """Take many."""
    return http.respond({"items": len(http.body())})


@blueprint.get("/trace")
@http.requires("server")
def trace() -> Response:
    """Tell the trace."""
    return http.respond({"traceparent": telemetry.current_traceparent(), "request_id": http.request_id()})


@blueprint.get("/failures/<id:kind>")
@http.requires("server", "publishable")
def fail(kind: str) -> NoReturn:
    """Fail in every way."""
    raise FAILURES[kind]


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("keys")
    auth.make_keys(path)
    return path


@pytest.fixture(scope="session")
def mint(directory: Path) -> Callable[..., str]:
    def mint_token(kind: str = "server", **changes: Any) -> str:
        wanted = {"community": "demo", "kind": kind, "now": clock.now(), "lifetime": timedelta(hours=1)}
        if kind == "publishable":
            wanted["origins"] = [ORIGIN]
        return auth.mint(directory / "signing-key.pem", **{**wanted, **changes})

    return mint_token


@pytest.fixture
def service(directory: Path) -> SimpleNamespace:
    """What the service says of communities and of its database; a test changes it."""
    return SimpleNamespace(
        standing=lambda _community, _token_id: "ok",
        ready=lambda: None,
        keys=auth.Keys.load(directory / "keys.json"),
    )


@pytest.fixture
def create(service: SimpleNamespace) -> Callable[..., Flask]:
    def create_app(*blueprints: http.Blueprint, pages: Sequence[flask.Blueprint] = ()) -> Flask:
        return http.create_app(
            service="test",
            title="Test",
            version="1.2.3",
            description="A service of tests.",
            blueprints=blueprints,
            keys=service.keys,
            standing=lambda *asked: service.standing(*asked),  # noqa: PLW0108 - looked up at each request
            ready=lambda: service.ready(),  # noqa: PLW0108 - looked up at each request
            unavailable=(AwayError,),
            pages=pages,
        )

    return create_app


@pytest.fixture
def app(create: Callable[..., Flask]) -> Flask:
    return create(blueprint)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def server(mint: Callable[..., str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {mint()}"}


@pytest.fixture
def browser(mint: Callable[..., str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {mint('publishable')}", "Origin": ORIGIN}
