"""What other parts of Laurel say of members becomes facts, as deeds do: outcomes of referrals, ranks in sealed months.

They have a role that no activity has, so that nobody can post one. Versions, retraction, lateness and back-fill are
those of all facts. When members merge, what was said of one becomes the survivor's, whatever comes first.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from services.titles_and_badges.domain.criteria.rank import MOST, RANKED
from services.titles_and_badges.domain.facts import OUTCOME
from services.titles_and_badges.repository import DATABASE, candidates, communities, facts, seals
from services.titles_and_badges.use_cases import closing, recognising
from shared import clock, work
from shared.events import referral
from shared.events.activity import ActivityRecorded, ActivityRetracted, Delivery, Object
from shared.mongo import Document
from shared.outbox import Message
from shared.work import Mark

#: Ranks of a sealed month are to become facts.
RANKS = "ranks"

#: Members were merged: what was said of them is to become their survivors'.
MERGED = "outcomes-merged"

#: Above every version of a purchase: what was refunded is never bought again.
_REFUNDED = 2**40
#: Above every other version: what became the survivor's.
_MOVED = 2**50
_ROLES: Any = (OUTCOME,)


def take(
    partition: int, events: Sequence[referral.Outcome], dead_letters: Mapping[str, Sequence[Message]]
) -> None:
    """Keep outcomes of referrals. They may be old, repeated, late and out of order."""
    deliveries = [_delivery(event) for event in events if _counts(event)]
    _note_late(deliveries)
    recognising.recognise(partition, deliveries, dead_letters, of_survivors=True)


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
    # Those who became one have the best of their ranks: of one version the first delivery stands.
    said = sorted({**dict.fromkeys(before), **after}.items(), key=lambda each: each[1] or MOST + 1)
    until = candidates.month(community, period, communities.load([community]).get(community, {})).until
    deliveries = [
        _rank(community, member, rank, Object(id=boards[done], type="month"), (period, revision, until))
        for member, rank in said
    ]
    recognising.recognise(communities.DECISIONS, deliveries, {}, of_survivors=True)
    return {"done": done + 1}


def order_moving(community: str, merged: Sequence[str]) -> None:
    """Note inside the running transaction that members were merged."""
    for start in range(0, len(merged), _MEMBERS_A_STEP):
        work.add(DATABASE, MERGED, community, members=list(merged[start : start + _MEMBERS_A_STEP]))


def move(mark: Mark) -> Mapping[str, Any] | None:
    """One step: first the barrier, behind which nothing is said of the merged ones any more; then what was."""
    if not mark.get("barrier"):
        communities.raise_barrier()
        return {"barrier": True}
    stored = facts.outcomes(mark["members"], _NAMES, _MOVED)
    # First the survivor's: a repetition finds the merged one's again, until it is gone too.
    recognising.recognise(communities.DECISIONS, [_again(each) for each in stored], {}, of_survivors=True)
    recognising.recognise(communities.DECISIONS, [_gone(each, _MOVED) for each in stored], {})
    return None


STEPS = {RANKS: keep_ranks, MERGED: move}

_MEMBERS_A_STEP = 100
#: How the names of outcomes begin.
_NAMES = ("referral.", f"{RANKED}:")


def _note_late(deliveries: Sequence[Delivery]) -> None:
    """Note what is late for sealed months. A refund is late for its order's, which is known until it is taken back."""
    now = communities.survivors({each.member for each in deliveries})
    known = facts.load(facts.key(now[each.member], each.activity) for each in deliveries)
    before = [_again(each) for each in known.values() if "retracted" not in each]
    closing.note_late([*deliveries, *before], clock.now())


def _again(stored: Document) -> Delivery:
    """What was said, in the same version."""
    if stored.get("retracted"):
        return _gone(stored, stored["version"])
    return ActivityRecorded(
        community=stored["community"],
        activity=stored["activity"],
        member=stored["member"],
        version=stored["version"],
        roles=_ROLES,
        type=stored["type"],
        published=stored["published"],
        object=Object(id=stored["object"], type=stored["object_type"]),
        value=stored.get("value"),
    )


def _gone(stored: Document, version: int) -> Delivery:
    return ActivityRetracted(
        community=stored["community"],
        activity=stored["activity"],
        member=stored["member"],
        version=version,
        published=stored.get("published", clock.BEGINNING),
    )


def _counts(event: referral.Outcome) -> bool:
    return not isinstance(event, referral.ReferralRefunded) or event.whole


def _delivery(event: referral.Outcome) -> Delivery:
    kind = referral.KINDS[type(event)]
    outcome = "referral.advocate" if kind == referral.ADVOCATE_BORN else kind
    if isinstance(event, referral.ReferralRefunded):
        return ActivityRetracted(
            community=event.community,
            activity=f"{referral.PURCHASED}:{event.loop}:{event.order}",
            member=event.member,
            version=_REFUNDED + event.version,
            published=event.refunded_at,
        )
    order = event.order if isinstance(event, referral.ReferralPurchased) else ""
    activity = f"{outcome}:{event.loop}:{order}"
    if event.withdrawn:
        return ActivityRetracted(
            community=event.community,
            activity=activity,
            member=event.member,
            version=event.version,
            published=referral.moment(event),
        )
    return ActivityRecorded(
        community=event.community,
        activity=activity,
        member=event.member,
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
