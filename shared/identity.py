"""Who a member is: Laurel's own ids, aliases of merged members, pseudonyms of erased ones.

Services that are told of people by what their community calls them hold the same key, and so know them by the same id.
"""

import base64
import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache

#: Deliveries go to members; a pseudonym, whom nobody can reach, begins with another letter.
MEMBER = "m"
PSEUDONYM = "p"

_DIGEST_BYTES = 15
_LONGEST_KEY = 64
#: Who does something does more: his id is asked for again and again.
_REMEMBERED = 8_192


@lru_cache(_REMEMBERED)
def member_id(key: bytes, community: str, external_id: str, network: str = "") -> str:
    """The id of a member: a keyed hash of the community's own id for him, or of his account on a network.

    Deterministic, so that two writers who meet a new member at once create one. After an erasure the hash is all
    that is left of the external id.
    """
    # A network stands behind its length: an id may hold any character, also the one that parts them here.
    account = f"{len(network)}\0{network}" if network else ""
    return MEMBER + _hash(key, f"{community}\0{account}\0{external_id}")


def pseudonym(key: bytes, member: str) -> str:
    """Whom an erased member becomes: a stranger of his own, since two erased ones must not become one."""
    return PSEUDONYM + _hash(key, f"erased\0{member}")


def fingerprint(key: bytes) -> bytes:
    """Tells keys apart without giving them away."""
    return hashlib.blake2b(b"fingerprint", key=key[:_LONGEST_KEY], digest_size=_DIGEST_BYTES).digest()


def is_reachable(member: str) -> bool:
    """Whether deliveries go to this member."""
    return member.startswith(MEMBER)


def resolve(member: str, aliases: Mapping[str, str]) -> str:
    """Whom a member became, through any number of merges. `aliases` maps a merged member to the next one."""
    while member in aliases:
        member = aliases[member]
    return member


def survivors(
    members: Iterable[str], became: Callable[[Collection[str]], Mapping[str, str]]
) -> dict[str, str]:
    """Who each of these is now. `became` says of several at once whom those became who were merged, one merge far."""
    found = {member: member for member in members}
    wanted: Collection[str] = set(found)
    while wanted:
        next_ones = became(wanted)
        found = {member: next_ones.get(now, now) for member, now in found.items()}
        wanted = set(next_ones.values())
    return found


def _hash(key: bytes, text: str) -> str:
    digest = hashlib.blake2b(text.encode(), key=key[:_LONGEST_KEY], digest_size=_DIGEST_BYTES).digest()
    return base64.b32encode(digest).decode().lower()
