"""The fast path of the ingest: one activity from bytes to a deed, about ten times faster than through marshmallow.

marshmallow (`schemas.activities`) stays the contract: OpenAPI is made from it, and it judges whatever is not accepted
here. Whatever is accepted here, it accepts with equal values: a property test holds that.
"""

from typing import Annotated, Any

import msgspec

from services.activity.schemas import activities
from services.activity.schemas.activities import (
    LARGEST_SEQUENCE,
    LARGEST_VALUE,
    LONGEST_ID,
    LONGEST_TAG,
    LONGEST_TYPE,
    MOST_TAGS,
)

_Id = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_ID)]
_Type = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_TYPE)]
_TagName = Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_TAG)]


class _Account(msgspec.Struct):
    id: _Id
    network: _Type | msgspec.UnsetType = msgspec.UNSET


class _Reference(msgspec.Struct):
    id: _Id


class _Tag(msgspec.Struct):
    name: _TagName


class _Object(msgspec.Struct, rename="camel"):
    id: _Id
    type: _Type | None = None
    attributed_to: _Id | _Account | None = None
    in_reply_to: _Id | _Reference | None = None
    tag: Annotated[list[_TagName | _Tag], msgspec.Meta(max_length=MOST_TAGS)] | None = None
    published: str | None = None


class _Activity(msgspec.Struct):
    id: _Id
    type: _Type
    published: str
    actor: _Id | _Account | None = None
    object: _Id | _Object | None = None
    updated: str | None = None
    sequence: Annotated[int, msgspec.Meta(ge=0, le=LARGEST_SEQUENCE)] | None = None
    value: Annotated[int, msgspec.Meta(ge=-LARGEST_VALUE, le=LARGEST_VALUE)] | None = None


_decoder = msgspec.json.Decoder(_Activity)


def decode(written: msgspec.Raw) -> dict[str, Any] | None:
    """One activity as `schemas.ACTIVITY.load` gives it, or None: then ask that schema, it may say why."""
    raw = bytes(written)
    if b"\\ud" in raw or b"\\uD" in raw:
        return None  # perhaps a lone surrogate, which nobody looks at in a field that is ignored
    try:
        str(raw, "utf-8")  # the same of bytes that are no UTF-8
        return _loaded(_decoder.decode(raw))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _loaded(read: _Activity) -> dict[str, Any]:
    moment = activities.moment
    loaded: dict[str, Any] = {"id": read.id, "type": read.type, "published": moment(read.published)}
    if read.actor is not None:
        loaded["actor"] = _account(read.actor)
    if read.object is not None:
        loaded["object"] = {"id": read.object} if isinstance(read.object, str) else _object(read.object)
    if read.updated is not None:
        loaded["updated"] = moment(read.updated)
    if read.sequence is not None:
        loaded["sequence"] = read.sequence
    if read.value is not None:
        loaded["value"] = read.value
    return loaded


def _object(read: _Object) -> dict[str, Any]:
    described: dict[str, Any] = {"id": read.id}
    if read.type is not None:
        described["type"] = read.type
    if read.attributed_to is not None:
        described["attributed_to"] = _account(read.attributed_to)
    if read.in_reply_to is not None:
        parent = read.in_reply_to
        described["in_reply_to"] = {"id": parent if isinstance(parent, str) else parent.id}
    if read.tag is not None:
        described["tag"] = [tag if isinstance(tag, str) else tag.name for tag in read.tag]
    if read.published is not None:
        described["published"] = activities.moment(read.published)
    return described


def _account(read: str | _Account) -> dict[str, str]:
    if isinstance(read, str):
        return {"id": read}
    if read.network is msgspec.UNSET:
        return {"id": read.id}
    return {"id": read.id, "network": read.network}
