"""How `referral` lies in MongoDB: storage shape and indexes, one file a topic."""

from services.referral.documents import audit, conversions, ledger, loops, people
from services.referral.documents.database import DATABASE

#: Every collection, for `laurel init`.
EVERY = (
    *people.EVERY,
    *ledger.EVERY,
    *audit.EVERY,
    *conversions.EVERY,
    *loops.EVERY,
)

__all__ = ["DATABASE", "EVERY"]
