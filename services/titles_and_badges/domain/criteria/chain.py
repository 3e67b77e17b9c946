"""`chain`: a badge for those who hold other badges.

{"kind": "chain", "all": [{"badge": "helping-hand", "level": "gold"}, {"badge": "first-answer"}]}

No deed concerns it: it follows the awards of the same member, people's decisions included. Without a level any level
will do. It is reached at the moment when the last one was; a sticky one stays when one of them is lost afterwards.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from services.titles_and_badges.domain import conditions
from services.titles_and_badges.domain.criteria import kinds
from services.titles_and_badges.domain.criteria.kinds import Kind, Terms
from services.titles_and_badges.domain.criteria.manual import Manual

_MOST = 50
_LONGEST = 64


class Link(NamedTuple):
    """A badge that must be held; at a level, if one is named."""

    badge: str
    level: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain(Manual):
    """Follows awards, no deeds."""

    links: tuple[Link, ...]


def _parse(written: Mapping[str, Any], pointer: str, terms: Terms) -> Chain:
    kinds.options(written, pointer, {"all"})
    listed, pointer = written.get("all"), f"{pointer}/all"
    if terms.repeat != "member":
        raise kinds.invalid("/repeat", "a chain is held once a member")
    if not isinstance(listed, Sequence) or isinstance(listed, str) or not 0 < len(listed) <= _MOST:
        raise kinds.invalid(pointer, f"a list of 1 to {_MOST} badges is wanted here")
    return Chain(links=tuple(_link(each, f"{pointer}/{index}") for index, each in enumerate(listed)))


def _link(written: Any, pointer: str) -> Link:  # noqa: ANN401 (untrusted JSON)
    if not isinstance(written, Mapping):
        raise kinds.invalid(pointer, "a badge and, if one is meant, its level are wanted here")
    for name in written:
        if name not in {"badge", "level"}:
            raise kinds.invalid(conditions.below(pointer, name), "a link has a badge and a level")
    badge, level = written.get("badge"), written.get("level")
    if not isinstance(badge, str) or not 0 < len(badge) <= _LONGEST:
        raise kinds.invalid(f"{pointer}/badge", "the slug of a badge is wanted here")
    if level is not None and not isinstance(level, str):
        raise kinds.invalid(f"{pointer}/level", "the name of a level is wanted here")
    return Link(badge, level)


KIND = Kind(parse=_parse, has_threshold=False)
