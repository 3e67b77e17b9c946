"""What people with power did, as it lies in MongoDB."""

from mongoengine import DateTimeField, DictField, Document, StringField

from services.referral.documents.database import DATABASE


class AuditLine(Document):
    """One act of an admin, a rep or an operator: who, when, what, on what, why, and what it was before and after."""

    meta = {
        "db_alias": DATABASE,
        "collection": "audit",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["community", "-time", "-key"]},
            {"fields": ["community", "thing", "-time", "-key"]},
        ],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    time = DateTimeField(required=True)
    by = StringField(required=True)
    act = StringField(required=True)
    thing = StringField(required=True)
    reason = StringField()
    before = DictField()
    after = DictField()


EVERY = (AuditLine,)
