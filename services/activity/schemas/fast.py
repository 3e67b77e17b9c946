"""The fast path of the ingest: one activity from bytes to a deed, about ten times faster than through marshmallow.

marshmallow (`schemas.activities`) stays the contract: OpenAPI is made from it, and it judges whatever is not accepted
here. Whatever is accepted here, it accepts with equal values: a property test holds that.
"""

from datetime import datetime
from typing import Annotated

import msgspec

from services.activity.domain import deeds
from services.activity.domain.deeds import Deed
from services.activity.schemas.activities import (
    LARGEST_SEQUENCE,
    LARGEST_VALUE,
    LONGEST_ID,
    LONGEST_TAG,
    LONGEST_TYPE,
    MOST_TAGS,
)
from services.activity.schemas.deeds import Accounts
from shared import http

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


def deed(written: msgspec.Raw, accounts: Accounts) -> Deed | None:
    """One activity as `schemas.ACTIVITY` and `schemas.deeds` read it, or None: then ask those, they may say why."""
    raw = bytes(written)
    if b"\\ud" in raw or b"\\uD" in raw:
        return None  # perhaps a lone surrogate, which nobody looks at in a field that is ignored
    try:
        str(raw, "utf-8")  # the same of bytes that are no UTF-8
        return _deed(_decoder.decode(raw), accounts)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _deed(read: _Activity, accounts: Accounts) -> Deed:
    described = _Object(id=read.object) if isinstance(read.object, str) else read.object or _NO_OBJECT
    parent = described.in_reply_to
    return deeds.deed(
        id=read.id,
        type=read.type,
        actor=_member(read.actor, accounts),
        object=described.id or None,
        object_type=described.type,
        author=_member(described.attributed_to, accounts),
        parent=parent.id if isinstance(parent, _Reference) else parent,
        object_published=_moment(described.published),
        tags=tuple([tag if isinstance(tag, str) else tag.name for tag in described.tag or ()]),
        published=http.moment(read.published),
        updated=_moment(read.updated),
        sequence=read.sequence,
        value=read.value,
    )


_NO_OBJECT = _Object(id="")


def _member(read: str | _Account | None, accounts: Accounts) -> str | None:
    if read is None or isinstance(read, str):
        return None if read is None else accounts.member(read)
    return accounts.member(read.id, "" if read.network is msgspec.UNSET else read.network)


def _moment(written: str | None) -> datetime | None:
    return None if written is None else http.moment(written)
