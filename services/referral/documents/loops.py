"""Loops and who descends from whom, as they lie in MongoDB."""

from mongoengine import BooleanField, DateTimeField, DictField, Document, IntField, ListField, StringField

from services.referral.documents.database import DATABASE


class Loop(Document):
    """The one loop of a friend in a program; `anc` are his nearest ancestors, the nearest first, at most `bound`.

    One that is gone (another person turned out to be him, or nobody to have recommended) has no advocate any more and
    stays, because the versions of what was said of it must go on rising. `became` is the loop that stands for it.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "loops",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["friend"]},
            # Who descends from a member: his page of the tree, and his own friends.
            {"fields": ["anc", "key"]},
            {"fields": ["advocate", "key"]},
            {"fields": ["community", "-began", "key"]},
            # How long a whole turn takes, in order, so that the middle one is found.
            {"fields": ["community", "program", "turn_seconds"], "sparse": True},
        ],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    program = StringField(required=True)
    friend = StringField(required=True)
    advocate = StringField()
    parent = StringField()
    anc = ListField(StringField())
    bound = IntField()
    generation = IntField()
    began = DateTimeField()
    state = StringField()
    edges = ListField(DictField())
    orders = ListField(DictField())
    turn_seconds = IntField()
    gone = BooleanField()
    became = StringField()
    said = ListField(DictField())


class Descendants(Document):
    """How many descend from a member in a program, by generation; in parts, so that joins do not queue for one."""

    meta = {"db_alias": DATABASE, "collection": "descendants", "auto_create_index": False}

    key = StringField(primary_key=True)
    community = StringField(required=True)
    program = StringField(required=True)
    ancestor = StringField(required=True)
    counts = DictField()


class Lineage(Document):
    """Written whole by whoever changes where a member stands, one part of it by whoever plants below him.

    So these collide with each other, and those who plant below him seldom do.
    """

    meta = {"db_alias": DATABASE, "collection": "lineages", "auto_create_index": False}

    key = StringField(primary_key=True)
    community = StringField(required=True)
    writes = IntField(required=True)


EVERY = (Loop, Descendants, Lineage)
