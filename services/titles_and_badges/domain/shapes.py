"""The shape of a fact: all that most criteria ask, as one key, so that facts of one shape are asked once and not each.

Of ids only their equality is in it, of times and values nothing. Where a criterion asks for more, it is asked for every
fact. Only what is listed here counts as decided: a new kind, option or field is asked until somebody lists it.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from services.titles_and_badges.domain.facts import Fact

#: How many shapes are remembered. Types of objects come from outside: they could be without end.
MOST = 10_000

_OPTIONS: Mapping[str, frozenset[str]] = {
    "count": frozenset({"role"}),
    "first": frozenset({"role"}),
    "sum": frozenset({"role"}),
    "distinct": frozenset({"role", "of"}),
    "object-score": frozenset({"weights", "accepted"}),
}
_FIELDS = frozenset(
    {
        "type",
        "object.type",
        "object.own",
        "object.replies_to_own",
        "parent.type",
        "actor.is_author",
        "actor.is_parent_author",
    }
)


def shape(fact: Fact) -> Hashable:
    """Facts of one shape concern the same criteria, of those that are decided by it."""
    member, actor, author, asker = fact.member, fact.actor, fact.object_author, fact.parent_author
    return (
        fact.type, *fact.roles, fact.object is None, fact.object_type, fact.parent_type, fact.value is None,
        actor is None, author is None, asker is None,
        actor == member, author == member, asker == member, actor == author, actor == asker, author == asker,
    )  # fmt: skip


def decides(criterion: Mapping[str, Any]) -> bool:
    """Whether all that a criterion (typed JSON, checked before) asks lies in a fact's shape."""
    options = _OPTIONS.get(criterion["kind"])
    return (
        options is not None
        and criterion.keys() - {"kind", "where"} <= options
        and _decides_condition(criterion.get("where", {}))
    )


def _decides_condition(written: Mapping[str, Any]) -> bool:
    return all(_decides_part(name, value) for name, value in written.items())


def _decides_part(name: str, value: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> bool:
    if isinstance(value, Mapping) and name == "not":
        return _decides_condition(value)
    if name in {"any", "all"}:
        return all(_decides_condition(each) for each in value if isinstance(each, Mapping))
    return name in _FIELDS
