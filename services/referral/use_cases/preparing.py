"""Pay-outs are prepared, and taken back when they are refused: long work, in steps of some hundred accounts.

A step is one transaction that moves what lies on members' accounts to the pay-out's own, writes the lines, and keeps in
the pay-out how far it has come. Whoever dies, and wherever, the next step goes on from there.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from services.referral.domain import ledger as accounts
from services.referral.domain import payouts as rules
from services.referral.domain.payouts import Account, Line, Order, State, Status
from services.referral.repository import DATABASE, cases, grants, ledger, payouts, people, rewards
from shared import clock, mongo
from shared.mongo import Document
from shared.work import Mark

#: Marks of pay-outs that are being prepared, or taken back.
PAYOUT = "payout"
AT_ONCE = 200


class Owner(NamedTuple):
    """A member as he is now, and a currency."""

    member: str
    currency: str

    @property
    def line(self) -> str:
        """The name of his line: one in a pay-out."""
        return f"{self.member}-{self.currency}"


def step(mark: Mark) -> Mapping[str, Any] | None:
    """One step of a pay-out's preparation, or of its refusal; None when it is done."""
    return {"looked": clock.now()} if go_on(mark["community"], mark["payout"], clock.now()) else None


#: What `jobs` does with the marks.
STEPS = {PAYOUT: step}


@mongo.in_transaction(DATABASE)
def go_on(community: str, name: str, now: datetime) -> bool:
    """One step of the work that a pay-out waits for. Returns whether there is more."""
    payout = payouts.load(community, name)
    state = None if payout is None else State(payout["state"])
    if payout is not None and state is State.PREPARING:
        return _prepare(payout, now)
    if payout is not None and state is State.REFUSING:
        return _return(payout, now)
    return False


def end(payout: Document, lines: Sequence[Document], status: Status, now: datetime, **said: Any) -> None:  # noqa: ANN401
    """End lines in one way, inside the running transaction: their money moves, and grants in them are told."""
    ledger.post([rules.settled(order(payout, each), status, now) for each in lines])
    payouts.mark(lines, status=status, **said)
    if status is not Status.PAID:
        for currency, members in _members(lines).items():
            grants.release(payout["name"], members, currency)


def order(payout: Document, line: Mapping[str, Any]) -> Order:
    """A line as the rules pay it."""
    return Order(
        community=payout["community"],
        payout=payout["name"],
        line=line["name"],
        member=line["member"],
        currency=line["currency"],
        amount_minor=line["amount_minor"],
    )


def _prepare(payout: Document, now: datetime) -> bool:
    community = payout["community"]
    after = tuple(payout["cursor"]) or None
    some = ledger.owing(community, accounts.PAYABLE, after=after, limit=AT_ONCE)
    _write(payout, _without_lines(payout, _owners(community, some, payout["border"])), now)
    if len(some) < AT_ONCE:
        payouts.change(payout, state=State.PREPARED, prepared_at=now)
        return False
    payouts.change(payout, cursor=[some[-1][0], some[-1][1]])
    return True


def _write(payout: Document, owners: Mapping[Owner, Sequence[Account]], now: datetime) -> None:
    """Keep the lines of these members, and take what they will be paid from their accounts."""
    known = people.load({owner.member for owner in owners})
    asked = _in_review(payout, owners) if owners else []
    lines: list[Document] = []
    taken: list[accounts.Transfer] = []
    for owner, lying in owners.items():
        is_known = not known.get(owner.member, {}).get("erased")
        line = _line(owner, lying, now)
        without = [each for each in asked if payouts.holds({**line, "border": payout["border"]}, each)]
        found = rules.line(
            lying,
            payout["minimum"].get(owner.currency, 0),
            is_known=is_known,
            in_review_minor=sum(each["amount_minor"] - each["reversed_minor"] for each in without),
        )
        if found is not None:
            lines.append(line | _ended(found, without))
            taken += rules.taken(order(payout, lines[-1]), found.pieces, now)
    payouts.add_lines(payout, lines)
    ledger.post(taken)
    for currency, members in _members(each for each in lines if each["status"] is Status.OPEN).items():
        grants.pay(members, currency, payout["border"], payout["name"])


def _members(lines: Iterable[Document]) -> dict[str, list[str]]:
    """All accounts of lines, by currency."""
    found: dict[str, list[str]] = defaultdict(list)
    for each in lines:
        found[each["currency"]] += each["accounts"]
    return found


def _in_review(payout: Document, owners: Iterable[Owner]) -> list[Document]:
    """What was released, is in no pay-out yet, and somebody has to look at first: a merge may have come after it."""
    opened = cases.unresolved(payout["community"])
    friends = people.survivors(set(opened.values())).values()
    its = rewards.of_friends(people.merged(set(friends))) if opened else []
    asked = [each for each in its if each["subject"] in opened and each["released"]]
    lines = [each for each in payouts.of_members({owner.member for owner in owners}) if payouts.pays(each)]
    return [each for each in asked if not any(payouts.holds(line, each) for line in lines)]


def _line(owner: Owner, lying: Sequence[Account], now: datetime) -> Document:
    return {
        "name": owner.line,
        "member": owner.member,
        "accounts": [each.member for each in lying],
        "currency": owner.currency,
        "taken_at": now,
    }


def _ended(found: Line, without: Sequence[Document]) -> Document:
    line: Document = {"amount_minor": found.amount_minor, "status": found.status}
    line |= {} if found.why is None else {"why": found.why}
    return line | ({"in_review": [each["_id"] for each in without]} if without else {})


def _return(payout: Document, now: datetime) -> bool:
    some = payouts.lines(payout, statuses=[Status.OPEN], after=None, limit=AT_ONCE)
    end(payout, some, Status.RETURNED, now)
    if len(some) < AT_ONCE:
        payouts.change(payout, state=State.REFUSED)
        return False
    return True


def _without_lines(
    payout: Document, owners: Mapping[Owner, Sequence[Account]]
) -> dict[Owner, Sequence[Account]]:
    """Whoever was met before by another account of his has his line already."""
    known = payouts.known(payout, [each.line for each in owners])
    return {owner: lying for owner, lying in owners.items() if owner.line not in known}


def _owners(
    community: str, some: Sequence[tuple[str, str, int]], border: datetime
) -> dict[Owner, Sequence[Account]]:
    """Whose these accounts are, each with all his accounts in that currency."""
    survivors = people.survivors({member for _, member, _ in some})
    aliases = people.merged(set(survivors.values()))
    found: dict[Owner, Sequence[Account]] = {}
    for currency in sorted({currency for currency, _, _ in some}):
        wanted = {survivors[member] for each, member, _ in some if each == currency}
        his: dict[str, list[str]] = defaultdict(list)
        for alias, survivor in sorted(aliases.items()):
            if survivor in wanted:
                his[survivor].append(alias)
        lying = _lying(community, currency, [each for group in his.values() for each in group], border)
        found |= {
            Owner(survivor, currency): [lying[each] for each in group if each in lying]
            for survivor, group in his.items()
        }
    return found


def _lying(community: str, currency: str, members: Sequence[str], border: datetime) -> dict[str, Account]:
    """What lies on these members' accounts now, and lay there at the border."""
    moved = ledger.moved_since(
        community, [accounts.account(accounts.PAYABLE, each) for each in members], border
    )
    return {
        member: Account(
            member=member,
            border_minor=amount - moved.get((accounts.account(accounts.PAYABLE, member), currency), 0),
            now_minor=amount,
        )
        for member, _, amount in ledger.balances(
            community, accounts.PAYABLE, currency=currency, owners=members
        )
    }
