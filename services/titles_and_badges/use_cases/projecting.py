"""The projector: brings standings up to date with credits, several changes at once. One at work, by a lease.

What is shown of an account stands beside it, so that a step is a difference: it may be repeated, interrupted and done
in any order, and many or few accounts at once. Each step writes to the lease, so that no two projectors can end one.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime

from services.titles_and_badges.domain.boards import Board, appearance, days
from services.titles_and_badges.domain.boards.accounts import EMPTY, Credits
from services.titles_and_badges.domain.boards.appearance import Part
from services.titles_and_badges.domain.standing import Context, Profile
from services.titles_and_badges.repository import DATABASE, communities
from services.titles_and_badges.repository.boards import accounts, definitions, standings, trees
from services.titles_and_badges.repository.boards.accounts import CREDITS_A_MARK, Key, Mark
from services.titles_and_badges.repository.boards.standings import Shown, Standing
from shared import clock, lease, mongo

LEASE = "projector"
#: Between two looks at what shows something else though nothing happened: a day began.
DUE_SECONDS = 1.0
_TURN_SECONDS = 1.0
_HOLD_SECONDS = 1.0
_MARKS = 50

#: A period's key in storage and a member.
Row = tuple[str, str]


def is_behind(community: str) -> bool:
    """Whether credits of a community are not shown yet."""
    return accounts.count_marks(community) > 0 or standings.longest_due(community, clock.now()) is not None


class Projector:
    """One process's turns at projecting; of several processes one is at work."""

    def __init__(self) -> None:
        self._lease = lease.Lease(DATABASE, LEASE)
        self._held_until = 0.0
        self._look_at = 0.0
        self._served = ""

    def turn(self) -> bool:
        """Project for about a second, if it is ours to do. Returns whether anything was done."""
        until = time.monotonic() + _TURN_SECONDS
        did = False
        while time.monotonic() < until:
            if not (self._has_work() and self._holds()):
                break
            try:
                did = self.step(clock.now()) or did
            except lease.Lost:
                self._held_until = 0.0
                break
        return did

    def step(self, now: datetime) -> bool:
        """Project the oldest marks of one community, or what is due. Raises lease.Lost."""
        community = accounts.next_community(self._served)
        if community is not None:
            self._served = community
            project(self._lease, community, (), now)
            return True
        due = standings.due(now, CREDITS_A_MARK)
        for each in sorted({whose for whose, _ in due}):
            project(self._lease, each, [key for whose, key in due if whose == each], now)
        self._look_at = time.monotonic() + (0.0 if due else DUE_SECONDS)
        return bool(due)

    def hold(self) -> bool:
        """Take or renew the lease."""
        return self._lease.hold()

    def release(self) -> None:
        """Let another one be at work at once."""
        self._lease.release()

    def _has_work(self) -> bool:
        return time.monotonic() >= self._look_at or accounts.next_community("") is not None

    def _holds(self) -> bool:
        if time.monotonic() >= self._held_until:
            if not self._lease.hold():
                self._look_at = time.monotonic() + DUE_SECONDS
                return False
            self._held_until = time.monotonic() + _HOLD_SECONDS
        return True


def alone(work: Callable[[lease.Lease], Iterator[str]]) -> Iterator[str]:
    """Do work in steps while no projector is at work, as soon as none is. Raises lease.Lost."""
    held = lease.Lease(DATABASE, LEASE)
    while not held.hold():
        time.sleep(_HOLD_SECONDS / 10)
    try:
        for each in work(held):
            yield each
            held.hold()
    finally:
        held.release()


@mongo.in_transaction(DATABASE)
def project(held: lease.Lease, community: str, due: Iterable[Key], now: datetime) -> None:
    """Show accounts as they are: those that the oldest marks name, and those that are due. Raises lease.Lost."""
    held.fence()
    marks = _for_one_step(accounts.oldest_marks(community, _MARKS))
    keys = {accounts.read(name) for each in marks for name in each.credits} | set(due)
    _show(community, keys, now)
    accounts.forget_marks(marks)


def _for_one_step(marks: Iterable[Mark]) -> list[Mark]:
    found: list[Mark] = []
    count = 0
    for each in marks:
        count += len(each.credits)
        if found and count > CREDITS_A_MARK:
            break
        found.append(each)
    return found


def _show(community: str, keys: set[Key], now: datetime) -> None:
    before = standings.shown(keys)
    after = as_of(community, accounts.load(keys), keys, now)
    changes: dict[Row, dict[Key, tuple[Part | None, Part | None]]] = {}
    for key in keys:
        was, is_now = before[key].parts if key in before else {}, after[key].parts
        for period in was.keys() | is_now.keys():
            pair = (was.get(period), is_now.get(period))
            if pair[0] != pair[1]:
                row = (standings.period_key(community, key.board, period), key.member)
                changes.setdefault(row, {})[key] = pair
    _stand(changes)
    standings.keep_shown(
        community, {key: each for key, each in after.items() if before.get(key) != each}, before
    )


def as_of(
    community: str, earned: Mapping[Key, Credits], keys: Iterable[Key], now: datetime
) -> dict[Key, Shown]:
    """What accounts show now, and until when."""
    boards = {each["slug"]: definitions.board(each) for each in definitions.of(community)}
    profiles = communities.standings({key.member for key in keys})
    stored = communities.load([community]).get(community, {})
    context = Context(profiles=profiles, zones=communities.zones(stored))
    return {key: _shown(boards.get(key.board), key, earned.get(key, EMPTY), context, now) for key in keys}


def _shown(board: Board | None, key: Key, credit: Credits, context: Context, now: datetime) -> Shown:
    if board is None or not credit.days:
        return Shown({}, None)
    zone = context.zone(now)
    today = days.day_of(now, zone)
    who = (key.member, credit.days, context.profiles.get(key.member, Profile()), today, zone)
    parts = appearance.appearance(board, *who)
    coming = appearance.next_change(board, *who)
    return Shown(parts, None if coming is None else days.start_of(coming, zone))


def _stand(changes: Mapping[Row, Mapping[Key, tuple[Part | None, Part | None]]]) -> None:
    """Change standings and the counts of their scores by what changed in their parts."""
    before = standings.load(changes)
    after = {row: _standing(row, before.get(row), parts) for row, parts in changes.items()}
    moved: dict[str, list[tuple[int, int]]] = {p: [] for p, _ in changes}
    for row, now in after.items():
        was = before.get(row)
        if was is not None and not was.hidden:
            moved[row[0]].append((was.score, -1))
        if now is not None and not now.hidden:
            moved[row[0]].append((now.score, 1))
    counted = trees.several({p: [score for score, _ in each] for p, each in moved.items()})
    for p, each in moved.items():
        for score, count in each:
            counted[p].add(score, count)
    standings.keep(after, before)
    trees.keep(counted)


def _standing(
    row: Row, before: Standing | None, parts: Mapping[Key, tuple[Part | None, Part | None]]
) -> Standing | None:
    score, on_days = (before.score, before.on_days) if before else (0, 0)
    for was, now in parts.values():
        score += (now.points if now else 0) - (was.points if was else 0)
        on_days += (now.on_days if now else 0) - (was.on_days if was else 0)
    if on_days == 0:
        return None
    hidden = [now.hidden for _, now in parts.values() if now is not None]
    return Standing(
        member=row[1],
        score=score,
        on_days=on_days,
        reached=_reached(row, before, parts),
        hidden=hidden[0] if hidden else before is not None and before.hidden,
    )


def _reached(
    row: Row, before: Standing | None, parts: Mapping[Key, tuple[Part | None, Part | None]]
) -> datetime:
    """When the last points were earned: what other accounts show is asked only where the latest one lost them."""
    now = max((each.reached for _, each in parts.values() if each is not None), default=None)
    if before is None:
        return now or clock.BEGINNING
    latest_lost = any(was is not None and was.reached == before.reached for was, _ in parts.values())
    if not latest_lost:
        return max(before.reached, now) if now else before.reached
    if now is not None and now >= before.reached:
        return now
    key = next(iter(parts))
    period = row[0].split(":", 2)[2]
    others = standings.shown_parts(key.member, key.board, period)
    rest = [part.reached for name, part in others.items() if name not in parts]
    return max([*rest, *([now] if now else [])], default=before.reached)
