"""The Flask application that every service's `app.py` fills with its blueprints."""

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version as installed_version
from typing import Any

import flask
from flask import Flask

from shared.auth import Keys
from shared.http import (
    access,
    answers,
    bodies,
    docs,
    health,
    idempotency,
    kept,
    openapi,
    parameters,
    paths,
    problems,
    requests,
)

_OPEN_ENDPOINTS = docs.OPEN_ENDPOINTS | health.OPEN_ENDPOINTS


def create_app(  # noqa: PLR0913 - the wiring of a service, all of it keyword-only
    *,
    service: str,
    title: str,
    blueprints: Sequence[openapi.Blueprint],
    keys: Keys,
    standing: access.StandingOf,
    ready: Callable[[], None],
    unavailable: Sequence[type[Exception]] = (),
    description: str = "",
    pending: Callable[[], Mapping[str, int]] = dict,
    pages: Sequence[flask.Blueprint] = (),
    version: str | None = None,
    idempotency_keys: idempotency.Keys | None = None,
) -> Flask:
    """A WSGI application with the doors of one service; it connects to nothing.

    `standing(community, token_id)` answers from the service's own copy of the community; `ready()` raises
    while the database is away; `pending()` tells `/metrics` what waits; exceptions of the types `unavailable`
    become 503. `pages` are for whoever looks, without a token: what they show is theirs to decide.
    `idempotency_keys` are noted where callers send them.
    Raises RuntimeError when any other route declares no kind of token.
    """
    app = Flask(service, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = bodies.BODY
    app.url_map.merge_slashes = False
    api = openapi.Api(
        app, title=title, version=version or installed_version("laurel"), description=description
    )
    for page in pages:
        app.register_blueprint(page)
    open_endpoints = _OPEN_ENDPOINTS | {rule.endpoint for rule in app.url_map.iter_rules()}
    # Flask runs what follows a request from last to first: accounting comes last of all, and so stands first.
    requests.register(app, service)
    answers.register(app)
    access.register(app, keys, standing, open_endpoints)
    parameters.register(app)
    app.before_request(bodies.check)
    idempotency.register(app, idempotency_keys)
    problems.register(app, unavailable)
    health.register(app, ready, pending)
    for blueprint in blueprints:
        api.register_blueprint(blueprint)
    document = api.document()
    access.check_routes(app, open_endpoints, _operations(app, document))
    docs.register(app, title, document)
    app.extensions["laurel-openapi"] = document
    wrapped = requests.Traced(paths.RawPaths(app.wsgi_app))
    app.wsgi_app = kept.Repeated(wrapped, service)  # type: ignore[method-assign]  # Flask's own way
    return app


def document(app: Flask) -> dict[str, Any]:
    """The OpenAPI document of an application that `create_app` made."""
    found: dict[str, Any] = app.extensions["laurel-openapi"]
    return found


def _operations(app: Flask, document: dict[str, Any]) -> set[tuple[str, str]]:
    """Each (endpoint, method) that the document describes together with its kinds of token."""
    found = set()
    for rule in app.url_map.iter_rules():
        path = document["paths"].get(openapi.template(rule), {})
        found |= {(rule.endpoint, method) for method, said in path.items() if "x-laurel-kinds" in said}
    return found
