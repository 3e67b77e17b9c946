"""Cases: what an advocate is credited with, its place among his, and whether somebody has to look at it first."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from services.referral.domain import rewards, suspicion
from services.referral.domain.rewards import Conversion, Credit
from services.referral.domain.suspicion import Review
from services.referral.domain.unpaid import Unpaid, unpaid
from services.referral.repository import cases, people
from services.referral.use_cases import suspecting
from services.referral.use_cases.histories import History
from shared.mongo import Document

#: A program, and an advocate by who he is now.
Whose = tuple[str, str]


def count(history: History, now: datetime) -> set[Whose]:
    """Bring a friend's cases up to date, inside the running transaction. Returns for whom other purchases count now.

    Afterwards the history's conversions know their places.
    """
    before = {name: dict(each) for name, each in history.cases.items()}
    nothing = unpaid(history.friend, list(history.conversions.values()))
    for name, conversion in history.conversions.items():
        history.cases.update(_case(history, name, conversion, now))
        if name in nothing:
            history.cases[name]["unpaid"] = [_named(each) for each in nothing[name]]
    for name, case in history.cases.items():
        if name not in history.conversions or history.conversions[name].credit is None:
            _close(case)
    changed = _tally(history, before)
    cases.keep([each for name, each in history.cases.items() if each != before.get(name)])
    for name, case in history.cases.items():
        if name in history.conversions:
            history.conversions[name] = replace(history.conversions[name], position=max(1, case["position"]))
    return changed


def _case(history: History, name: str, conversion: Conversion, now: datetime) -> dict[str, Document]:
    credit = conversion.credit
    if credit is None:
        return {}
    known = history.cases.get(name)
    same = known is not None and history.who(known["advocate"]) == credit.advocate
    case = dict(known) if known is not None and same else _new(history, name, conversion, credit)
    codes = {each["code"] for each in case["flags"]} - suspicion.RELATIVE
    codes |= set(history.attributions[name].get("flags", ()))
    if known is None or not same:
        codes |= suspecting.codes(history, credit, conversion, case)
    if credit.advocate == history.friend:  # two became one, after what stays was released
        codes.add("self-referral")
    _flag(case, suspicion.flags(codes), now)
    # Counted or not is decided against what was kept, also when the advocate is another one now.
    case["counted"] = rewards.counts(conversion) and case.get("review") != Review.REFUSED
    return {name: case}


def _new(history: History, name: str, conversion: Conversion, credit: Credit) -> Document:
    address = suspecting.address(history.attributions[name])
    return {
        **({} if address is None else {"address": address}),
        "_id": name,
        "community": history.community,
        "friend": history.friend,
        "occasion": str(conversion.occasion),
        "subject": history.attributions[name]["subject"],
        "program": credit.program,
        "advocate": credit.advocate,
        "at": conversion.at,
        "counted": False,
        "position": 0,
        "flags": [],
        "points": 0,
        "decisions": [],
    }


def _named(one: Unpaid) -> Document:
    return {"rule": one.rule, "to": str(one.to), "reason": str(one.reason)}


def _flag(case: Document, flags: Sequence[suspicion.Flag], now: datetime) -> None:
    case["flags"] = [{"code": each.code, "points": each.points} for each in flags]
    case["points"] = sum(each.points for each in flags)
    holds = suspicion.holds(flags)
    if holds and "review" not in case:
        case.update(review=Review.OPEN, opened=now, deadline=now + suspicion.PATIENCE)
    elif not holds and case.get("review") == Review.OPEN and not case["decisions"]:
        _forget_review(case)  # nobody has to look any more


def _close(case: Document) -> None:
    """Nobody is credited with it any more: there is nothing to look at."""
    case.update(counted=False, flags=[], points=0, unpaid=[])
    _forget_review(case)


def _forget_review(case: Document) -> None:
    for name in ("review", "opened", "deadline", "escalated"):
        case.pop(name, None)


def _tally(history: History, before: dict[str, Document]) -> set[Whose]:
    old, new = _counted(before), _counted(history.cases)
    changes: dict[str, tuple[int, int]] = {}
    added: dict[Whose, set[str]] = {}
    for name, whose in {**_whose(history, before), **_whose(history, history.cases)}.items():
        was, now = old.get(name, set()), new.get(name, set())
        if was != now:
            changes[name] = (len(now) - len(was), bool(now) - bool(was))
            added.setdefault(whose, set()).update(now - was)
    # Who counts for him under another of his ids at this moment begins again.
    ours = {cases.tally(history.community, *whose): (0, 0) for whose in added}
    found = cases.count(history.community, dict(sorted((ours | changes).items())))
    for whose, names in added.items():
        _place(history, names, _purchases(history, whose, found) - len(names))
    return set(added)


def _whose(history: History, some: dict[str, Document]) -> dict[str, Whose]:
    """Tallies by their keys: whose they are now."""
    return {_name(each): (each["program"], history.who(each["advocate"])) for each in some.values()}


def _purchases(history: History, whose: Whose, found: Mapping[str, tuple[int, int]]) -> int:
    """How many are his under all his ids; `found` was read already."""
    program, advocate = whose
    names = {cases.tally(history.community, program, each) for each in people.merged([advocate])}
    known = {**cases.tallies(names - found.keys()), **found}
    return sum(purchases for name, (purchases, _) in known.items() if name in names)


def _counted(some: dict[str, Document]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, case in some.items():
        if case["counted"]:
            found.setdefault(_name(case), set()).add(name)
    return found


def _name(case: Document) -> str:
    return cases.tally(case["community"], case["program"], case["advocate"])


def _place(history: History, new: set[str], before: int) -> None:
    """The how many-th of the advocate's purchases each is: decided once, when it is counted first."""
    for name in sorted(new, key=lambda each: (history.cases[each]["at"], each)):
        before += 1
        if not history.cases[name]["position"]:
            history.cases[name]["position"] = before
