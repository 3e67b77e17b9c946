"""How members are asked whether they are satisfied, and whether they want to recommend."""

from typing import Any

from tests.fixtures import Door
from tests.strangers import PROGRAM

AT = "2026-05-01T12:00:00Z"


def define(door: Door, **more: Any) -> Any:
    """Define the program `friends`."""
    return door("PUT", "/v1/programs/friends", {**PROGRAM, "disclosure": "I get 5 € for it.", **more})


def answer(door: Door, member: str = "ann", at: str = AT, **said: Any) -> Any:
    """Let a member answer."""
    return door("POST", "/v1/satisfaction", {"member": member, "at": at, **said})


def candidate(door: Door, member: str = "ann") -> dict[str, Any]:
    """What a member is considered for."""
    found = door("GET", "/v1/candidates").json["items"]
    return next(each for each in found if each["member"] == member)


def invite(door: Door, member: str = "ann", kind: str = "rep") -> Any:
    """Invite a member, as somebody with such a token."""
    asked = Door(door.client, door.settings, door.community, kind)
    return asked("POST", "/v1/invitations", {"program": "friends", "member": member})


def invited(door: Door, member: str = "ann") -> str:
    """Invite a member. Returns the invitation."""
    found: str = invite(door, member).json["invitation"]["id"]
    return found
