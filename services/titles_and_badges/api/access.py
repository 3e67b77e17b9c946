"""Who asks: what a caller may read depends on the kind of his token."""

from shared import http

#: Every kind of token may read what widgets show.
READERS = ("publishable", "server", "rep", "admin")


def sees_drafts() -> bool:
    """Whether what is not yet in force is shown."""
    return http.grant().kind in {"admin", "rep"}


def is_public() -> bool:
    """Whether a widget asks, for whoever looks at the page."""
    return http.grant().kind == "publishable"
