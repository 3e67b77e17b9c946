"""The keys under which visitors and addresses are hashed: each holds for a period, and whoever destroys it forgets all.

A hash of an address is still personal data while the key is there: so it is keyed, keys rotate, and an old one is
destroyed. Then nobody can tell any more to whom its hashes belong, Laurel included.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

VISITOR, ADDRESS = "visitor", "address"
#: Keys of the next period are there so long before it begins: a door that cannot ask must have them by then.
AHEAD = timedelta(days=14)
LENGTH = 32

_DIGEST_BYTES = 12
#: A network that is given to one household.
_HOUSEHOLD = 64
#: Keys by what is hashed: for how long each holds, in the form of its period's name, and is kept after that began.
_PERIODS: Mapping[str, tuple[str, timedelta]] = {
    # A visitor must be known again for as long as the longest window.
    VISITOR: ("%Y", timedelta(days=2 * 366)),
    # Addresses tell repeats, and several orders of one household.
    ADDRESS: ("%Y-%m", timedelta(days=62)),
}


def name(what: str, moment: datetime) -> str:
    """The name of the key for something at a moment, such as `address/2026-11`."""
    return f"{what}/{moment.astimezone(UTC):{_PERIODS[what][0]}}"


def wanted(now: datetime) -> set[str]:
    """The keys that there must be: of now, and of what begins soon."""
    return {name(what, moment) for what in _PERIODS for moment in (now, now + AHEAD)}


def outdated(names: Iterable[str], now: datetime) -> set[str]:
    """Which of these keys have been kept for long enough."""
    return {each for each in names if _began(each) + _PERIODS[each.partition("/")[0]][1] < now}


def hashed(keys: Mapping[str, bytes], what: str, community: str, value: str, moment: datetime) -> str | None:
    """Something of somebody, hashed for one community under the key of a moment; None where that key is not there.

    The key's name stands before it. Two communities know nobody in common.
    """
    named = name(what, moment)
    key = keys.get(named)
    return None if key is None else f"{named}/{digest(keyed(key), community, value)}"


def keyed(key: bytes) -> hashlib.blake2b:
    """A key, made ready for `digest`: who hashes often does it once."""
    return hashlib.blake2b(key=key, digest_size=_DIGEST_BYTES)


def digest(key: hashlib.blake2b, community: str, value: str) -> str:
    """The hash alone."""
    found = key.copy()
    found.update(f"{community}\0{value}".encode())
    return found.hexdigest()


@lru_cache(maxsize=4_096)
def household(address: str) -> str:
    """An address without what a household changes by itself: of IPv6 its network."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(IPv6Address(int(parsed) >> _HOUSEHOLD << _HOUSEHOLD))
    return address


def made(chance: Callable[[int], bytes]) -> bytes:
    """A new key."""
    return chance(LENGTH)


def _began(key: str) -> datetime:
    what, _, period = key.partition("/")
    return datetime.strptime(period, _PERIODS[what][0]).replace(tzinfo=UTC)
