"""How `referral` lies in MongoDB: storage shape and indexes, one file a topic."""

from services.referral.documents import (
    advocates,
    audit,
    budgets,
    clicks,
    conversions,
    ledger,
    loops,
    payouts,
    people,
    programs,
    rewards,
    satisfaction,
    standings,
)
from services.referral.documents.database import DATABASE

#: Every collection, for `laurel init`; a line a topic.
EVERY = (
    *advocates.EVERY,
    *audit.EVERY,
    *budgets.EVERY,
    *clicks.EVERY,
    *conversions.EVERY,
    *ledger.EVERY,
    *loops.EVERY,
    *payouts.EVERY,
    *people.EVERY,
    *programs.EVERY,
    *rewards.EVERY,
    *satisfaction.EVERY,
    *standings.EVERY,
)

__all__ = ["DATABASE", "EVERY"]
