"""What is owed follows from what is kept: rewards, their transfers in the ledger, and what is announced of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from services.referral.domain import rewards, settling
from services.referral.domain.programs import Beneficiary, Occasion
from services.referral.domain.rewards import Conversion, Credit, Due
from services.referral.domain.settling import Move, Moved, Target
from services.referral.repository import DATABASE, attributions, cases, people
from services.referral.repository import ledger as books
from services.referral.repository import rewards as store
from services.referral.repository.dossiers import Dossier
from services.referral.use_cases import announcing, capping, counting, histories
from services.referral.use_cases.capping import Room
from services.referral.use_cases.histories import History
from shared import outbox
from shared.events import referral as events
from shared.mongo import Document

HELD, IN_REVIEW, RELEASED, REVERSED, REFUSED = "held", "in-review", "released", "reversed", "refused"

#: What makes a reward the same, also after its member was merged: program, rule, to, generation, subject, member.
_Key = tuple[str, str, str, int, str, str]


@dataclass(slots=True)
class Day:
    """What is to be written in one transaction; `due`: what it follows from, each with the reward that is kept."""

    history: History
    now: datetime
    room: Room
    changed: dict[str, Document] = field(default_factory=dict)
    moves: list[tuple[Document, Move]] = field(default_factory=list)
    frozen: set[str] = field(default_factory=set)
    due: list[tuple[Due, Document]] = field(default_factory=list)


def follow(dossier: Dossier, now: datetime) -> None:
    """Bring the rewards of a friend's joins and orders up to date, inside the running transaction.

    Derived from what is kept alone, and only differences are written: it may be called at any time, any number of
    times.
    """
    day = derive(dossier, now)
    if day is not None:
        _keep(day)


def derive(dossier: Dossier, now: datetime) -> Day | None:
    """What the rewards of a friend need, inside the running transaction; his cases and tallies are written already."""
    history = histories.read(dossier, now)
    if history is None:
        return None
    tallies = counting.count(history, now)
    kept = {each["_id"]: each for each in history.kept}
    if tallies and (history.lost or _has_milestones(history)):
        kept |= {each["_id"]: each for each in store.milestones(people.merged(_advocates(tallies)))}
    day = Day(history, now, Room(dossier.community))
    due = {_key(history, each): each for each in _due(history, tallies)}
    known = {_kept_key(history, stored): stored for stored in kept.values()}
    for stored in kept.values():
        _settle(day, stored, is_due=_is_due(history, stored, due, tallies))
    gone_up = [stored for stored in kept.values() if _has_gone_up(stored)]
    for key, each in due.items():
        if key not in known and not any(_is_instead(history, stored, each) for stored in gone_up):
            _grant(day, each)
    day.due = [(each, known[key]) for key, each in due.items() if key in known]
    return day


def _has_gone_up(stored: Document) -> bool:
    """Whether a share of who stood above was released, and stays."""
    stays = stored["released"] and stored["reversed_minor"] < stored["amount_minor"]
    return bool(stays and stored["to"] == Beneficiary.UPSTREAM)


def _is_instead(history: History, stored: Document, due: Due) -> bool:
    """Whether a share went up already, to somebody who stands there no more, or from where he stood before."""
    shares = (due.program, due.rule, str(due.to), due.subject)
    same = shares == (stored["program"], stored["rule"], stored["to"], stored["subject"])
    return same and (
        due.generation == stored["generation"] or history.who(due.member) == history.who(stored["member"])
    )


def _has_milestones(history: History) -> bool:
    terms = [each.credit.terms for each in history.conversions.values() if each.credit is not None]
    return any(rule.on is Occasion.MILESTONE for each in terms for rule in each.rewards)


def _due(history: History, tallies: counting.Tallies) -> Iterable[Due]:
    yield from rewards.due(history.friend, list(history.conversions.values()))
    counted = [each for each in history.conversions.values() if rewards.counts(each)]
    for each in counted:
        credit = each.credit
        if credit is not None and (found := tallies.get(_tally(history, credit))):
            yield from rewards.milestones(credit, found[1], each.at)


def _is_due(history: History, stored: Document, due: Mapping[_Key, Due], tallies: counting.Tallies) -> bool:
    if stored["occasion"] != Occasion.MILESTONE:
        return _kept_key(history, stored) in due
    name = cases.tally(history.community, stored["program"], stored["advocate"])
    _, friends = tallies.get(name) or cases.tallies([name]).get(name, (0, 0))
    return bool(friends >= stored["friends"])


def _grant(day: Day, due: Due) -> None:
    credit = _credit(day.history, due)
    if _review(day.history, due.subject) == cases.REFUSED:
        return
    stored = capping.grant(day.history, due, credit, day.room) | {"accrued_at": day.now}
    _wait(day, stored)
    if stored["amount_minor"]:
        _take(day, stored, settling.accrue(store.account(stored), str(due.occasion)))
    _settle(day, stored, is_due=True)


def _settle(day: Day, stored: Document, *, is_due: bool) -> None:
    """Move what has to be moved until a reward is as it ought to be."""
    before = dict(stored)
    if stored["amount_minor"]:
        _wait(day, stored)
        conversion = day.history.conversions.get(stored["subject"])
        wanted = _target(day, stored, conversion, is_due=is_due)
        for move in settling.moves(store.account(stored), capping.resettle(stored, wanted, day.room)):
            _take(day, stored, move)
    _name_state(day, stored)
    if stored != before or stored["_id"] in day.changed:
        day.changed[stored["_id"]] = stored


def _target(day: Day, stored: Document, conversion: Conversion | None, *, is_due: bool) -> Target:
    review = _review(day.history, stored["subject"])
    found = settling.target(store.account(stored), conversion, is_due=is_due, refused=review == cases.REFUSED)
    free = is_due and review in {None, cases.PAID} and stored["held_until"] <= day.now
    return Target(reversed_minor=found.reversed_minor, reason=found.reason, release=free)


def _wait(day: Day, stored: Document) -> None:
    """Until when it waits: the program's hold, shorter for good standing while that lasts, and a late click's time."""
    credit = _credit_of(day.history, stored)
    of_others = stored["occasion"] == Occasion.MILESTONE and "held_until" in stored
    if credit is None or of_others or stored["released"]:
        return
    stored["held_until"] = max(rewards.held_until(stored["at"], credit), _settles(day.history, stored))


def _settles(history: History, stored: Document) -> datetime:
    """From when on no late click changes what it is for: a milestone, for all that the friend bought in its program."""
    attribution = history.attributions.get(stored["subject"])
    decided = _bought(history, stored["program"]) if attribution is None else [attribution]
    settles: list[datetime] = [each["settles"] for each in decided]
    return max(settles, default=stored["at"])


def _bought(history: History, program: str) -> list[Document]:
    """The decisions of a friend's purchases in a program."""
    counted = {name: each.credit for name, each in history.conversions.items() if rewards.counts(each)}
    ours = [name for name, credit in counted.items() if credit is not None and credit.program == program]
    return [history.attributions[name] for name in ours]


def _take(day: Day, stored: Document, move: Move) -> None:
    after = move.after
    stored.update(reversed_minor=after.reversed_minor, released=after.released, steps=after.steps)
    if move.moved is Moved.RELEASED:
        stored["released_at"] = day.now
        stored |= _dated_back(day, stored)
        day.frozen.add(stored["subject"])
    if move.moved in {Moved.REVERSED, Moved.RESTORED}:
        stored["reason"] = move.reason
    day.moves.append((dict(stored), move))
    day.changed[stored["_id"]] = stored


def _dated_back(day: Day, stored: Document) -> Document:
    """From when on it counts for a month: since its hold was over, whenever we were told.

    What a person let pass counts from then on, and good standing hurries nothing into a month before it.
    """
    credit = _credit_of(day.history, stored)
    if credit is None or _review(day.history, stored["subject"]) is not None:
        return {}
    over = rewards.held_until(stored["at"], replace(credit, trusted=False))
    return {"value_date": over} if over < day.now else {}


def _name_state(day: Day, stored: Document) -> None:
    stored["state"] = _state(day, stored)
    if stored["state"] == HELD:
        stored["ripe"] = stored["held_until"]
    else:
        stored.pop("ripe", None)


def _state(day: Day, stored: Document) -> str:
    if not stored["amount_minor"]:
        return REFUSED
    if stored["reversed_minor"] == stored["amount_minor"]:
        return REVERSED
    if stored["released"]:
        return RELEASED
    return IN_REVIEW if _review(day.history, stored["subject"]) == cases.OPEN else HELD


def _keep(day: Day) -> None:
    """Write it all: rewards, transfers, caps, what is frozen now, and what is announced."""
    community = day.history.community
    store.keep(list(day.changed.values()))
    books.post(
        [settling.transfer(community, move, day.now, stored.get("value_date")) for stored, move in day.moves]
    )
    day.room.keep()
    if day.frozen:
        attributions.freeze(day.frozen)
    announced = [announcing.reward(stored, move, day.now) for stored, move in day.moves]
    outbox.add(DATABASE, community, events.EVENTS.name, map(events.message, announced))


def _credit(history: History, due: Due) -> Credit:
    found = _credits(history, due.subject, due.program, due.member)
    if found is None:  # what is due is due by somebody's credit
        raise LookupError(due.subject)
    return found


def _credit_of(history: History, stored: Document) -> Credit | None:
    return _credits(history, stored["subject"], stored["program"], history.who(stored["member"]))


def _credits(history: History, subject: str, program: str, member: str) -> Credit | None:
    """Whose credit something is; a milestone is its member's own, of any of the friend's purchases from him."""
    if subject in history.conversions:
        return history.conversions[subject].credit
    every = (each.credit for each in history.conversions.values() if rewards.counts(each))
    own = (each for each in every if each is not None and each.advocate == member)
    return next((each for each in own if each.program == program), None)


def _review(history: History, subject: str) -> str | None:
    found: str | None = history.cases.get(subject, {}).get("review")
    return found


def _advocates(tallies: Iterable[str]) -> set[str]:
    return {each.split("|")[-1] for each in tallies}


def _tally(history: History, credit: Credit) -> str:
    return cases.tally(history.community, credit.program, credit.advocate)


def _key(history: History, due: Due) -> _Key:
    return (due.program, due.rule, str(due.to), due.generation, due.subject, history.who(due.member))


def _kept_key(history: History, stored: Document) -> _Key:
    named = (stored["program"], stored["rule"], stored["to"], stored["generation"], stored["subject"])
    return (*named, history.who(stored["member"]))
