"""Boards, credits and standings as they lie in MongoDB. Hot paths use the same shape as dicts."""

from mongoengine import (
    DateTimeField,
    DictField,
    Document,
    IntField,
    ListField,
    LongField,
    StringField,
)

from services.titles_and_badges.documents.database import DATABASE


class BoardDefinition(Document):
    """A board as it was defined, and its versions before. `policies` are those that held, each with its moment.

    Members are named by Laurel's ids, so that an erasure leaves nothing of them here.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "boards",
        "auto_create_index": False,
        "indexes": [{"fields": ["community", "slug"]}, {"fields": ["named"]}],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    slug = StringField(required=True)
    version = IntField(required=True)
    status = StringField(required=True)
    definition = DictField()
    policies = ListField(DictField())
    named = ListField(StringField())
    ended = DateTimeField()
    changed = DateTimeField(required=True)
    history = ListField(DictField())


class Credits(Document):
    """What a member's deeds of a month gave him on a board. `key` is member, board and month.

    `days` maps days to points and the time of the last of them; `last` is the place of the last deed counted.
    """

    meta = {"db_alias": DATABASE, "collection": "credits", "auto_create_index": False}

    key = StringField(primary_key=True)
    community = StringField(required=True)
    days = DictField()
    last = ListField()
    spent = DictField()
    givers = ListField(ListField())


class CreditMark(Document):
    """What a transaction changed in credits; the projector takes it away when standings show it."""

    meta = {
        "db_alias": DATABASE,
        "collection": "credit_marks",
        "auto_create_index": False,
        "indexes": [{"fields": ["community", "id"]}],
    }

    community = StringField(required=True)
    credits = ListField(StringField())


class Shown(Document):
    """What standings show of one account: period → points, days, last time, and whether hidden.

    `due` is when that changes though nothing happens. Written by the projector alone.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "shown_credits",
        "auto_create_index": False,
        "indexes": [{"fields": ["due"], "sparse": True}],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    parts = DictField()
    due = DateTimeField()


class Standing(Document):
    """A member's score in a period of a board. Who is hidden has neither `p` nor `k`, and so no place in the list.

    `k` sorts as the list does: by score, then by who reached it earlier (`t`), then by id.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "standings",
        "auto_create_index": False,
        "indexes": [{"fields": ["p", "k"], "sparse": True}],
    }

    key = StringField(primary_key=True)
    p = StringField()
    k = StringField()
    m = StringField(required=True)
    s = LongField(required=True)
    n = IntField(required=True)
    t = DateTimeField(required=True)


class CountNode(Document):
    """A node of the tree of counts of a period; the root also has the period's revision."""

    meta = {"db_alias": DATABASE, "collection": "score_counts", "auto_create_index": False}

    key = StringField(primary_key=True)
    counts = DictField()
    distinct = DictField()
    revision = LongField()


EVERY = (BoardDefinition, Credits, CreditMark, Shown, Standing, CountNode)
