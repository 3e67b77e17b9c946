"""Budgets, by community and slug."""

from datetime import timedelta
from typing import Any

from pymongo.collection import Collection

from services.referral.documents import DATABASE
from services.referral.domain.budgets import Budget
from shared import mongo
from shared.mongo import Document

_AS_THEY_ARE = (
    "slug",
    "name",
    "team",
    "currency",
    "limit_minor",
    "begins",
    "ends",
    "approval_above_minor",
    "grant_maximum_minor",
    "reserved_minor",
    "spent_minor",
)


def load(community: str, slug: str) -> Budget | None:
    """A budget, None where there is none."""
    stored = _budgets().find_one({"_id": _key(community, slug)})
    return None if stored is None else _budget(stored)


def every(community: str) -> list[Budget]:
    """The budgets of a community, by slug."""
    return [_budget(each) for each in _budgets().find({"community": community}).sort("slug", 1)]


def keep(community: str, budget: Budget) -> None:
    """Keep a budget, inside the running transaction, which must have read it: whoever else writes it collides."""
    written: dict[str, Any] = {name: getattr(budget, name) for name in _AS_THEY_ARE}
    document = {
        "community": community,
        **{name: value for name, value in written.items() if value is not None},
        "patience_seconds": int(budget.patience.total_seconds()),
        "reps": sorted(budget.reps),
    }
    _budgets().replace_one({"_id": _key(community, budget.slug)}, document, upsert=True)


def _budget(stored: Document) -> Budget:
    return Budget(
        **{name: stored[name] for name in _AS_THEY_ARE if name in stored},
        patience=timedelta(seconds=stored["patience_seconds"]),
        reps=frozenset(stored["reps"]),
    )


def _key(community: str, slug: str) -> str:
    return f"{community}|{slug}"


def _budgets() -> Collection[Document]:
    return mongo.collection(DATABASE, "budgets")
