"""What was read can be sent back: `GET`, change a field, `PUT`.

Fields that are shown and cannot be set are declared as `ReadOnly`; whatever stands in them is ignored, as OpenAPI lets
it be. One that says what the address says must say the same. What is shown as null is declared with `allow_none`.
"""

from collections.abc import Mapping
from typing import Any

import marshmallow
from flask import Request
from marshmallow import ValidationError, fields


class ReadOnly(fields.Raw):
    """A field of what is shown, which is ignored in what is sent."""

    def __init__(self) -> None:
        super().__init__(dump_only=True)


def wanted(sent: Any, schema: marshmallow.Schema, request: Request) -> Any:  # noqa: ANN401 (untrusted JSON)
    """What of a body says how a thing is to be. Raises ValidationError for one that was meant for another address."""
    if not isinstance(sent, Mapping):
        return sent
    read_only = {
        field.data_key or name for name, field in schema.fields.items() if isinstance(field, ReadOnly)
    }
    if not read_only:
        return sent
    address = request.view_args or {}
    for name in read_only & sent.keys() & address.keys():
        _check_same(name, sent[name], address[name])
    return {name: value for name, value in sent.items() if name not in read_only}


def _check_same(name: str, said: object, address: object) -> None:
    if _folded(said) != _folded(address):
        reason = f"This is not the {name} of the address."
        raise ValidationError({name: [reason]})


def _folded(name: object) -> str:
    return str(name).strip().casefold()
