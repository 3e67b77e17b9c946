"""Who learns of an activity, in which roles, and at which version."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from services.activity.domain.objects import Snapshot
from shared import identity

ACTOR = "actor"
AUTHOR = "author"


class Sent(NamedTuple):
    """What the stored activity remembers of its last deliveries."""

    version: int
    actor: str | None
    seen: bytes | None
    to: tuple[str, ...]
    left: tuple[str, ...]


class Dispatch(NamedTuple):
    """A new version: who gets it in which roles, and whose copy is taken back."""

    sent: Sent
    recorded: Mapping[str, tuple[str, ...]]
    retracted: Collection[str]


NOTHING_SENT = Sent(version=0, actor=None, seen=None, to=(), left=())


def recipients(actor: str | None, snapshot: Snapshot | None) -> dict[str, tuple[str, ...]]:
    """Whom an activity concerns: who did it, and who wrote what it is about; nobody whom we cannot reach."""
    author = snapshot.object.author if snapshot else None
    roles: dict[str, tuple[str, ...]] = {}
    if actor and identity.is_reachable(actor):
        roles[actor] = (ACTOR, AUTHOR) if actor == author else (ACTOR,)
    if author and author != actor and identity.is_reachable(author):
        roles[author] = (AUTHOR,)
    return roles


def dispatch(
    sent: Sent, *, actor: str | None, snapshot: Snapshot | None, alive: bool, changed: bool
) -> Dispatch | None:
    """The next version of an activity's deliveries, or None when what was sent still holds.

    `changed` forces a new version: the activity itself was new, edited, retracted or is to be sent again. Who was
    told before and is concerned no longer gets a retraction; who was told so once is told again with each version.
    """
    seen = snapshot.digest if snapshot else None
    if not changed and (sent.actor, sent.seen) == (actor, seen):
        return None
    recorded = recipients(actor, snapshot) if alive else {}
    retracted = [member for member in (*sent.to, *sent.left) if member not in recorded]
    return Dispatch(
        sent=Sent(
            version=sent.version + 1,
            actor=actor,
            seen=seen,
            to=tuple(recorded),
            left=tuple(sorted(retracted)),
        ),
        recorded=recorded,
        retracted=retracted,
    )
