"""What is owed follows from what is kept."""

from datetime import datetime


def follow(community: str, friend: str, now: datetime) -> None:
    """Bring the rewards of a friend's joins and orders up to date, inside the running transaction."""
    del community, friend, now
