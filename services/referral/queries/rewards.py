"""Rewards and reviews, as managers and members see them: what is owed, why, why not, and when."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.referral.domain import caps, ledger, suspicion
from services.referral.domain import payouts as rules
from services.referral.domain.payouts import Status, Why
from services.referral.domain.programs import Occasion
from services.referral.domain.settling import State
from services.referral.repository import cases, payouts, people, rewards
from services.referral.repository import ledger as books
from shared import clock, money
from shared.errors import NotFound
from shared.mongo import Document

Before = tuple[datetime, str] | None
_AT_ONCE = 500

_WORDS = {
    "refund": "The order was refunded.",
    "not-due": (
        "Who brought the friend is decided otherwise by now, as after a late click or a merge, "
        "or an earlier order turned out to be his first."
    ),
    "review-refused": "Somebody looked at it and refused it.",
    caps.ADVOCATE: "The most that an advocate gets in a month was reached.",
    caps.FRIEND: "The most that a friend gets was reached.",
    caps.PROGRAM: "The most that the program gives was reached.",
}
_LOST_MILESTONE = "Fewer friends count by now than it asks for, as after a refund."


def latest(
    community: str, *, state: str | None, member: str | None, before: Before, limit: int
) -> list[dict[str, Any]]:
    """Rewards, the latest first; in one state, of one member (by his id), or all."""
    members = None if member is None else owners(member)
    found = rewards.latest(community, state=state, members=members, before=before, limit=limit)
    return _shown(found)


def one(community: str, identifier: str) -> dict[str, Any]:
    """One reward. Raises NotFound."""
    found = rewards.one(community, identifier)
    if found is None:
        raise NotFound("reward", identifier)
    return _shown([found])[0]


def every(community: str) -> Iterator[dict[str, Any]]:
    """All rewards of a community, the latest first; `owner` is by whose id it stands in the ledger."""
    before: Before = None
    while found := rewards.latest(community, before=before, limit=_AT_ONCE):
        yield from (
            {**shown, "owner": each["member"]} for shown, each in zip(_shown(found), found, strict=True)
        )
        before = found[-1]["at"], found[-1]["_id"]


def of_nobody_else(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rewards as their own member sees them: of a friend, his order and other advocates he learns nothing."""
    return [
        {
            **each,
            "advocate": each["advocate"] if each["advocate"] == each["member"] else None,
            "friend": each["friend"] if each["friend"] == each["member"] else None,
            "order": each["order"] if each["friend"] == each["member"] else None,
        }
        for each in rows
    ]


def balances(community: str, member: str) -> list[dict[str, Any]]:
    """What lies on a member's accounts in each currency; payable below zero is carried over."""
    members = owners(member)
    found: dict[str, dict[str, int]] = {}
    for kind in (ledger.HELD, ledger.PAYABLE, ledger.PAYING, ledger.PAID):
        for _, currency, amount in books.balances(community, kind, owners=members):
            lies = found.setdefault(currency, {})
            lies[kind] = lies.get(kind, 0) + amount
    return [
        {"currency": currency, **{f"{kind}_minor": amount for kind, amount in lies.items()}}
        for currency, lies in sorted(found.items())
    ]


def owners(member: str) -> list[str]:
    """By which ids a member has accounts in the ledger: his own, and those of whom he became."""
    return people.identities(member)


def need(community: str, member: str, external_id: str) -> None:
    """Raise NotFound, with the community's own id for him, unless it has this member, and he was not erased."""
    found = people.load([member]).get(member, {})
    if found.get("community") != community or found.get("erased"):
        raise NotFound("member", external_id)


def reviews(
    community: str, *, state: str | None, escalated: bool | None, before: Before, limit: int
) -> list[dict[str, Any]]:
    """What is, or was, held for review, the latest first."""
    return shown_reviews(
        cases.latest(community, review=state, escalated=escalated, before=before, limit=limit)
    )


def shown_reviews(found: Sequence[Document]) -> list[dict[str, Any]]:
    """Reviews as they are shown, with the rewards that wait for them."""
    called = people.shown({each[who] for each in found for who in ("friend", "advocate")})
    waiting: dict[str, list[Document]] = {each["_id"]: [] for each in found}
    friends = people.survivors({each["friend"] for each in found}).values()
    for each in rewards.of_friends(people.merged(friends)):
        waiting.get(each["subject"], []).append(each)
    return [_review(each, called, waiting[each["_id"]]) for each in found]


def _review(case: Document, called: Mapping[str, str | None], owed: Iterable[Document]) -> dict[str, Any]:
    return {
        "id": case["_id"],
        "program": case["program"],
        "occasion": case["occasion"],
        "order": case["subject"] if case["occasion"] == "purchase" else None,
        "advocate": called[case["advocate"]],
        "friend": called[case["friend"]],
        "at": case["at"],
        "state": case["review"],
        "opened": case["opened"],
        "deadline": case["deadline"],
        "escalated": case.get("escalated", False),
        "points": case["points"],
        "flags": [
            {**each, "detail": suspicion.WORDS.get(each["code"], each["code"])} for each in case["flags"]
        ],
        "rewards": [_amounts(each) for each in owed],
        "decisions": case["decisions"],
    }


def _shown(found: Sequence[Document]) -> list[dict[str, Any]]:
    called = people.shown({each[who] for each in found for who in ("member", "friend", "advocate")})
    released = [each for each in found if each["state"] == State.RELEASED]
    lines = payouts.of_members(people.survivors({each["member"] for each in released}).values())
    return [_reward(_paid(each, lines), called) for each in found]


def _paid(stored: Document, lines: Iterable[Document]) -> Document:
    """A reward with what became of it after its release."""
    if stored["state"] != State.RELEASED:
        return stored
    its = [line for line in lines if _concerns(line, stored)]
    for line in its:
        if payouts.pays(line) and payouts.holds(line, stored):
            state = State.PAID if line["status"] == Status.PAID else State.PAYING
            return {**stored, "state": state, "payout": line["payout"], "paid_at": line.get("marked_at")}
    return {**stored, "unpaid": _unpaid(its[-1], stored)} if its else stored


def _concerns(line: Document, stored: Document) -> bool:
    return stored["_id"] in line.get("in_review", ()) or payouts.holds(line, stored)


def _unpaid(line: Document, stored: Document) -> tuple[str, str] | None:
    of = Why(line["why"]) if "why" in line else Status(line["status"])
    of = Why.IN_REVIEW if stored["_id"] in line.get("in_review", ()) else of
    return rules.unpaid(line["payout"].rpartition("|")[2], of)


def _reward(stored: Document, called: Mapping[str, str | None]) -> dict[str, Any]:
    member = called[stored["member"]]
    if member is None and stored["state"] == State.RELEASED:
        stored = {**stored, "unpaid": rules.unpaid("", Why.NOBODY)}
    return {
        **_amounts(stored),
        "program": stored["program"],
        "version": stored["version"],
        "occasion": stored["occasion"],
        "order": stored.get("order"),
        "to": stored["to"],
        "generation": stored["generation"],
        "member": member,
        "advocate": called[stored["advocate"]],
        "friend": called[stored["friend"]],
        "asked_minor": stored["asked_minor"],
        "at": stored["at"],
        "accrued_at": stored["accrued_at"],
        "released_at": stored.get("released_at"),
        "value_date": stored.get("value_date", stored.get("released_at")),
        "held_until": stored["held_until"],
        "reason": _reason(stored),
        "detail": _detail(stored),
        "date": _date(stored),
    }


def _amounts(stored: Document) -> dict[str, Any]:
    return {
        "id": stored["_id"],
        "rule": stored["rule"],
        "state": stored["state"],
        "currency": stored["currency"],
        "amount_minor": stored["amount_minor"],
        "reversed_minor": stored["reversed_minor"],
        "net_minor": stored["amount_minor"] - stored["reversed_minor"],
    }


def _reason(stored: Document) -> str | None:
    """Why a reward is where it is, as a stable code."""
    match stored["state"]:
        case State.HELD:
            return "hold"
        case State.IN_REVIEW:
            return "review"
        case State.REVERSED:
            found: str = stored.get("reason", "refund")
            return found
    if stored.get("unpaid"):
        return str(stored["unpaid"][0])
    return stored.get("cut") or ("refund" if stored["reversed_minor"] else None)


def _detail(stored: Document) -> str:
    """The same in words."""
    reason = _reason(stored)
    cut = f" {_WORDS[stored['cut']]}" if stored.get("cut") else ""
    match stored["state"]:
        case State.HELD:
            return f"It is released on {clock.text(stored['held_until'])}, unless the order is refunded.{cut}"
        case State.IN_REVIEW:
            return f"Somebody has to look at it first.{cut}"
        case State.RELEASED:
            _, words = stored.get("unpaid") or (None, "It goes into the next pay-out.")
            return f"{words}{cut}"
        case State.PAYING:
            return f"It is in a pay-out that is on its way.{cut}{_owed_back(stored)}"
        case State.PAID:
            return f"It was paid.{cut}{_owed_back(stored)}"
    is_milestone = stored["occasion"] == Occasion.MILESTONE
    return _LOST_MILESTONE if is_milestone and reason == "not-due" else _WORDS.get(reason or "", "")


def _owed_back(stored: Document) -> str:
    """What becomes of a part that was taken back: the pay-out may have held it already, or been made after that."""
    if not stored["reversed_minor"]:
        return ""
    back = money.text(stored["reversed_minor"], stored["currency"])
    return (
        f" {back} of it was taken back: what had been paid of that is owed back, "
        "and carried over to the next pay-out."
    )


def _date(stored: Document) -> datetime | None:
    """When what is said of it happened, or will."""
    match stored["state"]:
        case State.HELD:
            found: datetime = stored["held_until"]
            return found
        case State.RELEASED | State.PAYING:
            return stored.get("released_at")
        case State.PAID:
            return stored.get("paid_at")
        case State.REFUSED:
            return stored.get("accrued_at")
    return None
