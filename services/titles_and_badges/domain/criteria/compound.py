"""`compound`: several criteria in one badge, of which all must hold, or any, or not.

{"kind": "compound", "all": [
    {"kind": "distinct", "of": "days", "at": 50},
    {"kind": "count", "where": {"type": "Like"}, "at": 30},
    {"any": [{"kind": "streak", "at": 7}, {"kind": "tenure", "at": 1}]},
    {"not": {"kind": "count", "role": "author", "where": {"type": "Flag"}, "at": 5}}
]}

Each part says itself what it asks for (`at`; a first one needs none). All parts look at the same deeds in event order.
Where one part counts by object, all do, one object at a time: accepted *and* at ten on one and the same answer. The
value of an `all` is how many of its parts hold, so that one sees how far it is. A live compound with `keep` is kept
while its parts are at so many percent of what they ask for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.titles_and_badges.domain.criteria import kinds
from services.titles_and_badges.domain.criteria.kinds import Criterion, Kind, State, Terms, Turns
from services.titles_and_badges.domain.facts import Fact
from services.titles_and_badges.domain.standing import Context

_MOST_PARTS = 50
_DEEPEST = 4
_HIGHEST = 10**12
_WHOLE = 100
_GROUPS = ("all", "any", "not")

#: Whether a node holds, given for each part whether it does; the second are asked below a not, where less is more.
Holds = Callable[[Sequence[bool], Sequence[bool]], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A criterion and the value that it must reach."""

    criterion: Criterion
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Compound:
    """`parts` are the criteria at the leaves; `nodes` the members of the outermost group, each of any leaves."""

    parts: tuple[Part, ...]
    nodes: tuple[Holds, ...]
    group: str
    keep: int

    @property
    def types(self) -> frozenset[str] | None:
        """Those of all parts."""
        found: frozenset[str] = frozenset()
        for part in self.parts:
            if part.criterion.types is None:
                return None
            found |= part.criterion.types
        return found

    @property
    def by_object(self) -> bool:
        """Whether one part counts by object: then all do."""
        return any(part.criterion.by_object for part in self.parts)

    @property
    def timed(self) -> bool:
        """Whether time can change a part."""
        return any(part.criterion.timed for part in self.parts)

    def concerns(self, fact: Fact) -> bool:
        """Whether it concerns a part."""
        return any(part.criterion.concerns(fact) for part in self.parts)

    def start(self) -> State:
        """No part has begun."""
        return self._state([part.criterion.start() for part in self.parts], [None] * len(self.parts))

    def step(self, state: State, fact: Fact, context: Context) -> State:
        """One more for those parts that it concerns."""
        concerned = [part.criterion.concerns(fact) for part in self.parts]
        states = [
            part.criterion.step(each, fact, context) if concerns else each
            for part, each, concerns in zip(self.parts, state["parts"], concerned, strict=True)
        ]
        ahead = [
            self._turns(part, each, fact, context) if concerns else before
            for part, each, before, concerns in zip(
                self.parts, states, state["ahead"], concerned, strict=True
            )
        ]
        return self._state(states, ahead, fact.published)

    def turns(self, state: State, fact: Fact, context: Context) -> Turns:  # noqa: ARG002
        """The turns of all parts, one after the other."""
        moments = sorted({moment for each in state["ahead"] for moment, _, _ in each or ()})
        return [
            (moment, self._state(state["parts"], state["ahead"], moment))
            for moment in moments
            if moment > fact.published
        ]

    def _turns(self, part: Part, state: State, fact: Fact, context: Context) -> list[list[Any]] | None:
        """What time will change of a part: when, its value, and the value by which it is kept."""
        turns = part.criterion.turns(state, fact, context) if part.criterion.timed else ()
        return [[moment, then["value"], then.get("kept", then["value"])] for moment, then in turns] or None

    def _state(
        self, states: Sequence[State], ahead: Sequence[list[list[Any]] | None], now: datetime | None = None
    ) -> State:
        values = [_value(each, turns, now) for each, turns in zip(states, ahead, strict=True)]
        strict = [value >= part.at for part, value in zip(self.parts, values, strict=True)]
        kept = [value * _WHOLE >= part.at * self.keep for part, value in zip(self.parts, values, strict=True)]
        return {
            "value": self._count(strict, strict),
            "kept": self._count(kept, strict),
            "parts": list(states),
            "ahead": list(ahead),
        }

    def _count(self, holding: Sequence[bool], otherwise: Sequence[bool]) -> int:
        if self.group == "all":
            return sum(node(holding, otherwise) for node in self.nodes)
        return int(_combined(self.group, self.nodes)(holding, otherwise))


def _value(state: State, turns: list[list[Any]] | None, now: datetime | None) -> int:
    """What a part is worth at a moment, by what time has changed since its last deed."""
    value = int(state["value"])
    for moment, then, _ in turns or ():
        if now is None or moment > now:
            break
        value = then
    return value


class _Reader:
    """Reads a tree of parts; the leaves get numbers, under which nodes ask for them."""

    def __init__(self, terms: Terms, kinds_known: Mapping[str, Kind]) -> None:
        self.parts: list[Part] = []
        self._terms = terms
        self._kinds = kinds_known

    def node(self, written: Any, pointer: str, depth: int = 0) -> Holds:  # noqa: ANN401 (untrusted JSON)
        """A group or a criterion."""
        if not isinstance(written, Mapping):
            raise kinds.invalid(
                pointer, "a part is an object: a criterion with its kind and at, or all, any, not"
            )
        if depth > _DEEPEST:
            raise kinds.invalid(pointer, f"parts are nested deeper than {_DEEPEST}")
        if "kind" in written:
            return self._leaf(written, pointer)
        group, nodes = self.group(written, pointer, depth)
        return _combined(group, nodes)

    def group(self, written: Mapping[str, Any], pointer: str, depth: int) -> tuple[str, tuple[Holds, ...]]:
        """The name and the members of a group."""
        names = [name for name in written if name != "kind"]
        if len(names) != 1 or names[0] not in _GROUPS:
            raise kinds.invalid(pointer, "one of all, any and not is wanted here")
        (name,) = names
        inner = f"{pointer}/{name}"
        if name == "not":
            return name, (self.node(written[name], inner, depth + 1),)
        listed = written[name]
        if not isinstance(listed, Sequence) or isinstance(listed, str) or not 0 < len(listed) <= _MOST_PARTS:
            raise kinds.invalid(inner, f"a list of 1 to {_MOST_PARTS} parts is wanted here")
        return name, tuple(
            self.node(each, f"{inner}/{index}", depth + 1) for index, each in enumerate(listed)
        )

    def _leaf(self, written: Mapping[str, Any], pointer: str) -> Holds:
        name = written["kind"]
        if not isinstance(name, str) or name not in self._kinds:
            raise kinds.invalid(f"{pointer}/kind", f"parts are {', '.join(sorted(self._kinds))}")
        if len(self.parts) >= _MOST_PARTS:
            raise kinds.invalid(pointer, f"a compound has at most {_MOST_PARTS} criteria")
        kind, options = self._kinds[name], {key: value for key, value in written.items() if key != "at"}
        at = kinds.whole(written.get("at"), f"{pointer}/at", 1, _HIGHEST) if kind.has_threshold else 1
        terms = Terms(at=(at,), policy=self._terms.policy, repeat=self._terms.repeat)
        place = len(self.parts)
        self.parts.append(Part(criterion=kind.parse(options, pointer, terms), at=at))
        return lambda holding, _otherwise: holding[place]


def _combined(group: str, nodes: Sequence[Holds]) -> Holds:
    if group == "not":
        return lambda holding, otherwise: not nodes[0](otherwise, holding)
    if group == "all":
        return lambda holding, otherwise: all(node(holding, otherwise) for node in nodes)
    return lambda holding, otherwise: any(node(holding, otherwise) for node in nodes)


def kind(parts: Mapping[str, Kind]) -> Kind:
    """The kind, of criteria of these kinds."""

    def parse(written: Mapping[str, Any], pointer: str, terms: Terms) -> Compound:
        reader = _Reader(terms, parts)
        group, nodes = reader.group(written, pointer, 0)
        return Compound(parts=tuple(reader.parts), nodes=nodes, group=group, keep=terms.keep)

    return Kind(parse=parse, has_threshold=False, goal=_goal)


def _goal(written: Mapping[str, Any]) -> int:
    return len(written["all"]) if "all" in written else 1
