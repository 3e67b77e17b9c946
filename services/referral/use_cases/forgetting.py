"""A person is erased: what says who it was is forgotten in every collection; sums, trees and ids that are hashes stay.

The tombstone empties the person himself; the rest is work in steps that may be repeated. Whoever keeps anything else
of people adds a line to `FORGETS`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from services.referral.repository import DATABASE, dossiers, friends, links, traces
from services.referral.repository.traces import Names
from services.referral.use_cases import enrolling, looping
from shared import clock, mongo, work
from shared.work import Mark

ERASED = "erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone:
    """Who is erased, and what stands in the place of codes that were chosen for him: they may hold his name."""

    community: str
    member: str
    names: Names
    after: str


#: Forgets some of what is kept, in a transaction. Returns where to go on, None when all is done.
Forget = Callable[[Gone], str | None]


def _close(gone: Gone) -> None:
    enrolling.close_erased(gone.community, gone.member, clock.now())


def _forget_names(gone: Gone) -> str | None:
    """Whoever came by his codes came by the stand-ins; and the loops say so, since they are derived from that."""
    touched, after = traces.forget_names(gone.community, gone.member, gone.names, gone.after)
    for friend in touched:
        friends.hold(gone.community, friend)
        looping.follow(dossiers.of(gone.community, friend))
    return after


def _forget_links(gone: Gone) -> None:
    links.forget(gone.community, gone.member, gone.names.links, clock.now())
    traces.forget_coupons(gone.community, gone.member, gone.names)


#: In this order: what others wrote is looked for by his codes, before these are gone.
FORGETS: Sequence[Forget] = (
    _close,
    lambda gone: traces.forget_friend(gone.community, gone.member),
    lambda gone: traces.forget_texts(gone.community, gone.member),
    _forget_names,
    lambda gone: "more" if traces.forget_clicks(gone.community, gone.names) else None,
    _forget_links,
)


def note(community: str, member: str) -> None:
    """Leave a mark that somebody is erased, inside the running transaction."""
    work.add(DATABASE, ERASED, community, member=member)


def forget(mark: Mark) -> Mapping[str, Any] | None:
    """One step: the next collection forgets him, or some of it."""
    community, member, done = mark["community"], mark["member"], mark.get("done", 0)
    if "links" not in mark:
        # Chosen before anything is written, and remembered: a step that is repeated finds the same ones.
        found = {"links": links.stand_ins(community, member), "coupons": traces.coupons_of(community, member)}
        return {name: list(each.items()) for name, each in found.items()}
    names = Names(dict(mark["links"]), dict(mark["coupons"]))
    gone = Gone(community=community, member=member, names=names, after=mark.get("after", ""))
    after = mongo.transact(DATABASE, partial(FORGETS[done], gone))
    if after is not None:
        return {"after": after}
    return {"done": done + 1, "after": ""} if done + 1 < len(FORGETS) else None


STEPS = {ERASED: forget}
