"""Programs, as they lie in MongoDB."""

from mongoengine import DateTimeField, DictField, Document, ListField, StringField

from services.referral.documents.database import DATABASE


class Program(Document):
    """A program with all its versions, each with its number, its date and its terms: the domain's, written out.

    `asks` is when it looks again for who holds already what makes an advocate.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "programs",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["community", "slug"], "unique": True},
            {"fields": ["asks"], "sparse": True},
        ],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    slug = StringField(required=True)
    name = StringField(required=True)
    starts = DateTimeField()
    ends = DateTimeField()
    asks = DateTimeField()
    versions = ListField(DictField(), required=True)


EVERY = (Program,)
