"""Contributions that are held for review, as they lie in MongoDB."""

from mongoengine import DateTimeField, DictField, Document, IntField, ListField, StringField

from services.titles_and_badges.documents.database import DATABASE


class Hold(Document):
    """What one giver gave to a member in a month, held by a rule until somebody decides: open, counted or left-out."""

    meta = {
        "db_alias": DATABASE,
        "collection": "holds",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["community", "state", "-opened", "-key"]},
            {"fields": ["community", "period"]},
            {"fields": ["member"]},
        ],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    period = StringField(required=True)
    member = StringField(required=True)
    giver = StringField(required=True)
    rule = StringField(required=True)
    activities = ListField(StringField())
    of = IntField(required=True)
    state = StringField(required=True)
    opened = DateTimeField(required=True)
    decisions = ListField(DictField())


EVERY = (Hold,)
