"""Conditions compiled to MongoDB queries on stored facts: the same typed JSON as the predicate, and the same facts.

Pure: what comes out is a dict. No name and no operator in it comes from outside; what does are values, each behind an
operator of ours, so that a string that begins with a `$` is a string.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from services.titles_and_badges.domain import conditions

Query = dict[str, Any]

_STORED = {
    "type": "type",
    "value": "value",
    "object.id": "object",
    "object.type": "object_type",
    "object.tag": "object_tags",
    "parent.type": "parent_type",
}
#: Which two fields of a fact are one person.
_SAME = {
    "object.own": ("object_author", "member"),
    "object.replies_to_own": ("object_author", "parent_author"),
    "actor.is_author": ("actor", "object_author"),
    "actor.is_parent_author": ("actor", "parent_author"),
}
_COMPARISONS = {"gte": "$gte", "gt": "$gt", "lte": "$lte", "lt": "$lt"}
_DAY_MILLISECONDS = 86_400_000


def query(written: Any) -> Query:  # noqa: ANN401 (untrusted JSON)
    """Check a condition and compile it. Raises Invalid with the place of the first fault."""
    conditions.compile_condition(written)
    return _every([_part(name, value) for name, value in written.items()])


def _part(name: str, value: Any) -> Query:  # noqa: ANN401
    if name == "not":
        return {"$nor": [query(value)]}
    if name in {"any", "all"}:
        parts = [query(each) for each in value]
        return {"$or": parts} if name == "any" else _every(parts)
    return _tests(name, value)


def _tests(name: str, value: Any) -> Query:  # noqa: ANN401
    if not isinstance(value, Mapping):
        return _compared(name, "$eq", value)
    return _every([_test(name, comparison, operand) for comparison, operand in value.items()])


def _test(name: str, comparison: str, operand: Any) -> Query:  # noqa: ANN401
    if comparison == "in":
        return {"$or": [_compared(name, "$eq", each) for each in operand]}
    if comparison == "not":
        return {"$nor": [_tests(name, operand)]}
    return _compared(name, _COMPARISONS[comparison], operand)


def _compared(name: str, comparison: str, value: Any) -> Query:  # noqa: ANN401
    if name in _SAME:
        one, other = (f"${field}" for field in _SAME[name])
        same = {"$and": [{"$gt": [one, None]}, {"$eq": [one, other]}]}
        return {"$expr": same if value else {"$not": [same]}}
    if name == "object.days_after_parent":
        return {"$expr": {"$and": [{"$ne": [_DAYS, None]}, {comparison: [_DAYS, {"$literal": value}]}]}}
    return {_STORED[name]: {comparison: value}}


#: Whole days between an object and its parent, none where one of them is not known; rounded down, as Python does.
_DAYS: Query = {
    "$cond": [
        {"$and": [{"$gt": ["$object_published", None]}, {"$gt": ["$parent_published", None]}]},
        {
            "$floor": {
                "$divide": [{"$subtract": ["$object_published", "$parent_published"]}, _DAY_MILLISECONDS]
            }
        },
        None,
    ]
}


def _every(parts: Sequence[Query]) -> Query:
    if not parts:
        return {}
    return parts[0] if len(parts) == 1 else {"$and": list(parts)}
