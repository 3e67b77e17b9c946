"""From a loaded activity, whichever way it was read, to a deed."""

from typing import Any

from services.activity.domain import deeds, identity
from services.activity.domain.deeds import Deed


class Accounts:
    """The members that a batch names, as Laurel's ids; remembers which account each id stands for."""

    def __init__(self, key: bytes, community: str) -> None:
        self._key = key
        self._community = community
        self._known: dict[tuple[str, str], str] = {}

    def member(self, account: dict[str, str] | None) -> str | None:
        """The id of a member, None for nobody."""
        if account is None:
            return None
        named = (account.get("network", ""), account["id"])
        member = self._known.get(named)
        if member is None:
            network, external_id = named
            member = self._known[named] = identity.member_id(self._key, self._community, external_id, network)
        return member

    def by_member(self) -> dict[str, tuple[str, str]]:
        """Id → (network, external id)."""
        return {member: account for account, member in self._known.items()}


def deed(loaded: dict[str, Any], accounts: Accounts) -> Deed:
    """A loaded activity as a deed. The author of what is created is who creates it, unless another is named."""
    described = loaded.get("object") or {}
    actor = accounts.member(loaded.get("actor"))
    author = accounts.member(described.get("attributed_to"))
    if author is None and loaded["type"] == "Create" and described:
        author = actor
    parent = described.get("in_reply_to")
    published = described.get("published")
    if published is None and loaded["type"] == "Create" and described:
        published = loaded["published"]
    return deeds.deed(
        id=loaded["id"],
        type=loaded["type"],
        actor=actor,
        object=described.get("id"),
        object_type=described.get("type"),
        author=author,
        parent=parent["id"] if parent else None,
        object_published=published,
        tags=tuple(sorted(set(described.get("tag") or ()))),
        published=loaded["published"],
        updated=loaded.get("updated"),
        sequence=loaded.get("sequence"),
        value=loaded.get("value"),
    )
