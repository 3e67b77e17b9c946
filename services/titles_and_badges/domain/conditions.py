"""Conditions: typed JSON, checked when it comes in, compiled to a predicate on facts. There is no code inside.

{"type": "Like", "object.type": {"in": ["Answer", "Review"]}}         all of several fields
{"any": [{"value": {"gte": 10}}, {"not": {"object.tag": "draft"}}]}   any, all, not
"""

import functools
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.titles_and_badges.domain.facts import Fact
from shared.errors import Invalid, Place

Predicate = Callable[[Fact], bool]
#: Of a fact, or of what one of its fields holds.
Test = Callable[[Any], bool]

_DEEPEST = 8
_TOO_LARGE = 2**63
_MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A checked condition. `types` are the only activity types that it can be true of; None is any type."""

    predicate: Predicate
    types: frozenset[str] | None


ALWAYS = Condition(predicate=lambda _fact: True, types=None)


def compile_condition(written: Any, pointer: str = "") -> Condition:  # noqa: ANN401 (untrusted JSON)
    """Check and compile. Raises Invalid with the place of the first fault."""
    return _compile(written, pointer, 0)


def below(pointer: str, name: str) -> str:
    """The JSON pointer of a part, whose name may hold any character (RFC 6901)."""
    return f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"


def _days_after_parent(fact: Fact) -> int | None:
    if fact.object_published is None or fact.parent_published is None:
        return None
    return (fact.object_published - fact.parent_published).days


def _same(one: str | None, other: str | None) -> bool:
    return one is not None and one == other


@dataclass(frozen=True, slots=True)
class _Field:
    kind: type
    read: Callable[[Fact], Any]


FIELDS: Mapping[str, _Field] = {
    "type": _Field(str, operator.attrgetter("type")),
    "value": _Field(int, operator.attrgetter("value")),
    "object.id": _Field(str, operator.attrgetter("object")),
    "object.type": _Field(str, operator.attrgetter("object_type")),
    "object.tag": _Field(list, operator.attrgetter("object_tags")),
    "object.own": _Field(bool, lambda fact: _same(fact.object_author, fact.member)),
    "object.replies_to_own": _Field(bool, lambda fact: _same(fact.object_author, fact.parent_author)),
    "object.days_after_parent": _Field(int, _days_after_parent),
    "parent.type": _Field(str, operator.attrgetter("parent_type")),
    "actor.is_author": _Field(bool, lambda fact: _same(fact.actor, fact.object_author)),
    "actor.is_parent_author": _Field(bool, lambda fact: _same(fact.actor, fact.parent_author)),
}

_COMPARISONS = {"gte": operator.ge, "gt": operator.gt, "lte": operator.le, "lt": operator.lt}


def _compile(written: Any, pointer: str, depth: int) -> Condition:  # noqa: ANN401
    if not isinstance(written, Mapping):
        raise _invalid(pointer, "a condition is an object")
    if depth > _DEEPEST:
        raise _too_deep(pointer)
    if len(written) > _MOST:
        raise _invalid(pointer, f"a condition has more than {_MOST} parts")
    parts = [_part(name, value, below(pointer, name), depth) for name, value in written.items()]
    if len(parts) == 1:
        return parts[0]
    predicates = [part.predicate for part in parts]
    return Condition(predicate=_every(predicates), types=_common_types(parts))


def _part(name: str, value: Any, pointer: str, depth: int) -> Condition:  # noqa: ANN401
    if name in {"any", "all"}:
        return _several(name, value, pointer, depth)
    if name == "not":
        inner = _compile(value, pointer, depth + 1).predicate
        return Condition(predicate=lambda fact: not inner(fact), types=None)
    if name not in FIELDS:
        raise _invalid(
            pointer, f"there is no field {name!r}; there are {', '.join(FIELDS)}, and any, all, not"
        )
    return _field(name, FIELDS[name], value, pointer, depth)


def _several(name: str, value: Any, pointer: str, depth: int) -> Condition:  # noqa: ANN401
    if not isinstance(value, Sequence) or isinstance(value, str) or not value or len(value) > _MOST:
        raise _invalid(pointer, f"{name} takes a list of 1 to {_MOST} conditions")
    parts = [_compile(each, f"{pointer}/{index}", depth + 1) for index, each in enumerate(value)]
    predicates = [part.predicate for part in parts]
    if name == "all":
        return Condition(predicate=_every(predicates), types=_common_types(parts))
    every = [part.types for part in parts]
    types = None if None in every else frozenset().union(*(part for part in every if part is not None))
    return Condition(predicate=_some(predicates), types=types)


def _field(name: str, field: _Field, value: Any, pointer: str, depth: int) -> Condition:  # noqa: ANN401
    test = _tests(field, value, pointer, depth)
    read = field.read
    return Condition(predicate=lambda fact: test(read(fact)), types=_types(value) if name == "type" else None)


def _tests(field: _Field, value: Any, pointer: str, depth: int) -> Test:  # noqa: ANN401
    if not isinstance(value, Mapping):
        return _equals(field, value, pointer)
    if not value:
        raise _invalid(pointer, "an empty comparison")
    if depth > _DEEPEST:
        raise _too_deep(pointer)
    return _every(
        [_test(field, name, operand, below(pointer, name), depth) for name, operand in value.items()]
    )


def _test(
    field: _Field,
    name: str,
    operand: Any,  # noqa: ANN401
    pointer: str,
    depth: int,
) -> Test:
    if name == "in":
        if not isinstance(operand, Sequence) or isinstance(operand, str) or not 0 < len(operand) <= _MOST:
            raise _invalid(pointer, f"in takes a list of 1 to {_MOST} values")
        return _some([_equals(field, each, f"{pointer}/{index}") for index, each in enumerate(operand)])
    if name == "not":
        inner = _tests(field, operand, pointer, depth + 1)
        return lambda actual: not inner(actual)
    if name not in _COMPARISONS:
        raise _invalid(
            pointer, f"there is no comparison {name!r}; there are in, not, {', '.join(_COMPARISONS)}"
        )
    if field.kind is not int or not _is(operand, int):
        raise _invalid(pointer, f"{name} compares whole numbers")
    compare = _COMPARISONS[name]
    return lambda actual: actual is not None and compare(actual, operand)


def _every(tests: Sequence[Test]) -> Test:
    """Whether all hold. As loops, because they run for every badge and fact, and a generator costs more than a test."""
    if len(tests) == 1:
        return tests[0]

    def every(subject: Any) -> bool:  # noqa: ANN401
        for test in tests:  # noqa: SIM110
            if not test(subject):
                return False
        return True

    return every


def _some(tests: Sequence[Test]) -> Test:
    def some(subject: Any) -> bool:  # noqa: ANN401
        for test in tests:  # noqa: SIM110
            if test(subject):
                return True
        return False

    return some


def _equals(field: _Field, value: Any, pointer: str) -> Test:  # noqa: ANN401
    if field.kind is list:
        if not _is(value, str):
            raise _invalid(pointer, "a tag is a string")
        return lambda actual: value in actual
    if not _is(value, field.kind):
        raise _invalid(pointer, f"{_NAMES[field.kind]} is wanted here")
    return functools.partial(operator.eq, value)


_NAMES = {str: "a string", int: "a whole number", bool: "true or false"}


def _is(value: Any, kind: type) -> bool:  # noqa: ANN401
    # True is an int to Python, but not to anybody who writes JSON; and the store keeps 64 bits of one.
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < _TOO_LARGE
    return isinstance(value, kind)


def _types(value: Any) -> frozenset[str] | None:  # noqa: ANN401
    if isinstance(value, str):
        return frozenset({value})
    if isinstance(value, Mapping) and set(value) == {"in"}:
        return frozenset(value["in"])
    return None


def _common_types(parts: Sequence[Condition]) -> frozenset[str] | None:
    common: frozenset[str] | None = None
    for part in parts:
        if part.types is not None:
            common = part.types if common is None else common & part.types
    return common


def _too_deep(pointer: str) -> Invalid:
    return _invalid(pointer, f"conditions are nested deeper than {_DEEPEST}")


def _invalid(pointer: str, detail: str) -> Invalid:
    return Invalid("The condition is wrong.", errors=[Place(pointer=pointer, detail=detail)])
