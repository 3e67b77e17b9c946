"""What the door `/r/…` must know to redirect: links, and where programs lead now."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from services.referral.domain.programs import Program
from services.referral.repository import links, programs
from shared.mongo import Document


class Route(NamedTuple):
    """A link, by its folded code. Without a landing page of its own it leads where its program does."""

    code: str
    community: str
    program: str
    landing_url: str | None


class Changed(NamedTuple):
    """What changed of links up to a mark. `anew`: some were forgotten, and who remembers them begins again."""

    mark: int
    routes: Sequence[Route]
    anew: bool
    all: bool


def changed(mark: int, limit: int = 10_000) -> Changed:
    """What changed of links after a mark, 0 for all that there are; `all`: there is no more."""
    rows = links.changed_since(mark, limit)
    anew = mark > 0 and any(each.get("erased") for each in rows)
    last = rows[-1]["mark"] if rows else mark
    return Changed(last, [_route(each) for each in rows if not each.get("erased")], anew, len(rows) < limit)


def found(code: str, now: datetime) -> tuple[Route, str | None] | None:
    """The link of a folded code, which may have been made just now, and where its program leads."""
    stored = links.resolve([code]).get(code)
    if stored is None or stored.get("erased"):
        return None
    program = programs.load(stored["community"], stored["program"])
    return _route(stored), None if program is None else _landing(program, now)


def landings(now: datetime) -> Iterable[tuple[str, str, str]]:
    """Where each program leads now: (community, program, address)."""
    for (community, slug), program in programs.everywhere().items():
        yield community, slug, _landing(program, now)


def _landing(program: Program, now: datetime) -> str:
    return (program.at(now) or program.versions[0]).terms.landing_url


def _route(link: Document) -> Route:
    return Route(link["_id"], link["community"], link["program"], link.get("landing_url"))
