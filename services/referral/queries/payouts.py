"""Pay-outs, as managers see them, and as the bank gets them."""

from collections.abc import Iterable, Sequence
from typing import Any

from services.referral.domain import payouts as rules
from services.referral.domain.payouts import State
from services.referral.repository import payouts, people
from shared import sheets
from shared.errors import NotFound
from shared.mongo import Document

#: Of the order to the bank; never changed, only added to at the end.
COLUMNS = ("payout", "line", "member", "currency", "amount_minor")


def latest(community: str, *, before: tuple[str, int] | None, limit: int) -> list[dict[str, Any]]:
    """Pay-outs, the latest month first."""
    return [shown(each) for each in payouts.latest(community, before=before, limit=limit)]


def one(community: str, name: str) -> dict[str, Any]:
    """A pay-out. Raises NotFound."""
    return shown(_payout(community, name))


def shown(payout: Document) -> dict[str, Any]:
    """A pay-out as it is shown: with how many lines of it are open, paid, failed, returned or carried over."""
    return {**payout, "id": payout["name"], "totals": payouts.totals(payout)}


def lines(
    community: str, name: str, *, status: str | None, after: str | None, limit: int
) -> list[dict[str, Any]]:
    """Lines of a pay-out by their ids, those carried over too. Raises NotFound."""
    statuses = None if status is None else [status]
    return shown_lines(payouts.lines(_payout(community, name), statuses=statuses, after=after, limit=limit))


def shown_lines(found: Sequence[Document]) -> list[dict[str, Any]]:
    """Lines as they are shown: members by what the community calls them, None for who was erased."""
    called = people.shown({each["member"] for each in found})
    return [{**each, "id": each["name"], "member": called[each["member"]]} for each in found]


def export(community: str, name: str) -> str:
    """An approved pay-out as CSV: every line that is to be paid or was, the same bytes each time.

    Raises NotFound or NotReady.
    """
    payout = _payout(community, name)
    rules.check_approved(name, State(payout["state"]))
    return sheets.table(COLUMNS, _rows(payouts.ordered(payout)))


def _rows(found: Iterable[Document]) -> Iterable[dict[str, Any]]:
    every = list(found)
    called = people.shown({each["member"] for each in every})
    for each in every:
        payout = each["payout"].partition("|")[2]
        member = called[each["member"]]
        yield {**each, "payout": payout, "line": each["name"], "member": member}


def _payout(community: str, name: str) -> Document:
    found = payouts.load(community, name)
    if found is None:
        raise NotFound("pay-out", name)
    return found
