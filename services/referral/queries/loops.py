"""Loops as they are told: edge by edge, in lists, and as the tree of who descends from whom."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.referral.repository import loops, people, trees
from shared import clock
from shared.errors import NotFound
from shared.mongo import Document

COLUMNS = (
    "loop",
    "program",
    "advocate",
    "friend",
    "generation",
    "parent",
    "state",
    "began",
    "clicked",
    "joined",
    "purchased",
    "satisfied",
    "advocate_since",
    "orders",
    "refunded_minor",
)
_AT_ONCE = 500


def one(community: str, identifier: str) -> Document:
    """A loop with every edge and its evidence. Raises NotFound."""
    found = loops.one(community, identifier)
    if found is None:
        raise NotFound("loop", identifier)
    named = people.shown({found["friend"], found["advocate"], *found["anc"]})
    return {
        **_line(found, named),
        "ancestors": [named[each] for each in found["anc"]],
        "edges": found["edges"],
        "orders": found["orders"],
    }


def latest(
    community: str,
    which: Mapping[str, str | None],
    *,
    before: tuple[datetime, str] | None,
    limit: int,
) -> list[Document]:
    """Loops, those that began last first; of a program, in a state, of an advocate, of a friend."""
    wanted = {name: value for name, value in which.items() if value is not None}
    for name in {"advocate", "friend"} & wanted.keys():
        wanted[name] = _now(wanted[name])
    return _lines(loops.latest(community, wanted, before=before, limit=limit))


def generations(program: str | None, member: str) -> dict[int, int]:
    """How many descend from a member, by generation."""
    # Whoever became somebody else has handed his descendants over: who has some needs no second question.
    return trees.counts(program, member) or trees.counts(program, _now(member))


def descendants(program: str | None, member: str, *, after: str, limit: int) -> list[Document]:
    """Who descends from a member, and over how many generations; in order of the loops' ids."""
    who = _now(member)
    found = trees.descendants(program, who, after, limit)
    return [
        {**line, "distance": stored["anc"].index(who) + 1}
        for line, stored in zip(_lines(found), found, strict=True)
    ]


def need(member: str, external_id: str) -> None:
    """Raise NotFound for who is not known here."""
    if not people.load([_now(member)]):
        raise NotFound("member", external_id)


def rows(community: str) -> Iterator[dict[str, Any]]:
    """All loops of a community as lines of a table, those that began first first."""
    some: list[Document] = []
    for each in loops.every(community):
        some.append(each)
        if len(some) == _AT_ONCE:
            yield from _rows(some)
            some = []
    yield from _rows(some)


def _rows(found: Sequence[Document]) -> Iterator[dict[str, Any]]:
    for line, stored in zip(_lines(found), found, strict=True):
        made = {each["state"]: clock.text(each["at"]) for each in stored["edges"]}
        yield {
            **{
                name: line[name]
                for name in ("program", "advocate", "friend", "generation", "parent", "state")
            },
            "loop": line["id"],
            "began": clock.text(line["began"]),
            **{state: made.get(state) for state in ("clicked", "joined", "purchased", "satisfied")},
            "advocate_since": made.get("advocate"),
            "orders": len(stored["orders"]),
            "refunded_minor": sum(
                refund["amount_minor"] for order in stored["orders"] for refund in order["refunds"]
            ),
        }


def _lines(found: Iterable[Document]) -> list[Document]:
    some = list(found)
    named = people.shown({name for each in some for name in (each["friend"], each["advocate"])})
    return [_line(each, named) for each in some]


def _line(stored: Document, named: Mapping[str, str | None]) -> Document:
    return {
        "id": stored["_id"],
        "program": stored["program"],
        "advocate": named[stored["advocate"]],
        "friend": named[stored["friend"]],
        "generation": stored["generation"],
        "parent": stored.get("parent"),
        "state": stored["state"],
        "began": stored["began"],
    }


def _now(member: str) -> str:
    return people.survivors([member])[member]
