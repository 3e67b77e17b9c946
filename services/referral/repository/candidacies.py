"""Who may be invited into a program, who not, and his latest invitation."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pymongo import ReplaceOne
from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.domain.satisfaction import Fate, Invitation
from services.referral.repository.keys import key as key_of
from shared import listing, mongo
from shared.mongo import Document


def key(community: str, program: str, member: str) -> str:
    """The key of a member in a program."""
    return key_of(community, "candidate", program, member)


def invitation_id(candidate: str, number: int) -> str:
    """The id of a candidate's so many-th invitation."""
    return key_of(candidate, "invitation", str(number))


def of(members: Iterable[str]) -> list[Document]:
    """The candidacies of these members in all programs."""
    return list(_candidates().find({"member": {"$in": list(members)}}, batch_size=mongo.AT_ONCE))


def one(identifier: str) -> Document | None:
    """A candidacy by its key."""
    return _candidates().find_one({"_id": identifier})


def invited(community: str, invitation: str) -> Document | None:
    """The candidacy whose latest invitation has this id."""
    return _candidates().find_one({"invitation.id": invitation, "community": community})


def latest(
    community: str, which: Mapping[str, str], *, before: tuple[datetime, str] | None, limit: int
) -> list[Document]:
    """Candidacies of a community, the latest deciding answer first. `which`: the program, state or member they have."""
    return listing.latest(_candidates(), {"community": community, **which}, before, limit)


def keep(changed: Sequence[Document]) -> None:
    """Keep candidacies, inside the running transaction."""
    if changed:
        _candidates().bulk_write([ReplaceOne({"_id": each["_id"]}, each, upsert=True) for each in changed])


def remove(identifiers: Iterable[str]) -> None:
    """Forget candidacies, inside the running transaction: whose they were is somebody else by now, or nobody."""
    _candidates().delete_many({"_id": {"$in": list(identifiers)}})


def invitation(stored: Document | None) -> Invitation | None:
    """The latest invitation of a candidacy, as the rules see it."""
    found: dict[str, Any] | None = (stored or {}).get("invitation")
    if found is None:
        return None
    return Invitation(
        id=found["id"],
        at=found["at"],
        expires=found["expires"],
        fate=Fate(found["fate"]),
        decided=found.get("decided"),
    )


def _candidates() -> Collection[Document]:
    return mongo.collection(DATABASE, "candidates")
