"""The catalogue of events, as others read it."""

from jsonschema import Draft202012Validator

from shared.events import activity, catalogue


def test_every_event_that_is_read_is_in_the_catalogue() -> None:
    read = {*activity.DELIVERIES, *activity.PROFILES_BY_KIND}
    assert read <= {entry.kind for entry in catalogue.CATALOGUE}


def test_every_reference_leads_somewhere() -> None:
    document = catalogue.asyncapi("1.2.3")
    for reference in _references(document):
        part = document
        for name in reference.removeprefix("#/").split("/"):
            part = part[name]


def test_the_shapes_are_json_schemas_that_tell_good_from_bad() -> None:
    document = catalogue.asyncapi("1.2.3")
    schema = {**document["components"]["schemas"]["ActivityRetracted"], "components": document["components"]}
    Draft202012Validator.check_schema(schema)
    event = {
        "community": "c",
        "activity": "a",
        "member": "m",
        "version": 1,
        "published": "2026-01-01T00:00:00Z",
    }
    assert Draft202012Validator(schema).is_valid(event)
    assert not Draft202012Validator(schema).is_valid({**event, "version": "one"})


def _references(part: object) -> list[str]:
    if isinstance(part, list):
        return [found for each in part for found in _references(each)]
    if not isinstance(part, dict):
        return []
    return [value for name, value in part.items() if name == "$ref"] + _references(list(part.values()))
