"""The only code of `titles-and-badges` that knows MongoDB."""

from services.titles_and_badges.documents import DATABASE

__all__ = ["DATABASE"]
