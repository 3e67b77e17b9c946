"""Advocates and their links, as they are shown: by the community's own ids."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.referral.domain import codes
from services.referral.domain import links as rules
from services.referral.repository import advocates, links, people, rates, trees
from shared import clock
from shared.errors import NotFound
from shared.mongo import Document

_AT_ONCE = 1_000


def page(
    community: str, program: str | None, state: str | None, after: tuple[datetime, str] | None, limit: int
) -> list[dict[str, Any]]:
    """Advocates of a community, in order of when they began."""
    return shown(advocates.page(community, program, state, after, limit))


def one(community: str, member: str, external_id: str) -> dict[str, Any]:
    """A member in every program whose advocate he is, with his links. Raises NotFound."""
    (now,) = people.survivors([member]).values()
    found = advocates.of(community, [now])
    if not found:
        raise NotFound("advocate", external_id)
    return {"member": people.shown([now])[now], "programs": shown(found)}


def shown(found: Sequence[Document]) -> list[dict[str, Any]]:
    """Advocates as they are shown; `key` is where each stands in a list."""
    came = trees.arrivals(each["member"] for each in found)
    names = people.shown({each["member"] for each in found} | {advocate for _, advocate in came.values()})
    return [_shown(each, came.get((each["program"], each["member"])), names) for each in found]


def _shown(each: Document, came: tuple[int, str] | None, names: Mapping[str, str | None]) -> dict[str, Any]:
    generation, parent = came or (None, "")
    return {
        **{name: each.get(name) for name in ("program", "state", "since", "by", "why")},
        "key": each["_id"],
        "member": names[each["member"]],
        "generation": generation,
        "parent": names.get(parent),
        "rates": [{"since": since, "rule": rule, "rate": rate} for since, rule, rate in rates.read(each)],
        "history": [{"since": since, "state": state} for since, state in each["history"]],
    }


def links_of(community: str, member: str, external_id: str, base: str) -> list[dict[str, Any]]:
    """All links of a member, those of whom he was merged with too. Raises NotFound where he is no advocate."""
    (now,) = people.survivors([member]).values()
    everybody = people.merged([now])
    if not advocates.of(community, everybody):
        raise NotFound("advocate", external_id)
    return shown_links([each for each in links.of(community, everybody) if not each.get("erased")], base)


def link(community: str, written: str, base: str) -> dict[str, Any]:
    """A link by its code. Raises NotFound."""
    folded = codes.fold(written)
    found = links.resolve([folded]).get(folded)
    if found is None or found["community"] != community or found.get("erased"):
        raise NotFound("link", written)
    return shown_links([found], base)[0]


def every_link(community: str, base: str) -> Iterator[dict[str, Any]]:
    """All links of a community, by code."""
    after = None
    while found := links.page(community, after, _AT_ONCE):
        yield from shown_links(found, base)
        after = found[-1]["_id"]


def shown_links(found: Sequence[Document], base: str) -> list[dict[str, Any]]:
    """Links as they are shown; `base` is the address of this service."""
    survivors = people.survivors(each["member"] for each in found)
    names = people.shown(survivors.values())
    following = links.resolve(each["next"] for each in found if "next" in each)
    now = clock.now()
    return [
        {
            **{name: each.get(name) for name in ("program", "channel", "landing_url", "since", "until")},
            "next": _code(following.get(each.get("next", ""))),
            "code": each["shown"],
            "url": f"{base}/r/{each['shown']}",
            "member": names[survivors[each["member"]]],
            "chosen": bool(each.get("chosen")),
            "state": _state(each, now),
        }
        for each in found
    ]


def _code(link: Document | None) -> str | None:
    """A link's code as it was written; None once it was forgotten."""
    return None if link is None or link.get("erased") else link["shown"]


def _state(link: Document, now: datetime) -> str:
    if rules.counts(link.get("since"), link.get("until"), now):
        return "rotated" if "next" in link else "current"
    return "expired" if link.get("until") and link["until"] <= now else "planned"
