"""What every kind of criterion is: which facts concern it, and how they add up, one after the other, to a value."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Protocol

from services.titles_and_badges.domain import conditions
from services.titles_and_badges.domain.conditions import Condition
from services.titles_and_badges.domain.facts import ACTOR, AUTHOR, Fact
from services.titles_and_badges.domain.standing import Context
from shared.errors import Invalid, Place

#: What a bucket remembers between two facts, as BSON can hold it. `value` is what thresholds are compared with.
State = dict[str, Any]


#: What time alone will change: (when, the state from then on), in order of time.
Turns = Sequence[tuple[datetime, State]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a badge says beside its criterion: the values to reach, rising, and how it is given and kept."""

    at: tuple[int, ...] = (1,)
    policy: str = "sticky"
    repeat: str = "member"
    keep: int = 100

    @property
    def highest(self) -> int:
        """Beyond this nothing more can be reached."""
        return self.at[-1]


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

    @property
    def timed(self) -> bool:
        """Whether time alone can change it."""

    def turns(self, state: State, fact: Fact, context: Context) -> Turns:
        """What time will change if no other fact comes after `fact`, the last one in `state`."""


class Untimed:
    """What facts alone can change."""

    __slots__ = ()
    timed: ClassVar[bool] = False

    def turns(self, state: State, fact: Fact, context: Context) -> Turns:  # noqa: ARG002
        """Nothing comes by itself."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How a kind is read from a definition. `has_threshold`: whether the badge says `at` or `levels`.

    Where it does not, `goal` says from the criterion as it is written which value is reached: 1, but for few.
    """

    parse: Callable[[Mapping[str, Any], str, Terms], Criterion]
    has_threshold: bool = True
    goal: Callable[[Mapping[str, Any]], int] = lambda _written: 1


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


def whole(written: Any, pointer: str, least: int, most: int) -> int:  # noqa: ANN401 (untrusted JSON)
    """A whole number of a range."""
    if not isinstance(written, int) or isinstance(written, bool) or not least <= written <= most:
        raise invalid(pointer, f"a whole number from {least} to {most} is wanted here")
    return written


def choice(written: Mapping[str, Any], pointer: str, name: str, choices: Sequence[str]) -> str:
    """One of several words; the first unless said otherwise."""
    value = written.get(name, choices[0])
    if not isinstance(value, str) or value not in choices:
        raise invalid(f"{pointer}/{name}", f"{name} is {', '.join(choices[:-1])} or {choices[-1]}")
    return value


def flag(written: Mapping[str, Any], pointer: str, name: str) -> bool:
    """True or false; false unless said otherwise."""
    value = written.get(name, False)
    if not isinstance(value, bool):
        raise invalid(f"{pointer}/{name}", "true or false is wanted here")
    return value


def invalid(pointer: str, detail: str) -> Invalid:
    """A refusal that names the place."""
    return Invalid("The definition is wrong.", errors=[Place(pointer=pointer, detail=detail)])
