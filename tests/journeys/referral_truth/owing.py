"""What is owed, found anew by a few lines of decimal arithmetic: from what was promised, bought and given back."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from services.referral.repository import people
from shared import mongo
from shared.mongo import Document
from tests.fixtures import REFERRAL
from tests.journeys.referral_truth.living import Life

_Rule = dict[str, Any]


@dataclass(frozen=True)
class Owing:
    """What a community owes, and what it ought to."""

    life: Life

    def faults(self) -> Iterator[str]:
        """Every reward that is not what was promised, or is missing."""
        seen = Counter(self._name(each) for each in self.rewards if left(each))
        yield from (f"twice: {name}" for name, count in seen.items() if count > 1)
        for each in self.rewards:
            yield from self._check(each)
        yield from self._missing({self._name(each) for each in self.rewards if each["amount_minor"]})

    def _check(self, reward: Document) -> Iterator[str]:
        rule = self._rule(reward)
        order = self._orders.get(reward["subject"])
        if order is not None and not rule.get("tiers"):
            agreed = self.life.agreed.get((reward["program"], reward["rule"]), set())
            rules = [rule, *({**rule, "rate": each} for each in agreed - {None})]
            wanted = {self._amount(each, order, reward) for each in rules}
            if reward["asked_minor"] not in wanted:
                yield f"{wanted} were promised: {reward}"
        if order is not None:
            yield from self._check_back(reward, order)
        if not 0 <= reward["amount_minor"] <= reward["asked_minor"]:
            yield f"more than was asked: {reward}"

    def _check_back(self, reward: Document, order: Document) -> Iterator[str]:
        whole, gone = reward["amount_minor"], reward["reversed_minor"]
        refunded = self.refunded(order)
        back = share(whole, Decimal(refunded) / order["amount_minor"])
        restores = "allowed" if reward["bounds"] else "exact"  # what a cap left free may be gone by then
        if gone not in {back, whole} and not (restores == "allowed" and back <= gone <= whole):
            yield f"{back} or all must be reversed of {reward}"
        if refunded == order["amount_minor"] and gone != whole:
            yield f"all of it was given back: {reward}"

    def _missing(self, known: set[tuple[str, ...]]) -> Iterator[str]:
        """What is owed for ever and without a cap must be there."""
        for attribution, order in self.credited():
            terms = self.life.promised[attribution["program"], attribution["version"]]
            stands = self.refunded(order) < order["amount_minor"]
            fits = order["amount_minor"] >= terms.get("least_order_minor", 0)
            for rule in terms["rewards"] if stands and fits and "caps" not in terms else ():
                name = (attribution["_id"], rule["name"], rule["to"], "0")
                if self._is_for_ever(rule, order) and name not in known:
                    yield f"not owed: {name}"

    def _is_for_ever(self, rule: _Rule, order: Document) -> bool:
        lasts = rule["to"] == "advocate" and rule.get("months", 0) is None
        return lasts and self._amount(rule, order, {}) > 0

    def _amount(self, rule: _Rule, order: Document, reward: Document) -> int:
        if "rate" not in rule:
            return int(rule["amount_minor"] * order["quantity"])
        of = self._own(reward) if rule.get("base") == "reward" else order["amount_minor"]
        return share(of, Decimal(rule["rate"].rstrip("%")) / 100)

    def _own(self, reward: Document) -> int:
        """What the advocate himself was promised for the order, before caps."""
        same = [each for each in self.rewards if each["subject"] == reward.get("subject")]
        now = people.survivors({each["advocate"] for each in (*same, reward)} if reward else ())
        own = [each for each in same if each["to"] == "advocate"]
        ours = [each for each in own if now[each["advocate"]] == now[reward["advocate"]]]
        # Two accounts of one person may have been promised it, one behind the other: his own is what counts.
        ours.sort(key=lambda each: each["advocate"] == reward["advocate"])
        return sum({each["rule"]: each["asked_minor"] for each in ours}.values())

    def credited(self) -> Iterator[tuple[Document, Document]]:
        """Attributions that credit somebody with an order, each with the order, but for what a person refused."""
        for each in self._attributions:
            order = self._orders.get(each["_id"])
            if order is not None and each.get("advocate") and each["_id"] not in self._refused:
                yield each, order

    def refunded(self, order: Document) -> int:
        """How much of an order was given back."""
        standing = [each for each in self._refunds[order["_id"]] if not each.get("failed") and "kind" in each]
        if any(each.get("amount_minor") is None for each in standing):
            return int(order["amount_minor"])
        return int(min(order["amount_minor"], sum(each["amount_minor"] for each in standing)))

    def _rule(self, reward: Document) -> _Rule:
        terms = self.life.promised[reward["program"], reward["version"]]
        found: _Rule = next(each for each in terms["rewards"] if each["name"] == reward["rule"])
        return found

    def _name(self, reward: Document) -> tuple[str, ...]:
        beneficiary = reward["member"] if reward["occasion"] == "milestone" else ""
        return (reward["subject"], reward["rule"], reward["to"], str(reward["generation"]), beneficiary)[
            : 5 if beneficiary else 4
        ]

    @cached_property
    def rewards(self) -> list[Document]:
        """All that are kept."""
        return self._all("rewards")

    @cached_property
    def _attributions(self) -> list[Document]:
        return self._all("attributions")

    @cached_property
    def _orders(self) -> dict[str, Document]:
        by_id = {each["order"]: each for each in self._all("orders")}
        return {each["_id"]: by_id[each["subject"]] for each in self._attributions if each["kind"] == "order"}

    @cached_property
    def _refunds(self) -> dict[str, list[Document]]:
        found = defaultdict(list)
        for each in self._all("refunds"):
            found[each["order_key"]].append(each)
        return found

    @cached_property
    def _refused(self) -> set[str]:
        return {each["_id"] for each in self._all("cases") if each.get("review") == "refused"}

    def _all(self, name: str) -> list[Document]:
        return list(mongo.collection(REFERRAL, name).find({"community": self.life.community}))


def left(reward: Document) -> int:
    """How much of it is left: what was owed to who is not credited any more was taken back."""
    return int(reward["amount_minor"] - reward["reversed_minor"])


def share(amount: int, rate: Decimal) -> int:
    """A share of an amount, half up."""
    return int((amount * rate).quantize(Decimal(1), ROUND_HALF_UP))
