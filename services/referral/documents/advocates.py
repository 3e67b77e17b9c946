"""Advocates and their links, as they lie in MongoDB."""

from mongoengine import (
    BooleanField,
    DateTimeField,
    DictField,
    Document,
    ListField,
    LongField,
    StringField,
)

from services.referral.documents.database import DATABASE


class Advocate(Document):
    """A member as an advocate of a program. `state` is the last one of `history`.

    `rates` were agreed with him alone: since when, of which rule, how much (None: as everybody). `why` names the badge
    or title by which he became one. Who was merged into somebody else says into whom (`became`): that one is the
    advocate.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "advocates",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["member"]},
            {"fields": ["community", "since", "key"]},
            {"fields": ["community", "program", "since", "key"]},
        ],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    program = StringField(required=True)
    member = StringField(required=True)
    since = DateTimeField(required=True)
    state = StringField(required=True)
    history = ListField(ListField(), required=True)
    rates = ListField(ListField())
    by = StringField(required=True)
    why = DictField()
    became = StringField()


class Link(Document):
    """A link, by its code in the folded form; unique across all communities, and for ever.

    `shown` is the code as it is written; `channel` is where it is shared. Of a channel's the one with a `holder` is to
    be shared; one that was rotated counts `until` its grace is over, and `next` is the one in its place. `mark` rises
    with every change of any link. One that is `erased` stands in the place of a chosen code that is forgotten.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "links",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["mark"]},
            {"fields": ["community", "code"]},
            {"fields": ["member"]},
            # One current link a channel. `holder` holds the key of program, member and channel.
            {"fields": ["holder"], "unique": True, "sparse": True},
        ],
    }

    code = StringField(primary_key=True)
    shown = StringField(required=True)
    community = StringField(required=True)
    program = StringField(required=True)
    member = StringField(required=True)
    channel = StringField(required=True)
    chosen = BooleanField()
    erased = BooleanField()
    forgotten = BooleanField()
    landing_url = StringField()
    since = DateTimeField()
    until = DateTimeField()
    holder = StringField()
    next = StringField()
    rotated = DateTimeField()
    made = DateTimeField(required=True)
    mark = LongField(required=True)


class LinkMark(Document):
    """The mark of the last change of any link: whoever writes links raises it, so that marks rise as changes commit."""

    meta = {"db_alias": DATABASE, "collection": "link_marks", "auto_create_index": False}

    key = StringField(primary_key=True)
    mark = LongField(required=True)


EVERY = (Advocate, Link, LinkMark)
