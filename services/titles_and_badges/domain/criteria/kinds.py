"""What every kind of criterion is: which facts concern it, and how they add up, one after the other, to a value."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from services.titles_and_badges.domain import conditions
from services.titles_and_badges.domain.conditions import Condition
from services.titles_and_badges.domain.facts import ACTOR, AUTHOR, Fact
from services.titles_and_badges.domain.standing import Context
from shared.errors import Invalid, Place

#: What a bucket remembers between two facts, as BSON can hold it. `value` is what thresholds are compared with.
State = dict[str, Any]


class Criterion(Protocol):
    """A checked criterion. Its buckets are folded in event order; it holds no state of its own."""

    @property
    def types(self) -> frozenset[str] | None:
        """The activity types that can change it; None: any."""

    @property
    def by_object(self) -> bool:
        """Whether each object has a bucket of its own, also where the badge is given once a member."""

    def concerns(self, fact: Fact) -> bool:
        """Whether a fact belongs into a bucket of this criterion."""

    def start(self) -> State:
        """The state of an empty bucket."""

    def step(self, state: State, fact: Fact, context: Context) -> State:
        """The state after one more fact, later in event order than all before. Does not change what it is given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How a kind is read from a definition. `has_threshold`: whether the badge says `at` or `levels`."""

    parse: Callable[[Mapping[str, Any], str, int], Criterion]
    has_threshold: bool = True


def options(written: Mapping[str, Any], pointer: str, known: set[str]) -> None:
    """Refuse options that the kind does not have."""
    for name in written:
        if name not in {"kind", *known}:
            raise invalid(
                conditions.below(pointer, name),
                f"this kind has no option {name!r}; it has {', '.join(sorted(known)) or 'none'}",
            )


def where(written: Mapping[str, Any], pointer: str) -> Condition:
    """The condition of a criterion; without one, everything concerns it."""
    if "where" not in written:
        return conditions.ALWAYS
    return conditions.compile_condition(written["where"], f"{pointer}/where")


def role(written: Mapping[str, Any], pointer: str) -> str:
    """In which role the member is meant; the actor's unless said otherwise."""
    value = written.get("role", ACTOR)
    if value not in (ACTOR, AUTHOR):  # JSON may hold a list here, which no set can look for
        raise invalid(f"{pointer}/role", "role is actor or author")
    return str(value)


def invalid(pointer: str, detail: str) -> Invalid:
    """A refusal that names the place."""
    return Invalid("The definition is wrong.", errors=[Place(pointer=pointer, detail=detail)])
