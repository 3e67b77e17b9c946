"""Loops follow from what is kept."""

from datetime import datetime


def follow(community: str, friend: str, now: datetime) -> None:
    """Bring the loops of a friend up to date, inside the running transaction."""
    del community, friend, now
