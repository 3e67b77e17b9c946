"""How `activity` lies in MongoDB: storage shape and indexes. Hot paths read and write the same shape as dicts."""

from mongoengine import (
    BinaryField,
    BooleanField,
    DateTimeField,
    DictField,
    Document,
    IntField,
    ListField,
    LongField,
    StringField,
)

DATABASE = "activity"


class Community(Document):
    """A community; `zones` are pairs of (since, zone), in order of time."""

    meta = {
        "db_alias": DATABASE,
        "collection": "communities",
        "auto_create_index": False,
        "indexes": [{"fields": ["closes_at"]}],
    }

    slug = StringField(primary_key=True)
    name = StringField(required=True)
    locale = StringField(required=True)
    zones = ListField(ListField())
    revoked_tokens = ListField(StringField())
    created = DateTimeField(required=True)
    revision = IntField(default=1)
    unsent = BooleanField()  # set while the profile waits for the relay, absent otherwise
    grace_hours = IntField()
    closed = StringField()  # the last month that was closed, like 2026-10
    closing = DictField()  # the month that is being closed, and up to where everything has to be done before
    closes_at = DateTimeField()  # when to look at it next; absent where nobody has looked yet


class Member(Document):
    """A member, or an account on a network (`network` set), or the pseudonym of someone erased.

    `merged_into` is a permanent alias. `roles`, `opt_outs`, `time_zones` and `pauses` are pairs of (since,
    value), in order of time.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "members",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["community", "network", "external_id"], "sparse": True},
            {"fields": ["merged_into"], "sparse": True},
            {"fields": ["unsent"], "sparse": True},
        ],
    }

    member = StringField(primary_key=True)
    community = StringField(required=True)
    network = StringField(default="")
    external_id = StringField()
    name = StringField()
    roles = ListField(ListField())
    opt_outs = ListField(ListField())
    time_zones = ListField(ListField())
    pauses = ListField(ListField())
    joined = DateTimeField()
    merged_into = StringField()
    erased = BooleanField()
    created = DateTimeField()
    revision = IntField(default=1)
    merges = IntField(default=0)
    unsent = BooleanField()


class Activity(Document):
    """An activity with its content, and what was delivered of it.

    `key` is community and id; `object_key`, `parent_key` likewise. `authority` and `claimed_at` rank what a surviving
    activity claims about its object and are absent where it claims nothing. `seen` tells which snapshot of the object
    the last deliveries carried, `resolved_actor` which actor.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "activities",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["community", "-published", "-key"]},
            {"fields": ["object_key", "seen"], "sparse": True},
            {
                "fields": ["object_key", "authority", "claimed_at", "key"],
                "partialFilterExpression": {"authority": {"$gt": 0}},
            },
            {
                "fields": ["parent_key", "object_key"],
                "partialFilterExpression": {"parent_key": {"$exists": True}},
            },
            {
                "fields": ["claimed_author", "key"],
                "partialFilterExpression": {"claimed_author": {"$exists": True}},
            },
            {"fields": ["actor", "resolved_actor"], "partialFilterExpression": {"actor": {"$exists": True}}},
        ],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    type = StringField()
    actor = StringField()
    object = DictField()
    published = DateTimeField()
    updated = DateTimeField()
    sequence = LongField()
    value = LongField()
    digest = BinaryField()
    past = ListField(BinaryField())
    retracted = BooleanField(required=True)
    object_key = StringField()
    parent_key = StringField()
    authority = IntField()
    claimed_at = DateTimeField()
    claimed_author = StringField()
    version = IntField(required=True)
    resolved_actor = StringField()
    seen = BinaryField()
    to = ListField(StringField())
    left = ListField(StringField())
    checks = IntField()
