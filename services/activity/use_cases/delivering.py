"""Deliveries: computed when an activity is stored, and again whenever something that they rest on changes.

The rules are those of anchors/delivery.md in the design; the numbers in the comments are theirs.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC

from services.activity.domain import deliveries, objects
from services.activity.domain.deliveries import Dispatch
from services.activity.domain.objects import Claim, Snapshot
from services.activity.repository import DATABASE, activities, members
from services.activity.repository.activities import NOTHING_AT_HAND, AtHand
from shared import identity, mongo, outbox, work
from shared.events import activity as events
from shared.mongo import Document

CHECK = "check"
OBJECTS = "objects"
MEMBER = "member"
REPUBLISH = "republish"

#: A step's transaction stays short, so that it rarely collides with those who post.
STEP = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """What deliveries rest on, as one transaction sees it."""

    claims: Mapping[str, Claim]
    aliases: Mapping[str, str]
    members: frozenset[str]


def world(
    community: str,
    object_ids: Iterable[str],
    actors: Iterable[str],
    new_claims: Sequence[Claim] = (),
    at_hand: AtHand = NOTHING_AT_HAND,
) -> World:
    """Read what deliveries about these objects, by these actors, rest on, but for what is `at_hand`.

    `new_claims` are those that the running transaction is about to store.
    """
    wanted = set(object_ids)
    best = objects.best((*activities.claims(community, wanted, new_claims, at_hand), *new_claims))
    parents = {claim.parent for claim in best.values() if claim.parent} - wanted
    described = activities.claims(community, parents, new_claims, at_hand)
    best |= objects.best((*described, *(claim for claim in new_claims if claim.object in parents)))
    authors = {claim.author for claim in best.values() if claim.author}
    exist, aliases = members.known(authors | set(actors))
    return World(claims=best, aliases=aliases, members=frozenset(exist))


class Snapshots:
    """The snapshots of one transaction, each made once."""

    def __init__(self, known: World) -> None:
        self._world = known
        self._made: dict[str, Snapshot] = {}

    def of(self, object_id: str | None) -> Snapshot | None:
        """The snapshot of an object."""
        if object_id is None:
            return None
        made = self._made.get(object_id)
        if made is None:
            made = self._made[object_id] = objects.snapshot(
                object_id, self._world.claims, self._world.aliases
            )
        return made


def deliver(
    document: Document, snapshot: Snapshot | None, aliases: Mapping[str, str], *, changed: bool
) -> Dispatch | None:
    """The next version of an activity's deliveries, or None when the last one holds."""
    actor = document.get("actor")
    return deliveries.dispatch(
        activities.sent(document),
        actor=identity.resolve(actor, aliases) if actor else None,
        snapshot=snapshot,
        alive=not document["retracted"],
        changed=changed,
    )


def announce(community: str, dispatched: Iterable[tuple[Document, Snapshot | None, Dispatch]]) -> None:
    """Put deliveries into the outbox."""
    messages = (
        events.delivery(event)
        for document, snapshot, dispatch in dispatched
        for event in _events(document, snapshot, dispatch)
    )
    outbox.add(DATABASE, community, events.EVENTS.name, messages)


@mongo.in_transaction(DATABASE)
def check(community: str, keys: Sequence[str], *, force: bool = False) -> int:
    """Compute the deliveries of activities anew, and send those that differ. Returns how many differed.

    Writes to every one of them in any case (rule 4). `force` sends all at a new version, tombstones too (rule 6).
    What differed is checked again after the commit (rule 1): a fan-out that saw a later state may have found nothing
    to do meanwhile, because what was sent until then was right again (an author who changed and changed back).
    """
    documents = activities.load(keys)
    known = world(
        community,
        {document["object"]["id"] for document in documents if "object" in document},
        {document["actor"] for document in documents if "actor" in document},
    )
    snapshots = Snapshots(known)
    dispatched = []
    for document in documents:
        alive = "object" in document and not document["retracted"]
        snapshot = snapshots.of(document["object"]["id"]) if alive else None
        dispatch = deliver(document, snapshot, known.aliases, changed=force or "edited" in document)
        if dispatch is not None and "digest" in document:
            dispatched.append((document, snapshot, dispatch))
    activities.update({document["_id"]: remember(dispatch) for document, _, dispatch in dispatched})
    changed = {document["_id"] for document, _, _ in dispatched}
    activities.touch([key for key in keys if key not in changed])
    announce(community, dispatched)
    mark_stored(community, sorted(changed), ())
    return len(dispatched)


def remember(dispatch: Dispatch) -> Document:
    """The update by which an activity remembers its deliveries. The version only ever rises (rule 5)."""
    fields = activities.sent_fields(dispatch.sent)
    update: Document = {"$set": fields, "$inc": {"checks": 1}}
    gone = [name for name in ("resolved_actor", "seen", "left", "edited") if name not in fields]
    update["$unset"] = dict.fromkeys(gone, "")
    return update


def mark_stored(community: str, keys: Sequence[str], described: Iterable[str]) -> None:
    """Leave the marks of a transaction that stored activities (rules 1 to 3).

    Each activity is checked after the commit, and what concerns the objects that they describe is looked at again:
    a transaction beside this one may have seen neither.
    """
    marks = {CHECK: list(keys), OBJECTS: sorted({activities.key(community, name) for name in described})}
    work.add_all(DATABASE, community, {kind: {"keys": held} for kind, held in marks.items() if held})


def _events(document: Document, snapshot: Snapshot | None, dispatch: Dispatch) -> Iterable[events.Delivery]:
    name = activities.identifier(document["_id"])
    described = _event_object(snapshot) if dispatch.recorded else None
    for member, roles in dispatch.recorded.items():
        yield events.ActivityRecorded(
            community=document["community"],
            activity=name,
            member=member,
            version=dispatch.sent.version,
            roles=roles,  # type: ignore[arg-type]  # domain/deliveries.py makes no other roles
            type=document["type"],
            published=document["published"].astimezone(UTC),
            actor=dispatch.sent.actor,
            object=described,
            sequence=document.get("sequence"),
            value=document.get("value"),
        )
    for member in dispatch.retracted:
        yield events.ActivityRetracted(
            community=document["community"],
            activity=name,
            member=member,
            version=dispatch.sent.version,
            published=document["published"].astimezone(UTC),
        )


def _event_object(snapshot: Snapshot | None) -> events.Object | None:
    if snapshot is None:
        return None
    described, parent = snapshot.object, snapshot.parent
    return events.Object(
        id=described.id,
        type=described.type,
        author=described.author,
        published=described.published,
        tags=described.tags,
        parent=events.Parent(id=parent.id, type=parent.type, author=parent.author, published=parent.published)
        if parent
        else None,
    )
