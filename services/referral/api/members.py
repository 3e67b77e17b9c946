"""People who are known here: to be forgotten."""

from flask import Response

from services.referral.api import people
from services.referral.use_cases import following
from shared import clock, http

blueprint = http.Blueprint("members", description="People who are known here")


@blueprint.delete("/members/<id:member_id>")
@http.requires("server", "admin")
@blueprint.response(204)
def erase_member(member_id: str) -> Response:
    """Erase somebody whom the community never declared as a member: a buyer, a friend.

    A member is refused (409): `activity` erases him, here too. Sums and trees stay, done and grown by a stranger.
    """
    following.erase(http.community(), people.member(member_id), clock.now())
    return http.nothing()
