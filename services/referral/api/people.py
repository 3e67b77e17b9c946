"""Whom a caller means, and under which address people reach us."""

from flask import current_app

from shared import http, identity
from shared.errors import NotFound


def member_key() -> bytes:
    """The secret from which the ids of members are made."""
    found: bytes = current_app.config["MEMBER_KEY"]
    return found


def member(external_id: str) -> str:
    """The id of a member of the caller's community by the community's own id for him."""
    return identity.member_id(member_key(), http.community(), external_id)


def check_himself(external_id: str) -> None:
    """Raise NotFound where a page asks for somebody else than whom its token was minted for.

    What somebody earns is shown on a page to himself alone.
    """
    if asks_himself() and http.grant().subject != f"member:{external_id}":
        raise NotFound("member", external_id)


def asks_himself() -> bool:
    """Whether a page asks in a member's own name: it is told of nobody else."""
    return http.grant().kind == "publishable"


def public_address() -> str:
    """The address under which links are followed, without a slash at its end."""
    found: str = current_app.config["PUBLIC_URL"]
    return found
