"""Closed months, seals, titles and their holders as they lie in MongoDB."""

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

from services.titles_and_badges.documents.database import DATABASE


class Closing(Document):
    """What `activity` said of a community's months: `read` is, by topic and partition, the last one that closes.

    `closed` is the last month that every partition has named; `due` are the months that are to be sealed, `redefined`
    those of them for which today's definitions hold, `examined` those that were looked at for what is to be held;
    `late` are sealed ones that something came for since `late_since`.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "closings",
        "auto_create_index": False,
        "indexes": [{"fields": ["late_since"], "sparse": True}],
    }

    community = StringField(primary_key=True)
    read = DictField()
    first = StringField()
    closed = StringField()
    due = ListField(StringField())
    redefined = ListField(StringField())
    examined = ListField(StringField())
    late = ListField(StringField())
    late_since = DateTimeField()


class Seal(Document):
    """A revision of a sealed month, or the one that is being made. Its bytes are the chunks, and never change.

    `parts` are the parts in the order in which they are hashed; `work` is how far it is, and gone once it is sealed.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "seals",
        "auto_create_index": False,
        "indexes": [{"fields": ["community", "state", "-period", "-revision"]}],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    period = StringField(required=True)
    revision = IntField(required=True)
    state = StringField(required=True)
    parts = ListField(ListField(StringField()))
    work = DictField()
    steps = IntField()
    root = StringField()
    held = IntField()
    sealed_at = DateTimeField()


class SealChunk(Document):
    """Up to a thousand lines of a seal: of its manifest, of a board's standing, or of a title's verdicts."""

    meta = {
        "db_alias": DATABASE,
        "collection": "seal_chunks",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["part", "members"]},
            {"fields": ["part", "number"]},
            {"fields": ["seal"]},
        ],
    }

    key = StringField(primary_key=True)
    seal = StringField(required=True)
    part = StringField(required=True)
    number = IntField(required=True)
    lines = BinaryField(required=True)
    leaf = BinaryField(required=True)
    members = ListField(StringField())


class TitleDefinition(Document):
    """A title as it was defined, and its versions before."""

    meta = {
        "db_alias": DATABASE,
        "collection": "titles",
        "auto_create_index": False,
        "indexes": [{"fields": ["community", "slug"]}],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    slug = StringField(required=True)
    version = IntField(required=True)
    status = StringField(required=True)
    definition = DictField()
    changed = DateTimeField(required=True)
    history = ListField(DictField())


class TitleHolder(Document):
    """A member who holds, or held by an earlier revision, a title of a month. `version` rises with every change."""

    meta = {
        "db_alias": DATABASE,
        "collection": "title_holders",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["community", "title", "-period", "place"]},
            {"fields": ["member", "title", "period"]},
            {"fields": ["community", "period"]},
        ],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    title = StringField(required=True)
    period = StringField(required=True)
    member = StringField(required=True)
    place = IntField(required=True)
    score = LongField(required=True)
    scale = IntField(required=True)
    held = BooleanField(required=True)
    revision = IntField(required=True)
    version = IntField(required=True)


EVERY = (Closing, Seal, SealChunk, TitleDefinition, TitleHolder)
