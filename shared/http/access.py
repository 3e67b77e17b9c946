"""Who may call what: a view declares the kinds of token that it takes, the door enforces it first."""

from collections.abc import Callable, Collection
from http import HTTPStatus
from typing import Literal

from flask import Flask, Response, g, request
from werkzeug.routing import Rule

from shared import auth, clock
from shared.auth import Grant, Keys, Kind, acting
from shared.errors import Forbidden, Unauthenticated
from shared.http import views
from shared.http.views import View

Standing = Literal["ok", "unknown-community", "revoked"]
#: `standing(community, token_id)`: what this service's own copy of the community says about a token.
StandingOf = Callable[[str, str], Standing]

_KINDS = "kinds"
_READS = frozenset({"GET", "HEAD"})
_AUTOMATIC = frozenset({"HEAD", "OPTIONS"})
_MAX_AGE = "600"
#: A person stands behind these tokens.
_PEOPLE = frozenset({Kind.REP, Kind.ADMIN})
#: What is answered before anybody is known.
_REFUSALS = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN})


def requires(*kinds: str) -> Callable[[View], View]:
    """Declare which kinds of token a view takes: `@requires("server", "admin")`.

    Stands below the route; where among the other decorators does not matter, since nothing is wrapped.
    """
    allowed = tuple(Kind(kind) for kind in kinds)
    if not allowed:
        message = "name at least one kind of token"
        raise ValueError(message)

    return views.declare(_KINDS, allowed)


def grant() -> Grant:
    """What the caller's token allows; only inside a view that `requires` one."""
    found: Grant = g.grant
    return found


def community() -> str:
    """The slug of the one community that the caller's token is bound to: every query begins with it."""
    return grant().community


def register(app: Flask, keys: Keys, standing: StandingOf, open_endpoints: frozenset[str]) -> None:
    """Check every request but those to `open_endpoints`, and let browsers ask first."""

    @app.before_request
    def authenticate() -> Response | None:
        rule = request.url_rule
        if request.method == "OPTIONS":
            return _preflight()
        if rule is not None and rule.endpoint not in open_endpoints:
            g.grant = _admitted(keys, standing, views.declared_here(_KINDS))
            acting.become(g.grant.subject if g.grant.kind in _PEOPLE else None)
        return None

    @app.teardown_request
    def nobody_acts(_: BaseException | None) -> None:
        # The thread serves the next request too.
        acting.become(None)

    @app.after_request
    def share_with_origin(response: Response) -> Response:
        found: Grant | None = g.get("grant")
        if found is not None:
            response.vary.update(["Authorization", "Origin"])
        if found is not None and found.kind is Kind.PUBLISHABLE:
            _share(response, request.headers["Origin"])
            response.headers["Timing-Allow-Origin"] = request.headers["Origin"]
        elif found is None and response.status_code in _REFUSALS and request.headers.get("Origin"):
            # What is refused says nothing but why. A page that could not read it would take it for a broken line.
            _share(response, request.headers["Origin"])
            response.vary.add("Origin")
        return response


def check_routes(app: Flask, open_endpoints: frozenset[str], operations: Collection[tuple[str, str]]) -> None:
    """Raise at start when a route declares no kinds, or lets a publishable token write."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint in open_endpoints:
            continue
        for method in sorted((rule.methods or set()) - _AUTOMATIC):
            _check_route(rule, method, views.declared(app, rule.endpoint, method, _KINDS), operations)


def _check_route(
    rule: Rule, method: str, kinds: tuple[Kind, ...] | None, operations: Collection[tuple[str, str]]
) -> None:
    if not kinds:
        message = f"{method} {rule.rule} declares no kind of token: put @http.requires(...) on its view"
        raise RuntimeError(message)
    if Kind.PUBLISHABLE in kinds and method not in _READS:
        message = f"{method} {rule.rule} would let a publishable token write"
        raise RuntimeError(message)
    if (rule.endpoint, method.lower()) not in operations:
        message = (
            f"{method} {rule.rule} is not in the OpenAPI document: put @http.requires(...) below its route"
        )
        raise RuntimeError(message)


def _share(response: Response, origin: str) -> None:
    response.headers["Access-Control-Allow-Origin"] = origin
    response.headers["Access-Control-Expose-Headers"] = "ETag, Link, X-Request-Id, Retry-After"


def _admitted(keys: Keys, standing: StandingOf, kinds: tuple[Kind, ...]) -> Grant:
    found = auth.verify(_bearer(), keys, clock.now())
    if found.kind not in kinds:
        message = f"This needs a token of the kind {' or '.join(kinds)}; yours is {found.kind}."
        raise Forbidden(message)
    if found.kind is Kind.PUBLISHABLE:
        _check_browser(found)
    match standing(found.community, found.token_id):
        case "ok":
            return found
        case "revoked":
            message = "The token does not hold: it has been revoked."
            raise Unauthenticated(message)
        case _:
            message = (
                f"This service does not know the token's community {found.community!r}. "
                "One that was just created is known in a moment."
            )
            raise Forbidden(message)


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        message = "Send a token: `Authorization: Bearer …`; `laurel tokens mint` makes one."
        raise Unauthenticated(message)
    return token.strip()


def _check_browser(found: Grant) -> None:
    if request.method not in _READS:
        message = "A publishable token only reads."
        raise Forbidden(message)
    if request.headers.get("Origin") not in found.origins:
        message = "A publishable token is only good in a page of one of its origins."
        raise Forbidden(message)


def _preflight() -> Response | None:
    # A preflight carries no token, so any origin may ask; the answer itself is for the token's own.
    origin = request.headers.get("Origin")
    if origin is None or "Access-Control-Request-Method" not in request.headers:
        return None
    headers = {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": "GET",
        "Access-Control-Allow-Headers": "Authorization, If-None-Match",
        "Access-Control-Max-Age": _MAX_AGE,
        "Vary": "Origin",
    }
    return Response(status=204, headers=headers)
