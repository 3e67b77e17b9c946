"""What people with power did."""

from datetime import datetime

from services.referral.repository import audit
from shared.mongo import Document


def latest(
    community: str, *, thing: str | None, before: tuple[datetime, str] | None, limit: int
) -> list[Document]:
    """Lines of the audit, the latest first; of one thing, such as `budget:gifts`, or of all."""
    return [
        {"id": each["_id"], **{name: each.get(name) for name in _COLUMNS}}
        for each in audit.latest(community, thing=thing, before=before, limit=limit)
    ]


_COLUMNS = ("time", "by", "act", "thing", "reason", "before", "after")
