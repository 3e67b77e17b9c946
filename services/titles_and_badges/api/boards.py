"""Boards: their definitions, their lists, and the place of a member."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from services.titles_and_badges.api import access
from services.titles_and_badges.queries import board_definitions, board_views, boards
from services.titles_and_badges.queries import previews as shown
from services.titles_and_badges.schemas import boards as schemas
from services.titles_and_badges.schemas import previews
from services.titles_and_badges.use_cases import defining_boards, previewing_boards
from shared import clock, http

blueprint = http.Blueprint("boards", description="Who stands where, in which period")

#: What takes longer is broken off here; the command line has the time.
PREVIEW_SECONDS = 15.0
#: What widgets on a busy page ask for, again and again.
_kept = http.Kept(boards.changes_here)


@blueprint.get("/boards")
@http.requires(*access.READERS)
@blueprint.response(200, schemas.BoardList)
def list_boards() -> Mapping[str, Any]:
    """List the community's boards; drafts only to admins."""
    return {"items": board_definitions.every(http.community(), drafts=access.sees_drafts())}


@blueprint.get("/boards/<id:slug>")
@http.requires(*access.READERS)
@blueprint.response(200, schemas.Board)
def show_board(slug: str) -> Mapping[str, Any]:
    """Show a board, and how points are earned on it."""
    return board_definitions.one(http.community(), slug, drafts=access.sees_drafts())


@blueprint.put("/boards/<id:slug>")
@http.requires("admin")
@blueprint.arguments(schemas.BoardDefinition)
@blueprint.response(200, schemas.Board)
def put_board(definition: dict[str, Any], slug: str) -> Mapping[str, Any]:
    """Define a board, or define it anew.

    A new one counts all that was ever done; a changed policy what is done from now on, unless `effective` says else.
    """
    defining_boards.define(http.community(), {slug: schemas.plain(definition)}, clock.now())
    return board_definitions.one(http.community(), slug, drafts=True)


@blueprint.post("/boards/<id:slug>/preview")
@http.requires("admin")
@blueprint.arguments(previews.BoardPreviewQuery, location="query", as_kwargs=True)
@blueprint.arguments(schemas.BoardDefinition)
@blueprint.response(200, previews.BoardPreview)
def preview_board(definition: dict[str, Any], slug: str, top: int, months: int) -> Mapping[str, Any]:
    """Say who would enter and leave the top, and which titles would change, if this were the definition.

    Nothing is changed.
    """
    found = previewing_boards.preview(
        http.community(), slug, schemas.plain(definition), top=top, months=months, seconds=PREVIEW_SECONDS
    )
    return shown.board(found)


@blueprint.delete("/boards/<id:slug>")
@http.requires("admin")
@blueprint.response(204)
def retire_board(slug: str) -> Response:
    """Retire a board: what is done from now on earns nothing on it; its standings stay."""
    defining_boards.retire(http.community(), slug, clock.now())
    return http.nothing()


@blueprint.get("/boards/<id:slug>/standings")
@http.requires(*access.READERS)
@blueprint.arguments(schemas.StandingsQuery, location="query", as_kwargs=True)
@blueprint.response(200, schemas.Standings)
def list_standings(
    slug: str,
    limit: int,
    window: str | None,
    period: str | None,
    cursor: str | None,
    rank: int | None,
) -> Response:
    """List a period of a board, best first: from the beginning, behind a cursor, or from a place on."""
    community = http.community()
    after = http.decode_cursor(cursor, f"standings-{slug}", str)
    asked = board_views.asked(window, period)

    def make() -> object:
        page = boards.standing(
            community, slug, asked, limit=limit, cursor=after[0] if after else None, rank=rank
        )
        following = page["next"]
        page["next"] = None if following is None else http.encode_cursor(f"standings-{slug}", following)
        return schemas.STANDINGS.dump(page)

    key = ("standings", community, slug, limit, window, period, cursor, rank)
    return _kept.answer(key, lambda: boards.revision(community, slug, asked), make)


@blueprint.get("/boards/<id:slug>/standings/<id:member_id>")
@http.requires(*access.READERS)
@blueprint.arguments(schemas.PlaceQuery, location="query", as_kwargs=True)
@blueprint.response(200, schemas.PlaceOf)
def show_place(
    slug: str, member_id: str, window: str | None, period: str | None, around: int
) -> Mapping[str, Any]:
    """Show the place of a member with his neighbours, or why he has none."""
    asked, public = board_views.asked(window, period), access.is_public(member_id)
    return boards.rank(http.community(), slug, asked, member_id, around=around, public=public)
