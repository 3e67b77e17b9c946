"""Budgets are made and changed."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from services.referral.domain import budgets as rules
from services.referral.domain.budgets import Budget
from services.referral.repository import DATABASE, audit, budgets
from shared import clock, mongo
from shared.errors import Conflict

MOST_BUDGETS = 1_000


@mongo.in_transaction(DATABASE)
def define(community: str, wanted: Budget, by: str, now: datetime) -> Budget:
    """Make a budget, or change it; what is reserved and spent stays. Raises Refused's children."""
    before = budgets.load(community, wanted.slug)
    if before is None and len(budgets.every(community)) >= MOST_BUDGETS:
        message = f"A community has {MOST_BUDGETS} budgets at most."
        raise Conflict(message)
    after = wanted if before is None else rules.change(before, wanted)
    if after != before:
        budgets.keep(community, after)
        audit.note(
            community,
            by=by,
            act="budget.made" if before is None else "budget.changed",
            thing=f"budget:{wanted.slug}",
            now=now,
            before=None if before is None else _plain(before),
            after=_plain(after),
        )
    return after


def _plain(budget: Budget) -> dict[str, Any]:
    return {name: _written(value) for name, value in asdict(budget).items()}


def _written(value: object) -> object:
    match value:
        case datetime():
            return clock.text(value)
        case timedelta():
            return f"{int(value.total_seconds())}s"
        case frozenset():
            return sorted(value)
    return value
