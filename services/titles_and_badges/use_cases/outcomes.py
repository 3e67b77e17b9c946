"""What other parts of Laurel say of members becomes facts, as deeds do: outcomes of referrals, ranks in sealed months.

They have a role that no activity has, so that nobody can post one. Versions, retraction, lateness and back-fill are
those of all facts.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from services.titles_and_badges.domain.criteria.rank import MOST, RANKED
from services.titles_and_badges.domain.facts import OUTCOME
from services.titles_and_badges.repository import candidates, communities, seals
from services.titles_and_badges.use_cases import recognising
from shared.events import referral
from shared.events.activity import ActivityRecorded, ActivityRetracted, Delivery, Object
from shared.outbox import Message
from shared.work import Mark

#: Ranks of a sealed month are to become facts.
RANKS = "ranks"

#: Above every version of a purchase: what was refunded is never bought again.
_REFUNDED = 2**40
_ROLES: Any = (OUTCOME,)


def take(
    partition: int, events: Sequence[referral.Outcome], dead_letters: Mapping[str, Sequence[Message]]
) -> None:
    """Keep outcomes of referrals. They may be old, repeated, late and out of order."""
    now = communities.survivors({event.member for event in events})
    deliveries = [_delivery(event, now[event.member]) for event in events if _counts(event)]
    recognising.recognise(partition, deliveries, dead_letters)


def keep_ranks(mark: Mark) -> Mapping[str, Any] | None:
    """One step: the ranks of the next board of a sealed month; of its revision before, those that are gone."""
    community, period, revision = mark["community"], mark["period"], mark["revision"]
    seal = seals.key(community, period, revision)
    boards = [each["slug"] for each in seals.manifest(seal)["boards"]]
    done = mark.get("done", 0)
    if done >= len(boards):
        return None
    before = _ranks(seals.key(community, period, revision - 1), boards[done]) if revision > 1 else {}
    after = _ranks(seal, boards[done])
    said = {**dict.fromkeys(before), **after}
    until = candidates.month(community, period, communities.load([community]).get(community, {})).until
    deliveries = [
        _rank(community, member, rank, Object(id=boards[done], type="month"), (period, revision, until))
        for member, rank in said.items()
    ]
    recognising.recognise(communities.DECISIONS, deliveries, {})
    return {"done": done + 1}


STEPS = {RANKS: keep_ranks}


def _counts(event: referral.Outcome) -> bool:
    return not isinstance(event, referral.ReferralRefunded) or event.whole


def _delivery(event: referral.Outcome, member: str) -> Delivery:
    kind = referral.KINDS[type(event)]
    outcome = "referral.advocate" if kind == referral.ADVOCATE_BORN else kind
    if isinstance(event, referral.ReferralRefunded):
        return ActivityRetracted(
            community=event.community,
            activity=f"{referral.PURCHASED}:{event.loop}:{event.order}",
            member=member,
            version=_REFUNDED + event.version,
            published=event.refunded_at,
        )
    order = event.order if isinstance(event, referral.ReferralPurchased) else ""
    activity = f"{outcome}:{event.loop}:{order}"
    if event.withdrawn:
        return ActivityRetracted(
            community=event.community,
            activity=activity,
            member=member,
            version=event.version,
            published=referral.moment(event),
        )
    return ActivityRecorded(
        community=event.community,
        activity=activity,
        member=member,
        version=event.version,
        roles=_ROLES,
        type=outcome,
        published=referral.moment(event),
        object=Object(id=event.loop, type="Referral"),
        value=event.amount if isinstance(event, referral.ReferralPurchased) else None,
    )


def _rank(
    community: str, member: str, rank: int | None, board: Object, when: tuple[str, int, Any]
) -> Delivery:
    """What a revision says of a member's rank; None: it was one of the revision before, and is none any more."""
    period, revision, until = when
    activity = f"{RANKED}:{board.type}:{period}:{board.id}"
    if rank is None:
        return ActivityRetracted(
            community=community, activity=activity, member=member, version=revision, published=until
        )
    return ActivityRecorded(
        community=community,
        activity=activity,
        member=member,
        version=revision,
        roles=_ROLES,
        type=RANKED,
        published=until,
        object=board,
        value=rank,
    )


def _ranks(seal: str, board: str) -> dict[str, int]:
    """Who stood among the first on a sealed board."""
    found: dict[str, int] = {}
    for line in seals.lines(seals.part(seal, seals.BOARD, board)):
        if line["rank"] > MOST:
            break
        found[line["member"]] = line["rank"]
    return found
