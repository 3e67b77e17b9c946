"""Communities and people, as they lie in MongoDB: our copies of the profiles that `activity` publishes."""

from mongoengine import BooleanField, Document, IntField, ListField, StringField

from services.referral.documents.database import DATABASE


class Community(Document):
    """A community, by its slug."""

    meta = {"db_alias": DATABASE, "collection": "communities", "auto_create_index": False}

    slug = StringField(primary_key=True)
    revision = IntField(required=True)
    name = StringField(required=True)
    locale = StringField(required=True)
    zones = ListField(ListField())
    revoked_tokens = ListField(StringField())


class Person(Document):
    """A member, a friend or a buyer, by the id that `activity` gives him, whether or not its profile has come.

    Who was merged says into whom; who was erased keeps his id, a keyed hash, and nothing else.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "people",
        "auto_create_index": False,
        "indexes": [{"fields": ["merged_into"], "sparse": True}],
    }

    member = StringField(primary_key=True)
    community = StringField(required=True)
    revision = IntField(required=True)
    external_id = StringField()
    name = StringField()
    roles = ListField(ListField())
    opt_outs = ListField(ListField())
    merged_into = StringField()
    erased = BooleanField()


EVERY = (Community, Person)
