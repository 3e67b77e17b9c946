"""Activities in ActivityStreams 2.0 words.

What is not named here is ignored, as that standard asks; texts are not kept.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from shared.http import Moment

#: What an id, a type or a tag may be at most, in characters.
LONGEST_ID = 1_000
LONGEST_TYPE = 100
LONGEST_TAG = 200
MOST_TAGS = 50
LARGEST_SEQUENCE = 2**53 - 1
#: Millions of them must add up within 64 bits.
LARGEST_VALUE = 10**12
#: At most so many activities a call.
LARGEST_BATCH = 1_000


class _Text(fields.String):
    """A string, and nothing that could be turned into one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:  # noqa: ANN401, ARG002
        if not isinstance(value, str):
            reason = "Not a string."
            raise ValidationError(reason)
        return value


def identifier(**options: Any) -> fields.String:  # noqa: ANN401
    """An id: any characters, not empty."""
    return _Text(validate=validate.Length(1, LONGEST_ID), **options)


def short(longest: int, **options: Any) -> fields.String:  # noqa: ANN401
    """A string that is not empty and not long."""
    return _Text(validate=validate.Length(1, longest), **options)


class Account(Schema):
    """A member by an account on a network, or by the community's own id."""

    class Meta:
        unknown = EXCLUDE

    id = identifier(required=True)
    network = short(LONGEST_TYPE)


class _OrObject(fields.Nested):
    """Either a bare string, which is the `id`, or an object with an `id`."""

    also_takes: ClassVar = {"type": "string", "minLength": 1, "maxLength": LONGEST_ID}

    def deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        return super().deserialize({"id": value} if isinstance(value, str) else value, *args, **kwargs)


class Reference(Schema):
    """An object by its id."""

    class Meta:
        unknown = EXCLUDE

    id = identifier(required=True)


class _Tag(fields.Field[str]):
    """A tag: a string, or an object with a `name` (such as a Hashtag)."""

    def __init__(self) -> None:
        name = {"type": "string", "minLength": 1, "maxLength": LONGEST_TAG}
        described = {"type": "object", "properties": {"name": name}, "required": ["name"]}
        super().__init__(metadata={"anyOf": [name, described]})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:  # noqa: ANN401, ARG002
        name = value.get("name") if isinstance(value, Mapping) else value
        if not isinstance(name, str) or not 1 <= len(name) <= LONGEST_TAG:
            reason = f"A tag is a string of 1 to {LONGEST_TAG} characters, or an object with such a name."
            raise ValidationError(reason)
        return name


class Object(Schema):
    """What an activity is about. `attributedTo` is its author; of a Create, the actor unless said otherwise."""

    class Meta:
        unknown = EXCLUDE

    id = identifier(required=True)
    type = short(LONGEST_TYPE, allow_none=True)
    attributed_to = _OrObject(Account, data_key="attributedTo", allow_none=True)
    in_reply_to = _OrObject(Reference, data_key="inReplyTo", allow_none=True)
    tag = fields.List(_Tag(), validate=validate.Length(max=MOST_TAGS), allow_none=True)
    published = Moment(allow_none=True)


class Activity(Schema):
    """One activity.

    `actor` is the community's id of a member, an account on a network, or null for somebody anonymous. `updated` makes
    a second content under one id an edit. `sequence` is the source's own order among what has one `published`.
    `value` is a whole number for sum criteria. An `Undo` retracts the activity whose id is its object's.
    """

    class Meta:
        unknown = EXCLUDE

    id = identifier(required=True)
    type = short(LONGEST_TYPE, required=True)
    actor = _OrObject(Account, allow_none=True)
    object = _OrObject(Object, allow_none=True)
    published = Moment(required=True)
    updated = Moment(allow_none=True)
    sequence = fields.Integer(strict=True, validate=validate.Range(0, LARGEST_SEQUENCE), allow_none=True)
    value = fields.Integer(
        strict=True, validate=validate.Range(-LARGEST_VALUE, LARGEST_VALUE), allow_none=True
    )


class ItemAnswer(Schema):
    """What became of one item: accepted, duplicate or refused, and why and where."""

    id = fields.String(required=True, allow_none=True)
    status = fields.String(required=True, validate=validate.OneOf(["accepted", "duplicate", "refused"]))
    problem = fields.Dict(keys=fields.String())


class BatchAnswer(Schema):
    """What became of a batch, item by item, in order; the good ones went through though others were refused."""

    accepted = fields.Integer(required=True)
    duplicate = fields.Integer(required=True)
    refused = fields.Integer(required=True)
    results = fields.List(fields.Nested(ItemAnswer), required=True)


_ACCOUNT = {
    "type": "object",
    "properties": {"id": {"type": "string"}, "network": {"type": "string"}},
    "required": ["id", "network"],
}


class StoredObject(Schema):
    """What is stored of an object, as the activity described it."""

    id = fields.String(required=True)
    type = fields.String()
    attributed_to = fields.Raw(data_key="attributedTo", metadata={"anyOf": [{"type": "string"}, _ACCOUNT]})
    in_reply_to = fields.String(data_key="inReplyTo")
    published = Moment()
    tag = fields.List(fields.String())


class StoredActivity(Schema):
    """An activity as it is stored. Members are named as they are now: a merged one by the survivor's id.

    A member of whom only an account on a network is known is an object with that `network`; null is anonymous.
    """

    id = fields.String(required=True)
    type = fields.String(required=True)
    actor = fields.Raw(metadata={"anyOf": [{"type": "string"}, _ACCOUNT, {"type": "null"}]})
    object = fields.Nested(StoredObject)
    published = Moment(required=True)
    updated = Moment(allow_none=True)
    sequence = fields.Integer(allow_none=True)
    value = fields.Integer(allow_none=True)


ACTIVITY = Activity()
