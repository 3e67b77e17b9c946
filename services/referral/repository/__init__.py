"""The only code of `referral` that knows MongoDB."""

from services.referral.documents import DATABASE

__all__ = ["DATABASE"]
