"""The OpenAPI document and a page to read it: Swagger UI from our own origin, under a strict policy."""

from html import escape
from typing import Any

import msgspec
from flask import Blueprint, Flask, Response
from swagger_ui_bundle import swagger_ui_path
from werkzeug.exceptions import NotFound

OPEN_ENDPOINTS = frozenset({"docs.document", "docs.page", "docs.asset", "docs.document_for_page"})

_ASSETS = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="docs/favicon-32x32.png">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<noscript>This page needs JavaScript; <a href="openapi.json">the document itself</a> does not.</noscript>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""

_START = """SwaggerUIBundle({
  url: "docs/openapi-3.0.json",
  dom_id: "#page",
  deepLinking: true,
  docExpansion: "none",
  validatorUrl: null,
});
"""


def register(app: Flask, title: str, document: dict[str, Any]) -> None:
    """Serve `document` at `/openapi.json` and the page at `/docs`."""
    blueprint = Blueprint("docs", __name__)
    written = msgspec.json.format(msgspec.json.encode(document), indent=2)
    for_page = msgspec.json.encode(_in_3_0(document))

    @blueprint.get("/openapi.json", endpoint="document")
    def whole() -> Response:
        return Response(written, mimetype="application/json", headers={"Access-Control-Allow-Origin": "*"})

    @blueprint.get("/docs/openapi-3.0.json")
    def document_for_page() -> Response:
        return Response(for_page, mimetype="application/json")

    @blueprint.get("/docs")
    def page() -> Response:
        text = _PAGE.format(title=escape(title))
        return Response(text, mimetype="text/html", headers={"Content-Security-Policy": _POLICY})

    @blueprint.get("/docs/<name>")
    def asset(name: str) -> Response:
        if name == "start.js":
            return Response(_START, mimetype="text/javascript")
        if name not in _ASSETS:
            raise NotFound
        return Response((swagger_ui_path / name).read_bytes(), mimetype=_ASSETS[name])

    app.register_blueprint(blueprint)


def _in_3_0(document: dict[str, Any]) -> dict[str, Any]:
    # The Swagger UI that is packaged reads 3.0 alone; what our schemas use of 3.1 is the null in a type.
    told: dict[str, Any] = _nullable(document)
    return {**told, "openapi": "3.0.3"}


def _nullable(part: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(part, list):
        return [_nullable(entry) for entry in part]
    if not isinstance(part, dict):
        return part
    told = {key: _nullable(value) for key, value in part.items()}
    types = told.get("type")
    if isinstance(types, list):
        kept = [name for name in types if name != "null"]
        told.update(type=kept[0] if kept else "string", nullable="null" in types)
    return told
