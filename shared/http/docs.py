"""The OpenAPI document and a page to read it: Swagger UI from our own origin, under a strict policy."""

from html import escape
from importlib import resources
from typing import Any

import msgspec
from flask import Blueprint, Flask, Response
from werkzeug.exceptions import NotFound

OPEN_ENDPOINTS = frozenset({"docs.document", "docs.page", "docs.asset"})

# The package's own blueprint writes its settings into the page, which our policy forbids; we take its files.
_PACKAGED = resources.files("flask_swagger_ui") / "dist"

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
  url: "openapi.json",
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

    @blueprint.get("/openapi.json", endpoint="document")
    def whole() -> Response:
        return Response(written, mimetype="application/json", headers={"Access-Control-Allow-Origin": "*"})

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
        return Response((_PACKAGED / name).read_bytes(), mimetype=_ASSETS[name])

    app.register_blueprint(blueprint)
