"""Clicks, as an admin reads them: without a visitor, an address or a value of somebody's query."""

from collections.abc import Iterator
from datetime import datetime

from services.referral.repository import clicks, people
from shared.mongo import Document

_COLUMNS = ("link", "program", "channel", "method", "user_agent", "referrer", "reason", "kind", "classifier")
_PAGE = 1_000


def latest(
    community: str, *, asked: dict[str, str], before: tuple[datetime, str] | None, limit: int
) -> list[Document]:
    """Clicks, the latest first; `asked`: only those with these values of `klass` or `link`."""
    return shown(clicks.latest(community, asked=asked, before=before, limit=limit))


def every(community: str) -> Iterator[Document]:
    """All clicks, the latest first."""
    before = None
    while rows := latest(community, asked={}, before=before, limit=_PAGE):
        yield from rows
        before = rows[-1]["time"], rows[-1]["id"]


def shown(documents: list[Document]) -> list[Document]:
    """Clicks as answers hold them, with what the community calls their advocates."""
    called = people.shown({each["advocate"] for each in documents})
    return [
        {
            "id": each["_id"],
            "time": each["moment"],
            "arrived": each["kept"],
            "class": each["klass"],
            "advocate": called[each["advocate"]],
            "source": each.get("source", {}),
            "paid": each.get("paid", []),
            **{name: each.get(name) for name in _COLUMNS},
        }
        for each in documents
    ]
