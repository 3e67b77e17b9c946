"""flask-smorest, made ours: OpenAPI 3.1 with the kinds of token of each operation, problems as the errors."""

from collections.abc import Callable, Mapping
from typing import Any

import flask_smorest
import marshmallow
from flask import Flask
from flask_smorest.spec.plugins import FlaskPlugin
from werkzeug.routing import Rule

from shared.http import answers, bodies, parameters, paths, problems, views
from shared.http.views import View

VERSION = "3.1.0"


class Blueprint(flask_smorest.Blueprint):
    """A set of routes of one subject, with what goes in and what comes out declared on each view."""

    ARGUMENTS_PARSER = bodies.Parser()

    def __init__(self, name: str, *, url_prefix: str = "/v1", description: str = "") -> None:
        super().__init__(name, __name__, url_prefix=url_prefix, description=description)
        self._prepare_doc_cbks.append(self._prepare_access_doc)

    def get(self, rule: str, **options: Any) -> Callable[[View], View]:  # noqa: ANN401 - Flask's own
        """Route a read."""
        return self._route("GET", rule, options)

    def post(self, rule: str, **options: Any) -> Callable[[View], View]:  # noqa: ANN401 - Flask's own
        """Route a POST."""
        return self._route("POST", rule, options)

    def put(self, rule: str, **options: Any) -> Callable[[View], View]:  # noqa: ANN401 - Flask's own
        """Route a PUT."""
        return self._route("PUT", rule, options)

    def patch(self, rule: str, **options: Any) -> Callable[[View], View]:  # noqa: ANN401 - Flask's own
        """Route a PATCH."""
        return self._route("PATCH", rule, options)

    def delete(self, rule: str, **options: Any) -> Callable[[View], View]:  # noqa: ANN401 - Flask's own
        """Route a DELETE."""
        return self._route("DELETE", rule, options)

    def arguments(
        self,
        schema: answers.Schema,
        *,
        location: str = "json",
        **options: Any,  # noqa: ANN401 - flask-smorest's own
    ) -> Callable[[View], View]:
        """Validate the body (or with `location="query"` the parameters) and hand it to the view."""
        decorate: Callable[[View], View] = super().arguments(schema, location=location, **options)
        if location != "query":
            return decorate
        return lambda view: parameters.declare(decorate(view), schema)

    def response(
        self,
        status_code: int,
        schema: answers.Schema | Mapping[str, Any] | None = None,
        **options: Any,  # noqa: ANN401 - flask-smorest's own
    ) -> Callable[[View], View]:
        """Document the answer and dump what the view returns; a Response passes as it is.

        A `schema` that is plain JSON Schema documents alone: that view answers with a Response.
        """
        decorate: Callable[[View], View] = super().response(status_code, schema, **options)
        return decorate

    def alt_response(
        self,
        status_code: int,
        **options: Any,  # noqa: ANN401 - flask-smorest's own
    ) -> Callable[[View], View]:
        """Document a further answer."""
        decorate: Callable[[View], View] = super().alt_response(status_code, **options)
        return decorate

    def body(self, schema: answers.Schema | Mapping[str, Any]) -> Callable[[View], View]:
        """Document the body of a view that reads `http.body()` itself, as a batch does, item by item."""
        content = {bodies.MEDIA_TYPES[0]: {"schema": schema}}
        return views.declare("body", {"required": True, "content": content})

    def _route(self, method: str, rule: str, options: dict[str, Any]) -> Callable[[View], View]:
        # Typed here, since to mypy everything of flask-smorest is Any, and a view below it would be too.
        decorate: Callable[[View], View] = self.route(rule, methods=[method], **options)
        return decorate

    def _prepare_access_doc(
        self, doc: dict[str, Any], doc_info: dict[str, Any], **_: object
    ) -> dict[str, Any]:
        kinds = [str(kind) for kind in doc_info.get("kinds", ())]
        if not kinds:
            return doc  # access.check_routes() refuses it
        text = f"Token: {', '.join(kinds)}."
        described = doc_info["docstring"].get("description")
        doc_info["docstring"]["description"] = f"{described}\n\n{text}" if described else text
        doc["security"] = [{"token": []}]
        doc["x-laurel-kinds"] = kinds
        # One reference for all that can go wrong, in the place of one for each status.
        answers_ = {
            status: said for status, said in doc.get("responses", {}).items() if not isinstance(said, str)
        }
        doc["responses"] = {**answers_, "default": "Problem"}
        if "body" in doc_info:
            doc["requestBody"] = doc_info["body"]
        return doc


class Api(flask_smorest.Api):
    """The OpenAPI document of one service."""

    def __init__(self, app: Flask, *, title: str, version: str, description: str) -> None:
        info = {"description": description} if description else {}
        super().__init__(
            spec_kwargs={"title": title, "version": version, "openapi_version": VERSION, "info": info},
        )
        self.init_app(app)
        self.ma_plugin.converter.add_attribute_function(_other_form)
        scheme = {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "`laurel tokens mint`",
        }
        self.spec.components.security_scheme("token", scheme)
        self._register_id(app, "id", paths.Id)
        self._register_id(app, "any_id", paths.AnyId)

    def document(self) -> dict[str, Any]:
        """The document, complete once every blueprint is registered."""
        document: dict[str, Any] = self.spec.to_dict()
        return document

    def _register_id(self, app: Flask, name: str, converter: type[paths.Id]) -> None:
        app.url_map.converters[name] = converter
        text = "Any string, percent-encoded as `encodeURIComponent` does."
        self.register_converter(converter, lambda _: {"type": "string", "minLength": 1, "description": text})

    def _register_error_handlers(self) -> None:
        # problems.register() answers them all.
        return

    def _register_doc_blueprint(self) -> None:
        # docs.register() serves the document, with a page of our own origin.
        return

    def _register_etag_headers(self) -> None:
        # Every read has an ETag: answers.register() sees to it.
        return

    def _register_pagination_header(self) -> None:
        # Our pages are pages.page_of().
        return

    def _register_responses(self) -> None:
        # In the place of flask-smorest's own error, one response for each status.
        self.spec.components.response(
            "Problem",
            {
                "description": "What went wrong (RFC 9457)",
                "content": {problems.MEDIA_TYPE: {"schema": problems.Problem}},
            },
            lazy=True,
        )


def one_or_many(schema: type[marshmallow.Schema], highest: int) -> dict[str, Any]:
    """The schema of a body that holds one item or an array of up to `highest`."""
    return {"oneOf": [schema, {"type": "array", "items": schema, "maxItems": highest}]}


def _other_form(_converter: object, field: object, ret: dict[str, Any], **_: object) -> dict[str, Any]:
    """A nested field that takes another form too says which, as JSON Schema, in `also_takes`."""
    other = getattr(field, "also_takes", None)
    if other is None:
        return {}
    # What stands there is a reference to its own schema, or that and null.
    own = [{"$ref": ret.pop("$ref")}] if "$ref" in ret else ret["anyOf"]
    return {"anyOf": [other, *own]}


def template(rule: Rule) -> str:
    """The path of `rule` as the document writes it."""
    written: str = FlaskPlugin.flaskpath2openapi(rule.rule)
    return written
