"""The shape of a fact: all that most criteria ask, as one key, so that facts of one shape are asked once and not each.

Of ids only their equality is in it, of tags those that are asked for, of times and values nothing. Where a criterion
asks for more, it is asked for every fact. Only what is listed here counts as decided: a new kind, option or field is
asked until somebody lists it.
"""

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

from services.titles_and_badges.domain.facts import Fact

#: How many shapes are remembered. Types of objects come from outside: they could be without end.
MOST = 10_000

_OPTIONS: Mapping[str, frozenset[str]] = {
    "count": frozenset({"role", "per_giver"}),
    "first": frozenset({"role", "per_giver"}),
    "nth": frozenset({"role"}),
    "sum": frozenset({"role", "per_giver"}),
    "distinct": frozenset({"role", "of"}),
    "object-score": frozenset({"weights", "accepted", "per_giver"}),
    "streak": frozenset({"role", "unit", "zone", "freeze", "pause"}),
    "tenure": frozenset({"role", "unit", "since", "active"}),
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


def shape(fact: Fact, tags: frozenset[str]) -> Hashable:
    """Facts of one shape concern the same criteria, of those that it decides; `tags` are all that those ask for."""
    member, actor, author, asker = fact.member, fact.actor, fact.object_author, fact.parent_author
    return (
        fact.type, *fact.roles, fact.object is None, fact.object_type, fact.parent_type, fact.value is None,
        tuple([tag for tag in fact.object_tags if tag in tags]),
        actor is None, author is None, asker is None,
        actor == member, author == member, asker == member, actor == author, actor == asker, author == asker,
    )  # fmt: skip


def asked_tags(criterion: Mapping[str, Any]) -> frozenset[str] | None:
    """The tags that a criterion (typed JSON, checked before) asks for; None where a fact's shape does not decide it."""
    options = _OPTIONS.get(criterion["kind"])
    if options is None or not criterion.keys() - {"kind", "where"} <= options:
        return None
    tags: set[str] = set()
    return frozenset(tags) if _decides(criterion.get("where", {}), tags) else None


def _decides(condition: Mapping[str, Any], tags: set[str]) -> bool:
    return all(_decides_part(name, value, tags) for name, value in condition.items())


def _decides_part(name: str, value: Any, tags: set[str]) -> bool:  # noqa: ANN401 (JSON)
    if name in {"any", "all"}:
        return all(_decides(each, tags) for each in value)
    if name == "not":
        return _decides(value, tags)
    if name == "object.tag":
        tags.update(_texts(value))
        return True
    return name in _FIELDS


def _texts(value: Any) -> Iterator[str]:  # noqa: ANN401 (JSON)
    if isinstance(value, str):
        yield value
    else:
        for each in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(each)
