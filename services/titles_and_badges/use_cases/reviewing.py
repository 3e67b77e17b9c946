"""Before a month is sealed, what looks arranged is held: left out, and visibly pending until somebody decides.

What is held counts on no board. A decision, or its undoing, counts the member anew, and a month that was sealed gets
another revision.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from services.titles_and_badges.domain import holds as rules
from services.titles_and_badges.domain.boards import windows
from services.titles_and_badges.domain.holds import Suspicion
from services.titles_and_badges.repository import (
    DATABASE,
    candidates,
    closings,
    communities,
    holds,
    seals,
    titles,
)
from services.titles_and_badges.repository.boards import definitions, standings
from services.titles_and_badges.use_cases import closing, counting
from shared import mongo, work
from shared.errors import Conflict, NotFound
from shared.mongo import Document
from shared.work import Mark

#: Members whose credits changed because something of theirs is held, or is no longer.
RECOUNT = "recount-held"
#: So many of each board are looked at, from the first place on: who could gain by it.
EXAMINED = 500
_AT_ONCE = 50

COUNT, LEAVE_OUT, UNDO = "count", "leave-out", "undo"
_STATES = {COUNT: holds.COUNTED, LEAVE_OUT: holds.LEFT_OUT, UNDO: holds.OPEN}


def is_examined(community: str, period: str) -> bool:
    """Whether a month was looked at since it was last sealed."""
    return period in closings.load(community).get("examined", ())


def examine(community: str, period: str, now: datetime) -> None:
    """Hold what looks arranged among what the first of each board were given in a month. May be done again."""
    with mongo.snapshot(DATABASE):
        of = candidates.month(community, period, communities.load([community]).get(community, {}))
        given: dict[str, Iterable[Any]] = {}
        members = sorted(_first_of_boards(community, period))
        rules_of_boards = definitions.rules(community, communities.load([community]))
        for start in range(0, len(members), _AT_ONCE):
            some = members[start : start + _AT_ONCE]
            deeds = titles.deeds_between(some, of.first, of.until)
            given |= {
                member: [fact for fact in each if rules_of_boards.concerned(fact)]
                for member, each in deeds.items()
            }
    _hold(community, period, rules.suspicions(given), now)


@mongo.in_transaction(DATABASE)
def decide(
    community: str, name: str, *, decision: str, reason: str, decided_by: str | None, now: datetime
) -> Document:
    """Let what is held count, leave it out for good, or undo what was decided. Deciding it again changes nothing.

    Raises NotFound, or Conflict where there is nothing to undo.
    """
    hold = holds.one(community, name)
    if hold is None:
        raise NotFound("hold", name)
    state = _STATES[decision]
    if hold["state"] == state:
        if decision == UNDO:
            message = "Nothing was decided about it that could be undone."
            raise Conflict(message)
        return hold
    taken = {"decision": decision, "reason": reason, "by": decided_by, "at": now}
    holds.decide(name, state, taken)
    _count_anew(community, [hold["member"]])
    if seals.revision(community, hold["period"]) is not None:
        closings.order(community, [hold["period"]])
        work.add(DATABASE, closing.SEAL, community)
    return {**hold, "state": state, "decisions": [*hold["decisions"], taken]}


def recount_held(mark: Mark) -> Mapping[str, Any] | None:
    """One step: no batch that has not seen the hold can end after the barrier; then the members are counted anew."""
    if not mark.get("barrier"):
        communities.raise_barrier()
        return {"barrier": True}
    done = mark.get("done", 0)
    some = counting.for_one_step(mark["members"][done:])
    counting.recount_members(mark["community"], some)
    done += len(some)
    return {"done": done} if done < len(mark["members"]) else None


STEPS = {RECOUNT: recount_held}


@mongo.in_transaction(DATABASE)
def _hold(community: str, period: str, found: Iterable[Suspicion], now: datetime) -> None:
    known = holds.of_period(community, period)
    new, grown = [], []
    for each in found:
        document = _document(community, period, each, now)
        before = known.get(document["_id"])
        if before is None:
            new.append(document)
        elif before["activities"] != document["activities"]:
            grown.append(document)
    holds.keep(community, new, grown)
    making = seals.working(community, period)
    if (new or grown) and making is not None:
        seals.drop(making["_id"])  # it may hold standings of before
    closings.put_examined(community, period)
    _count_anew(community, sorted({each["member"] for each in (*new, *grown)}))


def _document(community: str, period: str, each: Suspicion, now: datetime) -> Document:
    return {
        "_id": holds.key(community, period, each),
        "community": community,
        "period": period,
        "member": each.member,
        "giver": each.giver,
        "rule": each.rule,
        "activities": list(each.activities),
        "of": each.of,
        "state": holds.OPEN,
        "opened": now,
        "decisions": [],
    }


def _count_anew(community: str, members: list[str]) -> None:
    if members:
        work.add(DATABASE, RECOUNT, community, members=members)


def _first_of_boards(community: str, period: str) -> set[str]:
    found: set[str] = set()
    for each in definitions.of(community):
        p = standings.period_key(community, each["slug"], f"{windows.MONTH}:{period}")
        found |= {row.member for row in standings.after(p, None, EXAMINED)}
    return found
