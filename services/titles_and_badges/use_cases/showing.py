"""What a community shows to everybody."""

from collections.abc import Sequence

from services.titles_and_badges.repository import DATABASE, showing
from shared import mongo


@mongo.in_transaction(DATABASE)
def open_pages(community: str, *, public: bool, origins: Sequence[str]) -> None:
    """Show the community's pages to everybody, or to nobody; `origins` may hold them in a frame."""
    showing.keep(community, public=public, origins=origins)
