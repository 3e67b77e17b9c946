"""What is worth a look about a join or an order, found when somebody is first credited with it.

E-mail and paid traffic are looked at by attribution; here: addresses of the network, names, and how many at once.
"""

from collections.abc import Iterator

from services.referral.domain import suspicion
from services.referral.domain.programs import Occasion
from services.referral.domain.rewards import Conversion, Credit
from services.referral.repository import cases, people
from services.referral.use_cases.histories import History
from shared.mongo import Document


def codes(history: History, credit: Credit, conversion: Conversion, case: Document) -> set[str]:
    """The codes of its flags."""
    return {
        *_burst(history.community, credit, conversion),
        *_addresses(credit, conversion, case),
        *_names(history.friend, credit.advocate),
    }


def address(attribution: Document) -> str | None:
    """Where the click that won came from, as a keyed hash."""
    won: Document = next((each for each in attribution.get("candidates", ()) if each["reason"] == "won"), {})
    return cases.address_of(won["click"]) if won.get("click") else None


def _burst(community: str, credit: Credit, conversion: Conversion) -> Iterator[str]:
    others = cases.about(community, credit.advocate, conversion.at, suspicion.HOUR, conversion.subject)
    if suspicion.is_burst(conversion.at, others):
        yield "burst"


def _addresses(credit: Credit, conversion: Conversion, case: Document) -> Iterator[str]:
    if "address" not in case:
        return
    others = cases.of_address(case["community"], case["address"], case["_id"])
    if any(each["friend"] == credit.advocate for each in others):
        yield "same-ip"
    orders = [each for each in (*others, case) if each["occasion"] == Occasion.PURCHASE]
    if conversion.occasion is Occasion.PURCHASE and len(orders) > suspicion.ORDERS_FROM_ONE_ADDRESS:
        yield "orders-from-one-ip"


def _names(friend: str, advocate: str) -> Iterator[str]:
    known = people.load([friend, advocate])
    names = [known.get(each, {}).get("name") or "" for each in (friend, advocate)]
    if suspicion.are_alike(*names):
        yield "similar-names"
