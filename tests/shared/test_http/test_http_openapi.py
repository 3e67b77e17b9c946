"""The document is valid, complete and honest; the page that shows it asks nobody else."""

import re
from typing import Any

import openapi_spec_validator
import pytest
from flask import Flask
from flask.testing import FlaskClient

from shared import http


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    return client.get("/openapi.json").json


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    openapi_spec_validator.validate(document)
    assert document["openapi"].startswith("3.1")
    assert document["info"] == {"title": "Test", "version": "1.2.3", "description": "A service of tests."}


def test_it_is_the_same_for_tools_in_the_process(app: Flask, document: dict[str, Any]) -> None:
    assert http.document(app) == document


def test_every_operation_names_its_tokens_and_its_errors(document: dict[str, Any]) -> None:
    operations = [
        (path, method, said)
        for path, item in document["paths"].items()
        for method, said in item.items()
        if method != "parameters"
    ]
    assert len(operations) == 8
    for _, _, said in operations:
        assert said["security"] == [{"token": []}]
        assert said["x-laurel-kinds"]
        assert said["summary"]
        assert said["responses"]["default"] == {"$ref": "#/components/responses/Problem"}
    content = document["components"]["responses"]["Problem"]["content"]
    assert list(content) == ["application/problem+json"]


def test_the_kinds_stand_in_the_description_too(document: dict[str, Any]) -> None:
    said = document["paths"]["/v1/things"]["get"]
    assert said["x-laurel-kinds"] == ["server", "publishable"]
    assert said["summary"] == "List the things."
    assert said["description"] == "They are numbers.\n\nToken: server, publishable."


def test_a_batch_is_documented_as_one_or_many(document: dict[str, Any]) -> None:
    schema = document["paths"]["/v1/batch"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    one, many = schema["oneOf"]
    assert one == many["items"] == {"$ref": "#/components/schemas/Thing"}
    assert many["maxItems"] == 1000


def test_nothing_is_described_that_nobody_uses(document: dict[str, Any]) -> None:
    names = set(document["components"]["schemas"])
    assert names == {"Thing", "Part", "ThingPage", "Problem", "ProblemPlace"}


def test_the_page_asks_nobody_but_us(client: FlaskClient) -> None:
    page = client.get("/docs")
    assert page.mimetype == "text/html"
    assert "unsafe" not in page.headers["Content-Security-Policy"]
    assert "<style" not in page.text
    assert not re.search(r"<script(?! src=)", page.text)
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert addresses
    for address in addresses:
        assert not re.match(r"(https?:)?//", address)
        assert client.get(f"/{address}").status_code == 200
    started = client.get("/docs/start.js")
    assert started.mimetype == "text/javascript"
    assert 'docExpansion: "none"' in started.text


@pytest.mark.parametrize(
    "name", ["index.html", "../__init__.py", "..%2F__init__.py", "%2e%2e/app.py", "swagger-ui.css.map", "x"]
)
def test_only_what_the_page_needs_is_served(client: FlaskClient, name: str) -> None:
    assert client.get(f"/docs/{name}").status_code == 404
