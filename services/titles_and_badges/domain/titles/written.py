"""Reading untrusted JSON of definitions, with the place of every fault."""

from collections.abc import Mapping
from typing import Any

from shared.errors import Invalid, Place


def invalid(pointer: str, detail: str) -> Invalid:
    """The refusal of a title's definition."""
    return Invalid("The definition is wrong.", errors=[Place(pointer=pointer, detail=detail)])


def mapping(written: Any, pointer: str) -> Mapping[str, Any]:  # noqa: ANN401 (untrusted JSON)
    """An object. Raises Invalid."""
    if not isinstance(written, Mapping):
        raise invalid(pointer, "an object is wanted here")
    return written


def number(
    written: Mapping[str, Any], name: str, least: int, most: int, pointer: str, *, default: int | None = None
) -> int:
    """A whole number. Raises Invalid."""
    value = written.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise invalid(f"{pointer}/{name}", f"a whole number from {least} to {most} is wanted here")
    return value


def choice(written: Mapping[str, Any], name: str, choices: tuple[str, ...], pointer: str) -> str:
    """One of several words, the first by default. Raises Invalid."""
    value = written.get(name, choices[0])
    if value not in choices:
        raise invalid(f"{pointer}/{name}", f"{name} is {' or '.join(choices)}")
    return str(value)
