"""What members hold in recognition, as it lies in MongoDB: our copy of what `titles-and-badges` announces."""

from mongoengine import DictField, Document, StringField

from services.referral.documents.database import DATABASE


class Standing(Document):
    """An award of a badge, or of a title of a month.

    `awarded` and `ended` are the highest versions of what was said of each, with its time: whichever is higher stands.
    An end that comes before its award is kept, and so the order of arrival shows nowhere.
    """

    meta = {
        "db_alias": DATABASE,
        "collection": "standings",
        "auto_create_index": False,
        "indexes": [{"fields": ["member"]}, {"fields": ["community", "kind", "slug", "key"]}],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    member = StringField(required=True)
    kind = StringField(required=True)
    slug = StringField(required=True)
    awarded = DictField()
    ended = DictField()


EVERY = (Standing,)
