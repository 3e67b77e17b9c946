"""Whether everybody may look at the community's pages."""

from collections.abc import Mapping
from typing import Any

from services.titles_and_badges.queries import showing
from services.titles_and_badges.schemas import showing as schemas
from services.titles_and_badges.use_cases import showing as use_cases
from shared import http

blueprint = http.Blueprint("pages", description="Whether everybody may look at the community's pages")


@blueprint.get("/pages")
@http.requires("rep", "admin")
@blueprint.response(200, schemas.Pages)
def show_pages() -> Mapping[str, Any]:
    """Show whether the community's pages are public, and which sites may frame them."""
    return showing.setting(http.community())


@blueprint.put("/pages")
@http.requires("admin")
@blueprint.arguments(schemas.Pages)
@blueprint.response(200, schemas.Pages)
def put_pages(setting: dict[str, Any]) -> Mapping[str, Any]:
    """Show the community's pages to everybody, or to nobody any more."""
    use_cases.open_pages(http.community(), **setting)
    return showing.setting(http.community())
