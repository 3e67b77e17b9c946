"""Rewards, as they lie in MongoDB, with what was decided where members' rewards meet."""

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

from services.referral.documents.database import DATABASE


class Reward(Document):
    """What was granted for one thing to one member: by which terms, how much of it, and what became of it.

    `bounds` are the caps that it uses of, as they were when it was granted; `cut` says which of them left less than was
    asked for. `ripe` is when the clock looks at it.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "rewards",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["community", "-at", "-key"]},
            {"fields": ["community", "state", "-at", "-key"]},
            {"fields": ["community", "member", "-at", "-key"]},
            {"fields": ["friend"]},
            {"fields": ["advocate", "occasion"]},
            # What the clock looks at, community by community, page by page.
            {
                "fields": ["ripe", "community", "key"],
                "partialFilterExpression": {"ripe": {"$exists": True}},
            },
        ],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    program = StringField(required=True)
    version = IntField(required=True)
    rule = StringField(required=True)
    to = StringField(required=True)
    generation = IntField(required=True)
    occasion = StringField(required=True)
    subject = StringField(required=True)
    friend = StringField(required=True)
    member = StringField(required=True)
    advocate = StringField(required=True)
    currency = StringField(required=True)
    asked_minor = LongField(required=True)
    amount_minor = LongField(required=True)
    reversed_minor = LongField(required=True)
    released = BooleanField(required=True)
    steps = IntField(required=True)
    state = StringField(required=True)
    reason = StringField()
    at = DateTimeField(required=True)
    accrued_at = DateTimeField(required=True)
    held_until = DateTimeField()
    released_at = DateTimeField()
    value_date = DateTimeField()
    ripe = DateTimeField()
    order = StringField()
    friends = IntField()
    cut = StringField()
    bounds = ListField(DictField())


class Case(Document):
    """A join or an order that somebody is credited with: its place among the advocate's, its flags, its review.

    `address` is a keyed hash of where its click came from.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "cases",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["friend"]},
            {"fields": ["community", "review", "-opened", "-key"]},
            {"fields": ["community", "advocate", "at", "key"]},
            {
                "fields": ["community", "address"],
                "partialFilterExpression": {"address": {"$exists": True}},
            },
            {"fields": ["review", "deadline"], "sparse": True},
        ],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    friend = StringField(required=True)
    occasion = StringField(required=True)
    subject = StringField(required=True)
    program = StringField(required=True)
    advocate = StringField(required=True)
    at = DateTimeField(required=True)
    counted = BooleanField(required=True)
    position = IntField(required=True)
    address = StringField()
    flags = ListField(DictField())
    points = IntField(required=True)
    unpaid = ListField(DictField())
    review = StringField()
    opened = DateTimeField()
    deadline = DateTimeField()
    escalated = BooleanField()
    decisions = ListField(DictField())


class Tally(Document):
    """How many purchases of how many friends an advocate is credited with in a program, by one of his ids.

    `turns` rises with every writing, so that two who count for one advocate collide.
    """

    meta = {"db_alias": DATABASE, "collection": "tallies", "auto_create_index": False}

    key = StringField(primary_key=True)
    community = StringField(required=True)
    program = StringField(required=True)
    advocate = StringField(required=True)
    purchases = IntField(required=True)
    friends = IntField(required=True)
    turns = IntField()


class Allowance(Document):
    """What is used of a cap: reserved in the transaction that grants a reward, given back as it is reversed."""

    meta = {"db_alias": DATABASE, "collection": "allowances", "auto_create_index": False}

    key = StringField(primary_key=True)
    community = StringField(required=True)
    used_minor = LongField(required=True)
    rewards = IntField(required=True)


EVERY = (Reward, Case, Tally, Allowance)
