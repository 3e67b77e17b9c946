"""What is kept of one friend: the facts that his rewards and his loops follow from, each read once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from services.referral.domain.refunds import Refund
from services.referral.repository import attributions, orders, people, refunds
from shared.mongo import Document


@dataclass(frozen=True, kw_only=True)
class Dossier:
    """A friend under all his ids: who brought him (in event order), what he bought, what was given back.

    Good for one transaction, after all is decided: whoever writes joins, orders, refunds or decisions opens it anew.
    `bought` are his orders where somebody has read them already.
    """

    community: str
    friend: str
    same: Sequence[str]
    attributions: Sequence[Document]
    bought: Sequence[Document] | None = None

    @cached_property
    def orders(self) -> Sequence[Document]:
        """In order of time."""
        return orders.of(self.same) if self.bought is None else self.bought

    @cached_property
    def refunds(self) -> Mapping[str, Sequence[Refund]]:
        """By the keys of the orders, failed ones included."""
        return refunds.of(each["_id"] for each in self.orders)


def of(community: str, member: str) -> Dossier:
    """Open that of whoever a member is now, inside the running transaction or a snapshot."""
    friend = people.survivors([member])[member]
    same = sorted(people.merged([friend]))
    return Dossier(community=community, friend=friend, same=same, attributions=attributions.of(same))
