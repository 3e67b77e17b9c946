"""Loops edge by edge, who descends from whom, and what it grows to."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response

from services.referral.api import people
from services.referral.queries import growth
from services.referral.queries import loops as queries
from services.referral.schemas import loops as schemas
from shared import http

blueprint = http.Blueprint(
    "loops", description="Loops edge by edge, who descends from whom, and what it grows to"
)

_LOOP, _DESCENDANT = schemas.LoopLine(), schemas.Descendant()


@blueprint.get("/loops")
@http.requires("server", "rep", "admin")
@blueprint.arguments(schemas.LoopQuery, location="query", as_kwargs=True)
@blueprint.response(200, http.page_of(schemas.LoopLine))
def list_loops(limit: int, cursor: str | None = None, **which: str | None) -> Response:
    """List loops, those that began last first; of a program, in a state, of an advocate, of a friend."""
    kind = "-".join(["loops", *(which[name] or "" for name in sorted(which))])
    before = http.decode_cursor(cursor, kind, datetime, str)
    wanted = {name: people.member(which[name] or "") for name in ("advocate", "friend") if which[name]}
    rows = queries.latest(http.community(), {**which, **wanted}, before=before, limit=limit + 1)
    return http.page(
        rows, limit=limit, kind=kind, position=lambda row: (row["began"], row["id"]), schema=_LOOP
    )


@blueprint.get("/loops/<id:loop>")
@http.requires("server", "rep", "admin")
@blueprint.response(200, schemas.Loop)
def show_loop(loop: str) -> Mapping[str, Any]:
    """Show a loop with every edge and the evidence for each."""
    return queries.one(http.community(), loop)


@blueprint.get("/advocates/<id:member_id>/tree")
@http.requires("server", "rep", "admin")
@blueprint.arguments(schemas.TreeQuery, location="query", as_kwargs=True)
@blueprint.response(200, schemas.Tree)
def show_tree(program: str | None, limit: int, member_id: str, cursor: str | None = None) -> Response:
    """Show who descends from a member: counts by generation, and a page of them."""
    member, kind = people.member(member_id), f"tree-{program or ''}-{member_id}"
    queries.need(member, member_id)
    after = http.decode_cursor(cursor, kind, str)
    counts = queries.generations(program, member)
    rows = queries.descendants(program, member, after=after[0] if after else "", limit=limit + 1)
    beside = {
        "member": member_id,
        "program": program,
        "generations": [{"generation": number, "members": count} for number, count in counts.items()],
        "total": sum(counts.values()),
    }
    return http.page(
        rows, limit=limit, kind=kind, position=lambda row: (row["id"],), schema=_DESCENDANT, beside=beside
    )


@blueprint.get("/programs/<id:slug>/growth")
@http.requires("rep", "admin")
@blueprint.response(200, schemas.Growth)
def show_growth(slug: str) -> Mapping[str, Any]:
    """Show how many each advocate brings, how long a turn takes, and how many loops come from state to state."""
    return growth.of_program(http.community(), slug)
