"""Budgets and grants, as they lie in MongoDB."""

from mongoengine import DateTimeField, Document, IntField, ListField, LongField, StringField

from services.referral.documents.database import DATABASE


class Budget(Document):
    """A budget with what is reserved and spent of it: each grant writes it, so that two at once collide."""

    meta = {
        "db_alias": DATABASE,
        "collection": "budgets",
        "auto_create_index": False,
        "indexes": [{"fields": ["community", "slug"]}],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    slug = StringField(required=True)
    name = StringField()
    team = StringField()
    currency = StringField(required=True)
    limit_minor = LongField(required=True)
    begins = DateTimeField()
    ends = DateTimeField()
    approval_above_minor = LongField()
    grant_maximum_minor = LongField()
    patience_seconds = IntField(required=True)
    reps = ListField(StringField())
    reserved_minor = LongField(required=True)
    spent_minor = LongField(required=True)


class Grant(Document):
    """A grant under the id that its caller gave it, for ever: `account` is whose account got the money."""

    meta = {
        "db_alias": DATABASE,
        "collection": "grants",
        "auto_create_index": False,
        "indexes": [
            {"fields": ["community", "-asked_at", "-key"]},
            {"fields": ["community", "state", "-asked_at", "-key"]},
            {"fields": ["account", "currency", "granted_at"], "sparse": True},
            {"fields": ["member"]},
            # Holds no more than what waits.
            {"fields": ["expires"], "sparse": True},
            {"fields": ["payout"], "sparse": True},
        ],
    }

    key = StringField(primary_key=True)
    community = StringField(required=True)
    id = StringField(required=True)
    member = StringField(required=True)
    budget = StringField(required=True)
    currency = StringField(required=True)
    amount_minor = LongField(required=True)
    reason = StringField(required=True)
    asked_by = StringField(required=True)
    asked_at = DateTimeField(required=True)
    state = StringField(required=True)
    expires = DateTimeField()
    account = StringField()
    granted_at = DateTimeField()
    decided_by = StringField()
    decided_at = DateTimeField()
    decision_reason = StringField()
    payout = StringField()


EVERY = (Budget, Grant)
