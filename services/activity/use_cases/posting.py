"""Activities come in, are edited, and are retracted."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from services.activity.domain import deliveries, history
from services.activity.domain.deeds import UNDO, Deed
from services.activity.domain.deliveries import NOTHING_SENT
from services.activity.domain.history import Arrival, Stored
from services.activity.domain.objects import Claim
from services.activity.repository import DATABASE, activities, members
from services.activity.repository.activities import AtHand
from services.activity.use_cases import delivering
from shared import identity, mongo
from shared.mongo import Document

ACCEPTED = "accepted"
DUPLICATE = "duplicate"
REFUSED = "refused"

#: External ids by member: id → (network, external id).
Accounts = Mapping[str, tuple[str, str]]


class Answer(NamedTuple):
    """What became of one activity."""

    id: str
    status: str
    reason: str | None = None


def take(community: str, deeds: Sequence[Deed], accounts: Accounts, now: datetime) -> list[Answer]:
    """Keep activities, with their deliveries in the outbox. Returns an answer for each, in order.

    A batch is one transaction; where it names an id more than once, each further mention is one more.
    """
    answers: dict[int, Answer] = {}
    for turn in _turns(deeds):
        kept = _keep(community, [deeds[index] for index in turn], accounts, now)
        answers.update(zip(turn, kept, strict=True))
    for index, deed in enumerate(deeds):
        if deed.type == UNDO and deed.object is not None:
            undone = retract(community, deed.object)
            answers[index] = Answer(id=deed.id, status=ACCEPTED if undone else DUPLICATE)
    return [answers[index] for index in range(len(deeds))]


@mongo.in_transaction(DATABASE)
def retract(community: str, identifier: str) -> bool:
    """Take an activity back for good, at any age, also before it has come. Returns False if it was so already."""
    key = activities.key(community, identifier)
    found = activities.load([key])
    if not found:
        activities.insert([activities.tombstone(community, identifier)])
        return True
    document = found[0]
    if document["retracted"]:
        return False
    document["retracted"] = True
    object_id = document["object"]["id"] if "object" in document else None
    known = delivering.world(community, (), [document["actor"]] if "actor" in document else ())
    dispatch = delivering.deliver(document, None, known.aliases, changed=True)
    assert dispatch is not None  # noqa: S101 (a change always makes a version)
    update = delivering.remember(dispatch)
    update["$set"]["retracted"] = True
    update["$unset"] |= dict.fromkeys(activities.CLAIM_FIELDS, "")
    activities.update({key: update})
    delivering.announce(community, [(document, None, dispatch)])
    described = [object_id] if object_id and "authority" in document else []
    delivering.mark_stored(community, [key], described)
    return True


@mongo.in_transaction(DATABASE)
def _keep(community: str, deeds: Sequence[Deed], accounts: Accounts, now: datetime) -> list[Answer]:
    named = {name for deed in deeds for name in (deed.object, deed.parent) if name}
    stored, at_hand = activities.stored(community, [deed.id for deed in deeds], named)
    arrivals = [
        history.arrival(stored.get(deed.id), digest=deed.digest, updated=deed.updated) for deed in deeds
    ]
    _write(community, list(zip(deeds, arrivals, strict=True)), at_hand, accounts, now)
    return [
        _answer(deed, arrival, stored.get(deed.id)) for deed, arrival in zip(deeds, arrivals, strict=True)
    ]


def _write(
    community: str,
    arrived: Sequence[tuple[Deed, Arrival]],
    at_hand: AtHand,
    accounts: Accounts,
    now: datetime,
) -> None:
    fresh = [deed for deed, arrival in arrived if arrival is Arrival.NEW]
    edited = [deed for deed, arrival in arrived if arrival in (Arrival.EDIT, Arrival.RESTAMPED)]
    buried = [deed for deed, arrival in arrived if arrival is Arrival.FILLS_TOMBSTONE]
    if not (fresh or edited or buried):
        return
    old = {document["_id"]: document for document in activities.load(_keys(community, (*edited, *buried)))}
    living = [
        deed
        for deed in (*fresh, *edited)
        if not old.get(activities.key(community, deed.id), {}).get("retracted")
    ]
    claims = {deed.id: claim for deed in living if (claim := deed.claim()) is not None}
    involved = {
        member for deed in (*fresh, *edited, *buried) for member in (deed.actor, deed.author) if member
    }
    objects = {deed.object for deed in living if deed.object}
    known = delivering.world(community, objects, involved, list(claims.values()), at_hand)
    members.create(community, {member: accounts[member] for member in involved - known.members}, now)
    _insert_new(community, fresh, claims, known)
    described = {claim.object for claim in claims.values()}
    described |= _rewrite(community, (*edited, *buried), old)
    delivering.mark_stored(community, _keys(community, (*fresh, *edited)), described)


def _insert_new(
    community: str, deeds: Sequence[Deed], claims: Mapping[str, Claim], known: delivering.World
) -> None:
    snapshots = delivering.Snapshots(known)
    documents, dispatched = [], []
    for deed in deeds:
        snapshot = snapshots.of(deed.object)
        actor = identity.resolve(deed.actor, known.aliases) if deed.actor else None
        dispatch = deliveries.dispatch(NOTHING_SENT, actor=actor, snapshot=snapshot, alive=True, changed=True)
        assert dispatch is not None  # noqa: S101 (a new activity always makes a version)
        document = activities.new_document(community, deed, claims.get(deed.id), dispatch.sent)
        documents.append(document)
        dispatched.append((document, snapshot, dispatch))
    activities.insert(documents)
    delivering.announce(community, dispatched)


def _rewrite(community: str, deeds: Iterable[Deed], old: Mapping[str, Document]) -> set[str]:
    """Store other contents under known ids. Returns the objects, old and new, that are to be looked at again."""
    described: set[str] = set()
    changes: dict[str, Document] = {}
    for deed in deeds:
        key = activities.key(community, deed.id)
        before = old[key]
        fields = activities.content(community, deed, None if before["retracted"] else deed.claim())
        update: Document = {"$set": fields, "$inc": {"checks": 1}}
        gone = [name for name in activities.CONTENT_FIELDS if name not in fields]
        update["$unset"] = dict.fromkeys(gone, "")
        if before.get("digest") != deed.digest:
            # The check after the commit delivers it: what it says of its object may have changed with it.
            fields["edited"] = True
            if "digest" in before:
                update["$push"] = {"past": before["digest"]}
        changes[key] = update
        described |= {name for name in (deed.object, before.get("object", {}).get("id")) if name}
    activities.update(changes)
    return described


def _answer(deed: Deed, arrival: Arrival, stored: Stored | None) -> Answer:
    if arrival in (Arrival.DUPLICATE, Arrival.RESTAMPED):
        return Answer(id=deed.id, status=DUPLICATE)
    if arrival is not Arrival.CONFLICT:
        return Answer(id=deed.id, status=ACCEPTED)
    held = (
        "no `updated`"
        if stored is None or stored.updated is None
        else f"`updated` {stored.updated.isoformat()}"
    )
    return Answer(
        id=deed.id,
        status=REFUSED,
        reason=f"Another content is stored under this id, with {held}: an edit needs a later `updated`.",
    )


def _turns(deeds: Sequence[Deed]) -> Iterable[list[int]]:
    """Split a batch so that no turn holds an id twice."""
    waiting = [index for index, deed in enumerate(deeds) if deed.type != UNDO]
    while waiting:
        seen: set[str] = set()
        later: list[int] = []
        turn: list[int] = []
        for index in waiting:
            (later if deeds[index].id in seen else turn).append(index)
            seen.add(deeds[index].id)
        yield turn
        waiting = later


def _keys(community: str, deeds: Iterable[Deed]) -> list[str]:
    return [activities.key(community, deed.id) for deed in deeds]
