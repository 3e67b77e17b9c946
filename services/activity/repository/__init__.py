"""The only code of `activity` that knows MongoDB."""

from services.activity.documents import DATABASE

__all__ = ["DATABASE"]
