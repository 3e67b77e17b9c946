"""Clicks, and the keys under which their visitors are hashed, as they lie in MongoDB."""

from mongoengine import (
    BinaryField,
    BooleanField,
    DateTimeField,
    DictField,
    Document,
    IntField,
    ListField,
    StringField,
)

from services.referral.documents.database import DATABASE


class Click(Document):
    """One request for a link, by the click's id, which stands in the address of the page that it led to.

    `klass`, `reason` and `kind` are what the `classifier` made of all the rest. `visitor` and `address` are keyed
    hashes. What belongs to no link has no community, and is forgotten after a while (`forget`).
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "clicks",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["community", "moment", "identifier"]},
            {
                "fields": ["community", "visitor", "moment"],
                "partialFilterExpression": {"visitor": {"$exists": True}},
            },
            {
                "fields": ["community", "address", "moment"],
                "partialFilterExpression": {"address": {"$exists": True}},
            },
            {
                "fields": ["community", "link", "moment", "identifier"],
                "partialFilterExpression": {"link": {"$exists": True}},
            },
            {"fields": ["forget"], "expireAfterSeconds": 0, "sparse": True},
        ],
    }

    identifier = StringField(primary_key=True)
    community = StringField()
    code = StringField(required=True)
    link = StringField()
    program = StringField()
    advocate = StringField()
    channel = StringField()
    moment = DateTimeField(required=True)
    kept = DateTimeField(required=True)
    method = StringField(required=True)
    user_agent = StringField(required=True)
    prefetch = BooleanField()
    cookie = BooleanField()
    visitor = StringField()
    address = StringField()
    sent = DateTimeField()
    ended = BooleanField()
    referrer = StringField()
    source = DictField()
    paid = ListField(StringField())
    forget = DateTimeField()
    klass = StringField(required=True)
    reason = StringField(required=True)
    kind = StringField()
    classifier = StringField(required=True)


class ClickKey(Document):
    """A key, wrapped. One that was destroyed leaves its name, so that it is never made anew."""

    meta = {"db_alias": DATABASE, "collection": "click_keys", "auto_create_index": False}

    name = StringField(primary_key=True)
    wrapped = BinaryField()
    made = DateTimeField(required=True)
    destroyed = DateTimeField()


class ClickTurn(Document):
    """What two who keep clicks of one community write both: the later one sees what the earlier one kept."""

    meta = {"db_alias": DATABASE, "collection": "click_turns", "auto_create_index": False}

    community = StringField(primary_key=True)
    turn = IntField(required=True)


EVERY = (Click, ClickKey, ClickTurn)
