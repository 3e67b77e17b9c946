"""From a loaded activity, whichever way it was read, to a deed."""

from typing import Any

from services.activity.domain import deeds
from services.activity.domain.deeds import Deed
from shared import identity


class Accounts:
    """The members that a batch names, as Laurel's ids; remembers which account each id stands for."""

    def __init__(self, key: bytes, community: str) -> None:
        self._key = key
        self._community = community
        self._known: dict[tuple[str, str], str] = {}

    def member(self, account: str, network: str = "") -> str:
        """The id of a member, by the community's own id for him or by his account on a network."""
        named = (network, account)
        member = self._known.get(named)
        if member is None:
            member = self._known[named] = identity.member_id(self._key, self._community, account, network)
        return member

    def by_member(self) -> dict[str, tuple[str, str]]:
        """Id → (network, external id)."""
        return {member: account for account, member in self._known.items()}


def deed(loaded: dict[str, Any], accounts: Accounts) -> Deed:
    """An activity as `schemas.ACTIVITY` loads it, as a deed."""
    described = loaded.get("object") or {}
    parent = described.get("in_reply_to")
    return deeds.deed(
        id=loaded["id"],
        type=loaded["type"],
        actor=_member(loaded.get("actor"), accounts),
        object=described.get("id"),
        object_type=described.get("type"),
        author=_member(described.get("attributed_to"), accounts),
        parent=parent["id"] if parent else None,
        object_published=described.get("published"),
        tags=tuple(described.get("tag") or ()),
        published=loaded["published"],
        updated=loaded.get("updated"),
        sequence=loaded.get("sequence"),
        value=loaded.get("value"),
    )


def _member(account: dict[str, str] | None, accounts: Accounts) -> str | None:
    return None if account is None else accounts.member(account["id"], account.get("network", ""))
