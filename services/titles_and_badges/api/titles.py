"""Titles and sealed months: who carried the community, why, and how to check it."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from services.titles_and_badges.api import access
from services.titles_and_badges.queries import previews as shown
from services.titles_and_badges.queries import seals, title_reasons
from services.titles_and_badges.queries import titles as queries
from services.titles_and_badges.schemas import previews
from services.titles_and_badges.schemas import titles as schemas
from services.titles_and_badges.use_cases import defining_titles, previewing_titles
from shared import clock, http

blueprint = http.Blueprint("titles", description="Titles, their holders, and sealed months")

#: What takes longer is broken off here; the command line has the time.
PREVIEW_SECONDS = 15.0
HOLDERS = http.page_of(schemas.Holder)
_HOLDER = schemas.Holder()
_PERIOD = schemas.Period()
_ROW = schemas.SealedRow()


@blueprint.get("/titles")
@http.requires(*access.READERS)
@blueprint.response(200, schemas.TitleList)
def list_titles() -> Mapping[str, Any]:
    """List the community's titles; drafts only to admins."""
    return {"items": queries.every(http.community(), drafts=access.sees_drafts())}


@blueprint.get("/titles/<id:slug>")
@http.requires(*access.READERS)
@blueprint.response(200, schemas.ShownTitle)
def show_title(slug: str) -> Mapping[str, Any]:
    """Show a title."""
    return queries.one(http.community(), slug, drafts=access.sees_drafts())


@blueprint.put("/titles/<id:slug>")
@http.requires("admin")
@blueprint.arguments(schemas.Title)
@blueprint.response(200, schemas.ShownTitle)
def put_title(definition: dict[str, Any], slug: str) -> Mapping[str, Any]:
    """Define a title, or define it anew: for months that are not sealed yet."""
    defining_titles.define(http.community(), {slug: definition}, clock.now())
    return queries.one(http.community(), slug, drafts=True)


@blueprint.post("/titles/<id:slug>/preview")
@http.requires("admin")
@blueprint.arguments(previews.PreviewQuery, location="query", as_kwargs=True)
@blueprint.arguments(schemas.Title)
@blueprint.response(200, previews.TitlePreview)
def preview_title(definition: dict[str, Any], slug: str, months: int) -> Mapping[str, Any]:
    """Say who would hold it in the last sealed months if this were the definition, and change nothing."""
    found = previewing_titles.preview(
        http.community(), slug, definition, months=months, seconds=PREVIEW_SECONDS
    )
    return shown.title(found)


@blueprint.delete("/titles/<id:slug>")
@http.requires("admin")
@blueprint.response(204)
def retire_title(slug: str) -> Response:
    """Retire a title: what was held stays, and no later month has a holder."""
    defining_titles.retire(http.community(), slug, clock.now())
    return http.nothing()


@blueprint.get("/titles/<id:slug>/holders")
@http.requires(*access.READERS)
@blueprint.arguments(http.PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, HOLDERS)
def list_title_holders(limit: int, slug: str, cursor: str | None = None) -> Response:
    """List who holds a title, the latest month first."""
    before = http.decode_cursor(cursor, f"title-{slug}", str, int, str)
    rows = queries.holders(http.community(), slug, before=before, limit=limit + 1)
    return http.page(
        rows,
        limit=limit,
        kind=f"title-{slug}",
        position=lambda row: (row["period"], row["place"], row["key"]),
        schema=_HOLDER,
    )


@blueprint.get("/periods")
@http.requires(*access.READERS)
@blueprint.arguments(http.PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, http.page_of(schemas.Period))
def list_periods(limit: int, cursor: str | None = None) -> Response:
    """List the sealed months, the latest first, each at its latest revision."""
    before = http.decode_cursor(cursor, "periods", str)
    rows = seals.latest(http.community(), before=before[0] if before else None, limit=limit + 1)
    return http.page(rows, limit=limit, kind="periods", position=lambda row: (row["period"],), schema=_PERIOD)


@blueprint.get("/periods/<id:period>")
@http.requires(*access.READERS)
@blueprint.arguments(schemas.RevisionQuery, location="query", as_kwargs=True)
@blueprint.response(200, schemas.Month)
def show_period(period: str, revision: int | None = None) -> Mapping[str, Any]:
    """Show a sealed month: every title's holders and why, at its latest revision or an earlier one."""
    return queries.month(http.community(), period, revision)


@blueprint.get("/periods/<id:period>/boards/<id:slug>")
@http.requires(*access.READERS)
@blueprint.arguments(schemas.RowsQuery, location="query", as_kwargs=True)
@blueprint.response(200, http.page_of(schemas.SealedRow))
def show_sealed_board(
    limit: int, period: str, slug: str, cursor: str | None = None, revision: int | None = None
) -> Response:
    """Show a board as it was sealed, the best first."""
    kind = f"sealed-{period}-{slug}-{revision or ''}"
    after = http.decode_cursor(cursor, kind, int)
    rows = seals.standing(
        http.community(), period, slug, number=revision, first=after[0] + 1 if after else 0, limit=limit + 1
    )
    return http.page(rows, limit=limit, kind=kind, position=lambda row: (row["position"],), schema=_ROW)


@blueprint.get("/members/<id:member_id>/titles")
@http.requires(*access.READERS)
@blueprint.arguments(http.PageQuery, location="query", as_kwargs=True)
@blueprint.response(200, HOLDERS)
def list_titles_of_member(limit: int, member_id: str, cursor: str | None = None) -> Response:
    """List the titles that a member holds, the latest month first."""
    after = http.decode_cursor(cursor, "member-titles", str, str)
    rows = queries.of_member(http.community(), member_id, public=access.is_public(member_id))
    if after is not None:
        rows = [row for row in rows if _is_behind(row, after)]
    return http.page(
        rows[: limit + 1],
        limit=limit,
        kind="member-titles",
        position=lambda row: (row["period"], row["title"]),
        schema=_HOLDER,
    )


@blueprint.get("/members/<id:member_id>/titles/<id:slug>")
@http.requires(*access.READERS)
@blueprint.arguments(schemas.MonthQuery, location="query", as_kwargs=True)
@blueprint.response(200, schemas.TitleExplanation)
def explain_title(member_id: str, slug: str, period: str | None = None) -> Mapping[str, Any]:
    """Say why a member holds a title of a month, why not, and what next."""
    return title_reasons.explanation(
        http.community(), member_id, slug, period=period, public=access.is_public(member_id), now=clock.now()
    )


def _is_behind(row: Mapping[str, Any], after: tuple[str, str]) -> bool:
    month, title = after
    return bool(row["period"] < month or (row["period"] == month and row["title"] > title))
