"""What is owed follows from what is kept: rewards, their transfers in the ledger, and what is announced of them."""

from datetime import datetime

from services.referral.domain import rewards
from services.referral.domain.programs import Beneficiary, Occasion
from services.referral.domain.rewards import Due
from services.referral.domain.suspicion import Review
from services.referral.repository.dossiers import Dossier
from services.referral.use_cases import counting, histories, moving, reaching
from services.referral.use_cases.capping import Room
from services.referral.use_cases.counting import Whose
from services.referral.use_cases.histories import History
from services.referral.use_cases.moving import Day, Wanted
from shared.mongo import Document

#: What makes a reward the same, also after its member was merged: program, rule, to, generation, subject, member.
_Key = tuple[str, str, str, int, str, str]


def follow(dossier: Dossier, now: datetime) -> None:
    """Bring the rewards of a friend's joins and orders up to date, inside the running transaction.

    Derived from what is kept alone, and only differences are written: it may be called at any time, any number of
    times.
    """
    day = derive(dossier, now)
    if day is not None:
        moving.keep(day)


def derive(dossier: Dossier, now: datetime) -> Day | None:
    """What the rewards of a friend need, inside the running transaction; his cases and tallies are written already.

    With the milestones of whoever is, or was, credited with what he bought.
    """
    history = histories.read(dossier, now)
    if history is None:
        return None
    changed = counting.count(history, now)
    day = Day(history, now, Room(dossier.community))
    _settle(day)
    for program, advocate in sorted(changed | _concerned(history)):
        reaching.settle(day, program, advocate)
    return day


def _settle(day: Day) -> None:
    """The rewards of what he did himself: but for milestones, which depend on other friends."""
    history = day.history
    kept = [each for each in history.kept if each["occasion"] != Occasion.MILESTONE]
    due = {
        _key(history, each): each for each in rewards.due(history.friend, list(history.conversions.values()))
    }
    known = moving.chosen(kept, lambda stored: _kept_key(history, stored))
    for stored in kept:
        key = _kept_key(history, stored)
        moving.settle(day, stored, _wanted(history, stored, is_due=key in due and known[key] is stored))
    gone_up = [stored for stored in kept if _has_gone_up(stored)]
    for key, each in due.items():
        if key not in known and not any(_is_instead(history, stored, each) for stored in gone_up):
            _grant(day, each)
    day.due = [(each, known[key]) for key, each in due.items() if key in known]


def _concerned(history: History) -> set[Whose]:
    """Whose milestones what he bought may reach, and those that he completed."""
    counted = [each for each in history.cases.values() if each["counted"]]
    completed = [each for each in history.kept if each["occasion"] == Occasion.MILESTONE]
    return {(each["program"], history.who(each["advocate"])) for each in (*counted, *completed)}


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


def _grant(day: Day, due: Due) -> None:
    credit = day.history.conversions[due.subject].credit
    if credit is None:  # what is due is due by somebody's credit
        raise LookupError(due.subject)
    wanted = _wanted_of(day.history, due.subject, due.at, is_due=True)
    if wanted.review != Review.REFUSED:
        moving.grant(day, due, credit, wanted, friend=day.history.friend)


def _wanted(history: History, stored: Document, *, is_due: bool) -> Wanted:
    return _wanted_of(history, stored["subject"], stored["at"], is_due=is_due)


def _wanted_of(history: History, subject: str, at: datetime, *, is_due: bool) -> Wanted:
    conversion, review = history.conversions.get(subject), history.cases.get(subject, {}).get("review")
    if conversion is None or conversion.credit is None:
        return Wanted(is_due=is_due, review=review, conversion=conversion)
    settles: datetime = history.attributions[subject]["settles"]
    return Wanted(
        is_due=is_due,
        review=review,
        held_until=max(rewards.held_until(at, conversion.credit), settles),
        # What a person let pass counts from then on.
        value_date=rewards.value_date(at, conversion.credit) if review is None else None,
        conversion=conversion,
    )


def _key(history: History, due: Due) -> _Key:
    return (due.program, due.rule, str(due.to), due.generation, due.subject, history.who(due.member))


def _kept_key(history: History, stored: Document) -> _Key:
    named = (stored["program"], stored["rule"], stored["to"], stored["generation"], stored["subject"])
    return (*named, history.who(stored["member"]))
