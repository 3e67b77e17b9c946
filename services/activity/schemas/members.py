"""Members and communities."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate

from services.activity.domain import profiles
from services.activity.schemas.activities import identifier, short
from shared.http import Moment

ROLES = ("member", "staff", "bot")
LONGEST_NAME = 200
LONGEST_GRACE_HOURS = 24 * 28


def time_zone(name: str) -> None:
    """Refuse what is not a time zone of the IANA database."""
    if not profiles.is_time_zone(name):
        reason = "There is no such time zone; names are those of the IANA database, such as Europe/Kyiv."
        raise ValidationError(reason)


class _TrueOrFalse(fields.Boolean):
    """A boolean, and no number that equals one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:  # noqa: ANN401, ARG002
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class MemberChange(Schema):
    """What a community says of a member. `since` is from when role, opt-out, time zone and pause hold.

    Without `since`, what is said first holds since always, and a change from now on; but who is found to be a bot has
    always been one, and a pause begins now. While a member pauses, his streaks wait; `time_zone` is his own, for
    streaks in members' zones; `joined` is when his tenure begins.
    """

    name = short(LONGEST_NAME)
    role = fields.String(validate=validate.OneOf(ROLES))
    opted_out = _TrueOrFalse()
    time_zone = fields.String(validate=time_zone)
    paused = _TrueOrFalse()
    joined = Moment()
    since = Moment()


class MemberItem(MemberChange):
    """The same in a batch, with the community's own id of the member."""

    id = identifier(required=True)


class Identity(Schema):
    """An account on a network."""

    network = fields.String(required=True)
    account = fields.String(required=True)


class RoleSince(Schema):
    """A role, and from when it holds."""

    role = fields.String(required=True)
    since = Moment(required=True)


class OptOutSince(Schema):
    """Whether the member stays out of recognition, and from when."""

    opted_out = fields.Boolean(required=True)
    since = Moment(required=True)


class PauseSince(Schema):
    """Whether the member pauses, and from when."""

    paused = fields.Boolean(required=True)
    since = Moment(required=True)


class ZoneSince(Schema):
    """A time zone, and from when it holds."""

    zone = fields.String(required=True)
    since = Moment(required=True)


class Member(Schema):
    """A member. One who is merged into another is shown as the survivor; `id` is then the survivor's."""

    id = fields.String(required=True)
    name = fields.String(allow_none=True)
    role = fields.String(required=True)
    opted_out = fields.Boolean(required=True)
    roles = fields.List(fields.Nested(RoleSince), required=True)
    opt_outs = fields.List(fields.Nested(OptOutSince), required=True)
    time_zones = fields.List(fields.Nested(ZoneSince), required=True)
    pauses = fields.List(fields.Nested(PauseSince), required=True)
    joined = Moment(allow_none=True)
    identities = fields.List(fields.Nested(Identity))
    also_known_as = fields.List(fields.String())


class Merge(Schema):
    """Into whom a member is merged, for ever."""

    into = identifier(required=True)


class Community(Schema):
    """A community."""

    slug = fields.String(required=True)
    name = fields.String(required=True)
    locale = fields.String(required=True)
    time_zone = fields.String(required=True)
    time_zones = fields.List(fields.Nested(ZoneSince), required=True)
    sealing_grace_hours = fields.Integer(required=True)


class CommunityChange(Schema):
    """What can be changed of a community; `since` is from when the time zone holds, from now on by default.

    `sealing_grace_hours` is how long after its last moment a month waits for what comes late, before it is sealed.
    """

    name = short(LONGEST_NAME)
    locale = fields.String(validate=validate.Regexp(r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$"))
    time_zone = fields.String(validate=time_zone)
    since = Moment()
    sealing_grace_hours = fields.Integer(strict=True, validate=validate.Range(0, LONGEST_GRACE_HOURS))


MEMBER_ITEM = MemberItem()
