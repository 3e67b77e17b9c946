"""Whether this process changed boards: its own readers see that at once, other processes' within a second."""

from collections import Counter

_counted: Counter[str] = Counter()


def tell() -> None:
    """Something was written here."""
    _counted["writes"] += 1


def count() -> int:
    """How often something was."""
    return _counted["writes"]
