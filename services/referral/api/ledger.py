"""The ledger, for whoever has to check it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response

from services.referral.api import people
from services.referral.queries import ledger as queries
from services.referral.schemas import rewards as schemas
from shared import http

blueprint = http.Blueprint("ledger", description="Every movement of what is owed, in double entry")

_ENTRY = schemas.LedgerEntry()


@blueprint.get("/ledger")
@http.requires("admin")
@blueprint.arguments(schemas.LedgerQuery, location="query", as_kwargs=True)
@blueprint.response(200, http.page_of(schemas.LedgerEntry))
def list_ledger(limit: int, member: str | None, cursor: str | None = None) -> Response:
    """List the ledger's entries, the oldest first; of all, or of one member."""
    kind = f"ledger-{member or ''}"
    after = http.decode_cursor(cursor, kind, datetime, str)
    who = None if member is None else people.member(member)
    rows = queries.page(http.community(), member=who, after=after, limit=limit + 1)
    return http.page(
        rows, limit=limit, kind=kind, position=lambda row: (row["time"], row["id"]), schema=_ENTRY
    )


@blueprint.get("/ledger/balance")
@http.requires("server", "rep", "admin")
@blueprint.response(200, schemas.LedgerBalance)
def show_ledger_balance() -> Mapping[str, Any]:
    """Show what lies on each kind of account, by currency: everything sums to zero, at every moment."""
    return {"items": queries.balance(http.community())}
