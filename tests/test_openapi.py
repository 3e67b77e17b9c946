"""The OpenAPI documents: valid, complete, and true of what the services answer to whatever fits them or does not."""

from typing import Any

import openapi_spec_validator
import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from shared import http
from tests.fixtures import Courier, Door
from tests.referral import filling

pytestmark = pytest.mark.takes(50)

#: Of some things there is one, so that not every path ends at 404.
KNOWN = {
    "member_id": "ann",
    "activity_id": "post",
    "slug": "poster",
    "network": "fediverse",
    "account": "@ann",
    "grant": "g1",
    "payout": "2026-01",
}
POSTER = {"name": "Poster", "criterion": {"kind": "count"}, "at": 1}
#: They answer a batch item by item, so that a wrong item is no wrong call.
BATCHES = {
    "POST /v1/activities",
    "POST /v1/members",
    "POST /v1/joins",
    "POST /v1/conversions",
    "POST /v1/conversions/{order_id}/refunds",
}
#: They say it all by their address.
WITHOUT_BODY = {
    "/v1/members/{member_id}/identities/{network}/{account}",
    "/v1/invitations/{invitation}/acceptance",
    "/v1/invitations/{invitation}/refusal",
}
TRUE_OF_EVERY_ANSWER = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
EXAMPLES = 10


@pytest.fixture(params=["activity", "badges", "referral"])
def door(
    request: pytest.FixtureRequest, activity: Door, badges: Door, referral: Door, courier: Courier
) -> Door:
    """Each service in turn, with something in it."""
    post = {
        "id": "post",
        "type": "Create",
        "actor": "ann",
        "object": "o",
        "published": "2026-01-01T00:00:00Z",
    }
    activity("POST", "/v1/activities", post)
    badges("PUT", "/v1/badges/poster", POSTER)
    courier.carry()
    if request.param == "referral":
        filling.fill(referral, "some")
    return {"activity": activity, "badges": badges, "referral": referral}[request.param]


def document(door: Door) -> dict[str, Any]:
    """What the service says of itself."""
    said: dict[str, Any] = door.client.get("/openapi.json").json
    return said


def operations(door: Door) -> list[tuple[str, str, dict[str, Any]]]:
    """Every path, method and what is said of it."""
    return [
        (path, method, said)
        for path, item in document(door)["paths"].items()
        for method, said in item.items()
        if method != "parameters"
    ]


def test_the_document_is_valid_openapi_3_1(door: Door) -> None:
    openapi_spec_validator.validate(document(door))
    assert document(door)["openapi"].startswith("3.1")
    assert document(door) == http.document(door.client.application)


def test_every_operation_says_what_it_takes_and_answers(door: Door) -> None:
    for path, method, said in operations(door):
        assert path.startswith("/v1/")
        assert said["summary"], path
        assert said["security"] == [{"token": []}]
        assert said["responses"]["default"] == {"$ref": "#/components/responses/Problem"}
        good = [status for status in said["responses"] if status.startswith("2")]
        assert good, path
        for status in good:
            content = said["responses"][status].get("content", {})
            assert status == "204" or all(each["schema"] for each in content.values())
            assert status == "204" or content
        assert (method in {"get", "delete"}) == ("requestBody" not in said) or path in WITHOUT_BODY


def test_every_schema_is_described(door: Door) -> None:
    for name, schema in document(door)["components"]["schemas"].items():
        assert schema["type"] == "object"
        assert not name.startswith("_")


def examine(app: Flask, token: str, mode: GenerationMode, known: dict[str, str]) -> None:
    """Ask every operation what its schema allows, or does not allow, and hold the answer against the document."""
    for found in schemathesis.openapi.from_wsgi("/openapi.json", app).get_all_operations():
        operation = found.ok()
        # In a path nearly everything fits; a body that does not fit is refused.
        refusing = mode is GenerationMode.NEGATIVE and operation.body and operation.label not in BATCHES
        path = {each.name: known[each.name] for each in operation.path_parameters if each.name in known}
        cases = operation.as_strategy(generation_mode=mode, **({"path_parameters": path} if path else {}))
        ask(cases, token, [*TRUE_OF_EVERY_ANSWER, *([checks.negative_data_rejection] if refusing else [])])


def ask(cases: Any, token: str, expected: list[Any]) -> None:
    """Call with some cases, always the same ones."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases)
    def call(case: schemathesis.Case) -> None:
        answer = case.call(headers={"Authorization": f"Bearer {token}"})
        case.validate_response(answer, checks=expected)

    call()


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_answers_are_what_the_document_promises(door: Door, mode: GenerationMode) -> None:
    examine(door.client.application, door.token(), mode, KNOWN)


def test_answers_about_what_is_not_there_are_too(door: Door) -> None:
    examine(door.client.application, door.token(), GenerationMode.POSITIVE, {})
