"""Facts, tallies, awards and profiles as they lie in MongoDB. Hot paths use the same shape as dicts."""

from mongoengine import (
    BooleanField,
    DateTimeField,
    DictField,
    Document,
    IntField,
    ListField,
    LongField,
    StringField,
)

from services.titles_and_badges.documents.database import DATABASE


class Fact(Document):
    """What an activity means to a member; its own inbox entry. A retracted one stays as a tombstone, for ever.

    `key` is member and activity; `buckets` the slugs of the badges in whose buckets it is counted.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "facts",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["member", "buckets"]},
            {"fields": ["member", "object"], "sparse": True},
            {"fields": ["involved"], "sparse": True},
        ],
    }

    key = StringField(primary_key=True)
    member = StringField(required=True)
    community = StringField(required=True)
    activity = StringField(required=True)
    version = IntField(required=True)
    retracted = BooleanField()
    roles = ListField(StringField())
    type = StringField()
    published = DateTimeField()
    sequence = LongField()
    actor = StringField()
    value = LongField()
    object = StringField()
    object_type = StringField()
    object_author = StringField()
    object_published = DateTimeField()
    object_tags = ListField(StringField())
    parent = StringField()
    parent_type = StringField()
    parent_author = StringField()
    parent_published = DateTimeField()
    involved = ListField(StringField())
    buckets = ListField(StringField())


class Tally(Document):
    """A member's open buckets, by slug. `revision` is that of the rules under which they were counted.

    `dues`: when time alone changes a bucket next, by slug; `due` is the earliest of them.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "tallies",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["community", "revision", "member"]},
            {"fields": ["due", "community"], "sparse": True},
        ],
    }

    member = StringField(primary_key=True)
    community = StringField(required=True)
    revision = IntField(required=True)
    batches = IntField()
    buckets = DictField()
    dues = DictField()
    due = DateTimeField()


class ObjectTally(Document):
    """A member's buckets about one object, or one period, by slug.

    `reached` are the slugs with a threshold that was reached, or that time will reach.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "object_tallies",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["member", "reached"]},
            {"fields": ["due", "community"], "sparse": True},
        ],
    }

    key = StringField(primary_key=True)
    member = StringField(required=True)
    community = StringField()
    object = StringField(required=True)
    buckets = DictField()
    reached = ListField(StringField())
    dues = DictField()
    due = DateTimeField()


class Award(Document):
    """An award; its id says community, badge, member, level and object, so that it is one in the database itself.

    `state` is held, revoked, or withdrawn: earned by what was retracted since, so that it never was. `version` rises
    with every change and tells announcements apart.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "awards",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["member", "badge"]},
            {"fields": ["community", "state", "-awarded_at", "-key"]},
            {"fields": ["community", "badge", "state", "-awarded_at", "-key"]},
        ],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    member = StringField(required=True)
    badge = StringField(required=True)
    badge_version = IntField(required=True)
    level = StringField()
    object = StringField()
    period = StringField()
    expired = BooleanField()
    expires_at = DateTimeField()
    sequence = IntField()
    limited = IntField()
    evidence = StringField()
    by = StringField()
    awarded_at = DateTimeField(required=True)
    revoked_at = DateTimeField()
    state = StringField(required=True)
    version = IntField(required=True)


class Allocation(Document):
    """Written to by whoever finds the holders of a badge with a maximum of them."""

    meta = {"db_alias": DATABASE, "collection": "allocations", "auto_create_index": False}

    badge = StringField(primary_key=True)
    rounds = IntField()


class Preview(Document):
    """That somebody has seen what a definition would do. It is of use until the rules change, and a week at most."""

    meta = {
        "db_alias": DATABASE,
        "collection": "previews",
        "auto_create_index": False,
        "indexes": [{"fields": ["at"], "expireAfterSeconds": 7 * 86_400}],
    }

    id = StringField(primary_key=True)
    community = StringField(required=True)
    slug = StringField(required=True)
    digest = StringField(required=True)
    badge_version = IntField(required=True)
    rules = IntField(required=True)
    at = DateTimeField(required=True)
    complete = BooleanField(required=True)


class BadgeDefinition(Document):
    """A badge as it was defined, and its versions before.

    `effective`: it holds for what is done from then on, and those in `earlier` for what was done before, each until a
    moment. `activated`: since when its awards are news.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "badges",
        "auto_create_index": False,
        "indexes": [{"fields": ["community", "slug"]}],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    slug = StringField(required=True)
    version = IntField(required=True)
    status = StringField(required=True)
    definition = DictField()
    until = DateTimeField()
    changed = DateTimeField(required=True)
    activated = DateTimeField()
    effective = DateTimeField()
    earlier = ListField(DictField())
    history = ListField(DictField())


class Community(Document):
    """Our copy of a community's profile, and the revision of its rules, which rises with whatever changes counting."""

    meta = {"db_alias": DATABASE, "collection": "communities", "auto_create_index": False}

    slug = StringField(primary_key=True)
    revision = IntField()  # of the profile
    name = StringField()
    locale = StringField()
    zones = ListField(ListField())
    revoked_tokens = ListField(StringField())
    grace_hours = IntField()
    holds = BooleanField()  # whether something of it is, or was, held for review
    rules = IntField(default=0)


class Profile(Document):
    """Our copy of a member's profile."""

    meta = {
        "db_alias": DATABASE,
        "collection": "profiles",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["community", "external_id"]},
            {"fields": ["merged_into"], "sparse": True},
        ],
    }

    member = StringField(primary_key=True)
    community = StringField(required=True)
    revision = IntField(required=True)
    external_id = StringField()
    name = StringField()
    roles = ListField(ListField())
    opt_outs = ListField(ListField())
    time_zones = ListField(ListField())
    pauses = ListField(ListField())
    joined = DateTimeField()
    merged_into = StringField()
    erased = BooleanField()


class Decision(Document):
    """What a person decided about a badge of a member, with the raw id that the member had then."""

    meta = {
        "db_alias": DATABASE,
        "collection": "decisions",
        "auto_create_index": False,
        "indexes": [{"fields": ["member", "badge"]}],
    }

    community = StringField(required=True)
    member = StringField(required=True)
    badge = StringField(required=True)
    object = StringField()
    kind = StringField(required=True)
    reason = StringField(required=True)
    decided_by = StringField()
    at = DateTimeField(required=True)


class Partition(Document):
    """Written to by every batch of a partition, so that a batch collides with a change of rules or profiles."""

    meta = {"db_alias": DATABASE, "collection": "partitions", "auto_create_index": False}

    number = IntField(primary_key=True)
    batches = LongField(default=0)


EVERY = (
    Preview,
    Fact,
    Tally,
    ObjectTally,
    Award,
    Allocation,
    BadgeDefinition,
    Community,
    Profile,
    Decision,
    Partition,
)
