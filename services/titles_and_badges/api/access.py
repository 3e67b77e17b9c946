"""Who asks: what a caller may read depends on the kind of his token."""

from shared import http

#: Every kind of token may read what widgets show.
READERS = ("publishable", "server", "rep", "admin")


def sees_drafts() -> bool:
    """Whether what is not yet in force is shown."""
    return http.grant().kind in {"admin", "rep"}


def is_public(member: str | None = None) -> bool:
    """Whether a widget asks about a member for whoever looks at the page, and not for the member himself.

    He is known by a token that was minted for him: its subject is `member:` and his id.
    """
    return http.grant().kind == "publishable" and (
        member is None or http.grant().subject != f"member:{member}"
    )
