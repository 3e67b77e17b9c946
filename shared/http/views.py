"""What is declared on a view, kept where flask-smorest keeps it, so that wrapping decorators hand it on."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any, TypeVar

from flask import Flask, current_app, request

View = TypeVar("View", bound=Callable[..., Any])


def declare(name: str, value: object) -> Callable[[View], View]:
    """A decorator that notes `value` under `name` on a view and wraps nothing."""

    def decorate(view: View) -> View:
        # A copy, since a view and its wrapper share the dictionary.
        notes = {**deepcopy(getattr(view, "_apidoc", {})), name: value}
        view._apidoc = notes  # type: ignore[attr-defined]  # noqa: SLF001 - flask-smorest's own place
        return view

    return decorate


def declared(app: Flask, endpoint: str, method: str, name: str) -> Any:  # noqa: ANN401 - whatever was noted
    """What the view behind `endpoint` declares for `method`; None when nothing."""
    view: Any = app.view_functions[endpoint]
    view_class = getattr(view, "view_class", None)
    if view_class is not None:
        view = getattr(view_class, "get" if method == "HEAD" else method.lower(), None)
    return getattr(view, "_apidoc", {}).get(name)


def declared_here(name: str) -> Any:  # noqa: ANN401 - whatever was noted
    """What the view of the request in hand declares; None when nothing, or when there is no view."""
    if request.url_rule is None:
        return None
    return declared(current_app, request.url_rule.endpoint, request.method, name)
